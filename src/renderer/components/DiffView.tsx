import type { ReactNode } from 'react';
import { visibleLine } from './CodeText.tsx';
import classes from './DiffView.module.css';
import { type DiffLine, hunksOf, lineDiff } from './line-diff.ts';

interface DiffViewProps {
  readonly before: string;
  readonly after: string;
  /** "Changes from the file to what runs". */
  readonly label: string;
  /** So many equal lines around each difference; all of them where it is not given. */
  readonly context?: number;
}

const signs: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', old: '−', new: '+' };
const words: Readonly<Record<DiffLine['kind'], string>> = { same: '', old: 'Removed: ', new: 'Added: ' };
/** More than anybody reads, and little enough to be drawn at once. */
const mostShown = 2_000;

/** Two texts line by line: what is only in the first, only in the second, and what is in both. */
export function DiffView({ before, after, label, context = Number.POSITIVE_INFINITY }: DiffViewProps): ReactNode {
  const lines = lineDiff(before, after);
  if (lines.every((line) => line.kind === 'same')) return <p className={classes.quiet}>There is no difference.</p>;
  const all = Number.isFinite(context) ? hunksOf(lines, context) : lines;
  const shown = all.slice(0, mostShown);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable for the keyboard
    <section className={classes.code} aria-label={label} tabIndex={0}>
      {shown.map((line, at) =>
        line.kind === 'gap' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a gap has no other name than its place
          <div key={`gap ${at}`} className={classes.gap}>
            {equalLines(line.lines)}
          </div>
        ) : (
          <div key={`${line.oldNumber} ${line.newNumber}`} className={classes.diffLine} data-kind={line.kind}>
            <span className={classes.number}>{line.oldNumber}</span>
            <span className={classes.number}>{line.newNumber}</span>
            <span aria-hidden="true">{signs[line.kind]}</span>
            <span className="hum-unseen">{words[line.kind]}</span>
            <span className={classes.text}>{visibleLine(line.text)}</span>
          </div>
        ),
      )}
      {all.length > shown.length ? (
        <div className={classes.gap}>… {(all.length - shown.length).toLocaleString('en')} lines more</div>
      ) : null}
    </section>
  );
}

function equalLines(count: number): string {
  return `⋯ ${count.toLocaleString('en')} ${count === 1 ? 'line is' : 'lines are'} the same`;
}
