import type { DomainAction, DomainRow } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { vmCount } from './domain-count.ts';

export type ActionKind = DomainAction['action'];

interface ActionWords {
  /** On a button: "Shut down". A dialog that asks for something first ends in "…". */
  readonly label: string;
  /** In "Shut down web01", "Set the memory of 3 VMs". */
  readonly verb: string;
  /** In "Shutting down 3 VMs did not work". */
  readonly doing: string;
  /** In "Shut down 3 VMs." */
  readonly done: string;
  /** One sentence: what it does. */
  readonly meaning: string;
}

/** What each action is called. */
export const actionWords: Readonly<Record<ActionKind, ActionWords>> = {
  start: { label: 'Start', verb: 'Start', doing: 'Starting', done: 'Started', meaning: 'Builds the VM from its configuration.' },
  shutdown: {
    label: 'Shut down',
    verb: 'Shut down',
    doing: 'Shutting down',
    done: 'Shut down',
    meaning: 'Asks the guest to end, and waits until it has.',
  },
  reboot: { label: 'Reboot', verb: 'Reboot', doing: 'Rebooting', done: 'Rebooted', meaning: 'Asks the guest to end and start again.' },
  pause: { label: 'Pause', verb: 'Pause', doing: 'Pausing', done: 'Paused', meaning: 'Takes all CPU time from it; it keeps its memory.' },
  unpause: { label: 'Unpause', verb: 'Unpause', doing: 'Unpausing', done: 'Unpaused', meaning: 'Gives it CPU time again.' },
  destroy: {
    label: 'Destroy',
    verb: 'Destroy',
    doing: 'Destroying',
    done: 'Destroyed',
    meaning: 'Takes it away at once, as pulling the plug does: the guest is not asked, and nothing can bring back what it held in memory.',
  },
  save: {
    label: 'Save',
    verb: 'Save',
    doing: 'Saving',
    done: 'Saved',
    meaning: 'Writes its memory into a file and takes it away; restoring goes on from there.',
  },
  restore: { label: 'Restore', verb: 'Restore', doing: 'Restoring', done: 'Restored', meaning: 'Goes on from a file that was saved.' },
  'set-memory': {
    label: 'Memory',
    verb: 'Set the memory of',
    doing: 'Setting the memory of',
    done: 'Set the memory of',
    meaning: 'Moves the balloon target: the guest gives memory back, or takes more up to its ceiling.',
  },
  'set-vcpus': {
    label: 'vCPUs',
    verb: 'Set the vCPUs of',
    doing: 'Setting the vCPUs of',
    done: 'Set the vCPUs of',
    meaning: 'Brings virtual CPUs on line or takes them off.',
  },
  rename: {
    label: 'Rename',
    verb: 'Rename',
    doing: 'Renaming',
    done: 'Renamed',
    meaning: 'Gives it another name until it ends; its file keeps the old one.',
  },
  'set-autostart': {
    label: 'Autostart',
    verb: 'Set the autostart of',
    doing: 'Setting the autostart of',
    done: 'Set the autostart of',
    meaning: 'Says whether it starts with its host (/etc/xen/auto).',
  },
  migrate: { label: 'Migrate', verb: 'Migrate', doing: 'Migrating', done: 'Migrated', meaning: 'Moves it to another host while it runs.' },
};

/** One VM by its name, several by their count. */
export function whichOf(rows: readonly Pick<DomainRow, 'name'>[]): string {
  const [row] = rows;
  return rows.length === 1 && row ? visibleText(row.name, 60) : vmCount(rows.length);
}
