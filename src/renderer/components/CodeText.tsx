import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './CodeText.module.css';

/** A text to be read, with the numbers of its lines. `whole`: as high as it is, its page scrolls. `most`: so many lines of it. */
export function CodeText({
  text,
  label,
  whole = false,
  most = Number.POSITIVE_INFINITY,
}: {
  readonly text: string;
  readonly label: string;
  readonly whole?: boolean;
  readonly most?: number;
}): ReactNode {
  const lines = linesOf(text);
  const shown = lines.slice(0, most);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable for the keyboard
    <section className={classes.code} aria-label={label} tabIndex={0} data-whole={whole || undefined}>
      {shown.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
        <div key={index} className={classes.line}>
          <span className={classes.number}>{index + 1}</span>
          <span className={classes.text}>{visibleLine(line)}</span>
        </div>
      ))}
      {lines.length > shown.length ? (
        <div className={classes.line}>
          <span />
          <span className={classes.more}>… {(lines.length - shown.length).toLocaleString('en')} lines more</span>
        </div>
      ) : null}
    </section>
  );
}

/** Tabs stay: a configuration is indented with them. */
export function visibleLine(text: string): string {
  return text
    .split('\t')
    .map((part) => visibleText(part, 2000))
    .join('\t');
}

/** A last newline ends a line, and begins none. */
function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}
