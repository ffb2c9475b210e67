import { needs, type Rule } from './rule.ts';

export const restore: Rule<'restore'> = { possible: (row) => needs(row, 'off') };
