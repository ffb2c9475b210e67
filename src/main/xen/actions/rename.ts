import type { DomainRow, XenHost } from '../../../shared/contract/xen.ts';
import type { Action } from '../../plans/plan.ts';
import { command, idHere, type Planner, second, titled, wait } from './steps.ts';

/** Of what runs: the configuration keeps its name, and so does the domain at its next start. */
export const rename: Planner<'rename'> = ({ action, row, host }) => [
  {
    title: `Rename ${titled(row.name)} to ${action.name} until its next start`,
    host: row.host,
    action: command(host, row, ['rename', idHere, action.name]),
    undo: nameBefore(host, row),
  },
  wait(`See ${action.name}`, row, { effect: 'named', name: action.name }, 30 * second),
];

/** A name from the host may be anything, and xl has no `--` here: one that looks like an option, or like our sign for the id, stays lost. */
function nameBefore(host: XenHost, row: DomainRow): Action | null {
  if (row.name.startsWith('-') || row.name === idHere || row.name === '(null)') return null;
  return command(host, row, ['rename', idHere, row.name], { gone: 'done' });
}
