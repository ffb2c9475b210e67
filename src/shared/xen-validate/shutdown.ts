import { needs, type Rule } from './rule.ts';

/** A paused guest hears nothing. */
export const shutdown: Rule<'shutdown'> = { possible: (row) => needs(row, 'running', 'idle') };
