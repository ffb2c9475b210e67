import type { ReactNode } from 'react';
import { visibleLine } from '../components/CodeText.tsx';
import classes from './config.module.css';
import { type DiffLine, lineDiff } from './line-diff.ts';

interface DiffViewProps {
  readonly before: string;
  readonly after: string;
  /** "Changes from the file to what runs". */
  readonly label: string;
}

const signs: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', old: '−', new: '+' };
const words: Readonly<Record<DiffLine['kind'], string>> = { same: '', old: 'Removed: ', new: 'Added: ' };

/** Two texts line by line: what is only in the first, only in the second, and what is in both. */
export function DiffView({ before, after, label }: DiffViewProps): ReactNode {
  const lines = lineDiff(before, after);
  if (lines.every((line) => line.kind === 'same')) return <p className={classes.quiet}>There is no difference.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable for the keyboard
    <section className={classes.code} aria-label={label} tabIndex={0}>
      {lines.map(({ kind, text, oldNumber, newNumber }) => (
        <div key={`${oldNumber} ${newNumber}`} className={classes.diffLine} data-kind={kind}>
          <span className={classes.number}>{oldNumber}</span>
          <span className={classes.number}>{newNumber}</span>
          <span aria-hidden="true">{signs[kind]}</span>
          <span className="hum-unseen">{words[kind]}</span>
          <span className={classes.text}>{visibleLine(text)}</span>
        </div>
      ))}
    </section>
  );
}
