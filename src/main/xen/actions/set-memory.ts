import { formatBytes } from '../../../shared/units.ts';
import { command, idHere, mebibytes, minute, type Planner, titled, wait } from './steps.ts';

/** The toolstack only sets a target; the balloon driver in the guest follows as far as it can. */
export const setMemory: Planner<'set-memory'> = ({ action, row, host }) => {
  const before = row.facts.memoryTarget > 0 ? row.facts.memoryTarget : row.load.memory;
  return [
    {
      title: `Set the memory of ${titled(row.name)} to ${formatBytes(action.memory)}`,
      host: row.host,
      action: command(host, row, ['mem-set', idHere, mebibytes(action.memory)]),
      undo: command(host, row, ['mem-set', idHere, mebibytes(before)], { gone: 'done' }),
    },
    wait(`Wait until ${titled(row.name)} follows`, row, { effect: 'memory', memory: action.memory }, minute),
  ];
};
