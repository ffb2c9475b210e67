import { called, type Rule, refusal } from './rule.ts';

export const unpause: Rule<'unpause'> = {
  possible: (row) =>
    row.load.state === 'paused' ? undefined : refusal(row, 'wrong-state', `${called(row)} is not paused.`, 'There is nothing to do.'),
};
