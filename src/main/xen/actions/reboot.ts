import { command, idHere, minute, type Planner, titled, wait } from './steps.ts';

/** A rebooted domain keeps its uuid and gets a new id; in between it is gone for a moment. */
export const reboot: Planner<'reboot'> = ({ row, host }) => {
  const words = row.facts.type === 'hvm' && host.toolstack === 'xl' ? ['reboot', '-F', idHere] : ['reboot', idHere];
  return [
    { title: `Ask ${titled(row.name)} to reboot`, host: row.host, action: command(host, row, words), undo: null },
    wait(`Wait until ${titled(row.name)} is back`, row, { effect: 'rebooted' }, 3 * minute),
  ];
};
