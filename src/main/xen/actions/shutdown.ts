import { command, idHere, minute, type Planner, titled, wait } from './steps.ts';

/** xl(1), shutdown: -F sends an ACPI power event to a guest that has no drivers of Xen. xm did that by itself. */
export const shutdown: Planner<'shutdown'> = ({ row, host }) => {
  const words = row.facts.type === 'hvm' && host.toolstack === 'xl' ? ['shutdown', '-F', idHere] : ['shutdown', idHere];
  return [
    { title: `Ask ${titled(row.name)} to shut down`, host: row.host, action: command(host, row, words, { gone: 'done' }), undo: null },
    wait(`Wait until ${titled(row.name)} has shut down`, row, { effect: 'ended' }, 2 * minute),
  ];
};
