import type { ReactNode } from 'react';
import classes from './backups.module.css';
import { dayWord, stripWords } from './job-words.ts';

/** A cell for each of the last 30 days, the newest on the right: told apart by height as well as by colour. */
export function DayStrip({ days, large = false }: { readonly days: string; readonly large?: boolean }): ReactNode {
  return (
    <span className={classes.strip} data-large={large || undefined} role="img" aria-label={stripWords(days)}>
      {[...days].map((letter, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a day has no other name than its place
        <span key={index} data-day={letter} title={dayWord(days, index)} />
      ))}
    </span>
  );
}
