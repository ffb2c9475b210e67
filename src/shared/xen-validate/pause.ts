import { needs, type Rule } from './rule.ts';

export const pause: Rule<'pause'> = { possible: (row) => needs(row, 'running', 'idle') };
