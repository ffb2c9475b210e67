import type { DomainAction } from '../../../shared/contract/xen.ts';
import type { Plan, Step } from '../../plans/plan.ts';
import { destroy } from './destroy.ts';
import { migrate } from './migrate.ts';
import { pause } from './pause.ts';
import { reboot } from './reboot.ts';
import { rename } from './rename.ts';
import { restore } from './restore.ts';
import { save } from './save.ts';
import { setAutostart } from './set-autostart.ts';
import { setMemory } from './set-memory.ts';
import { setVcpus } from './set-vcpus.ts';
import { shutdown } from './shutdown.ts';
import { start } from './start.ts';
import { type Planner, type Planning, titled } from './steps.ts';
import { unpause } from './unpause.ts';

type Kind = DomainAction['action'];

const planners: { readonly [K in Kind]: Planner<K> } = {
  start,
  shutdown,
  reboot,
  pause,
  unpause,
  destroy,
  save,
  restore,
  'set-memory': setMemory,
  'set-vcpus': setVcpus,
  rename,
  'set-autostart': setAutostart,
  migrate,
};

/** "Pause web01 on xen-a". */
const titles: Readonly<Record<Kind, string>> = {
  start: 'Start',
  shutdown: 'Shut down',
  reboot: 'Reboot',
  pause: 'Pause',
  unpause: 'Unpause',
  destroy: 'Destroy',
  save: 'Save',
  restore: 'Restore',
  'set-memory': 'Set the memory of',
  'set-vcpus': 'Set the virtual CPUs of',
  rename: 'Rename',
  'set-autostart': 'Set the autostart of',
  migrate: 'Migrate',
};

/** The plan of one action on one domain. Pure. `hostName` is for people. */
export function planOf<K extends Kind>(planning: Planning<K>, hostName: string): Plan {
  const { action, row } = planning;
  const planner: Planner<K> = planners[action.action as K];
  const steps: readonly Step[] = planner(planning);
  const title = `${titles[action.action]} ${titled(row.name)} on ${titled(hostName)}`;
  return { kind: `xen.${action.action}`, title, host: row.host, subject: row.key, steps };
}
