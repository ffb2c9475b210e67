import { formatBytes } from '../units.ts';
import { called, needs, type Rule, refusal } from './rule.ts';

/** A paused guest cannot move its balloon. */
export const setMemory: Rule<'set-memory'> = {
  possible: (row) => needs(row, 'running', 'idle'),
  acceptable({ memory }, row, around) {
    const { memoryMax, memoryTarget } = row.facts;
    if (memoryMax > 0 && memory > memoryMax) {
      const hint = 'Raise maxmem in its configuration, and start it anew.';
      return refusal(row, 'bad-input', `${called(row)} was started with room for ${formatBytes(memoryMax)} at most.`, hint);
    }
    const free = around.host(row.host)?.memoryFree ?? 0;
    if (memory - memoryTarget > free) {
      const message = `The host has ${formatBytes(free)} free, and ${called(row)} would need ${formatBytes(memory - memoryTarget)} more.`;
      return refusal(row, 'memory-short', message, 'Give another domain less memory first.');
    }
    return undefined;
  },
};
