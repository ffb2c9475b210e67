import { command, idHere, minute, type Planner, titled, wait } from './steps.ts';

export const destroy: Planner<'destroy'> = ({ row, host }) => [
  {
    title: `Destroy ${titled(row.name)}`,
    host: row.host,
    action: command(host, row, ['destroy', idHere], { gone: 'done' }),
    undo: null,
  },
  wait(`See that ${titled(row.name)} is gone`, row, { effect: 'gone' }, minute),
];
