import { command, idHere, type Planner, second, titled, wait } from './steps.ts';

export const pause: Planner<'pause'> = ({ row, host }) => [
  {
    title: `Pause ${titled(row.name)}`,
    host: row.host,
    action: command(host, row, ['pause', idHere], { unless: 'p' }),
    undo: command(host, row, ['unpause', idHere], { unless: '!p', gone: 'done' }),
  },
  wait(`See that ${titled(row.name)} is paused`, row, { effect: 'paused' }, 30 * second),
];
