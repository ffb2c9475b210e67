import { needs, type Rule } from './rule.ts';

/** The remains of a domain, too: it is the way to clear them away. */
export const destroy: Rule<'destroy'> = {
  possible: (row) => (row.load.state === 'off' ? needs(row) : needs(row, 'running', 'idle', 'paused', 'shut-down', 'crashed')),
};
