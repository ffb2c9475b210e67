import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './CodeText.module.css';

/** A text to be read, with the numbers of its lines. `whole`: as high as it is, its page scrolls. */
export function CodeText({
  text,
  label,
  whole = false,
}: {
  readonly text: string;
  readonly label: string;
  readonly whole?: boolean;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable for the keyboard
    <section className={classes.code} aria-label={label} tabIndex={0} data-whole={whole || undefined}>
      {linesOf(text).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
        <div key={index} className={classes.line}>
          <span className={classes.number}>{index + 1}</span>
          <span className={classes.text}>{visibleLine(line)}</span>
        </div>
      ))}
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
