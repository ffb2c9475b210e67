import { command, idHere, type Planner, second, titled, wait } from './steps.ts';

export const unpause: Planner<'unpause'> = ({ row, host }) => [
  {
    title: `Unpause ${titled(row.name)}`,
    host: row.host,
    action: command(host, row, ['unpause', idHere], { unless: '!p' }),
    undo: command(host, row, ['pause', idHere], { unless: 'p', gone: 'done' }),
  },
  wait(`See that ${titled(row.name)} runs`, row, { effect: 'unpaused' }, 30 * second),
];
