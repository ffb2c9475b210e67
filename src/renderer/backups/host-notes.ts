import type { BackupHost } from '../../shared/contract/backups.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** Clocks are never quite alike; this much is told. */
const clockTolerance = 60_000;

/** One thing that keeps the list of jobs from being whole, and the hosts that it is about. */
export interface Note {
  readonly key: string;
  readonly hosts: readonly BackupHost[];
  readonly words: string;
  readonly hint: string;
  /** The lines of sudoers would help these hosts. */
  readonly sudoers?: boolean;
}

/** Hosts that could not be read, accounts that see little, clocks that are off; at most eight things. */
export function notesOf(hosts: readonly BackupHost[]): readonly Note[] {
  const notes: Note[] = [];
  const failed = Map.groupBy(
    hosts.filter(({ problem }) => problem !== undefined),
    ({ problem }) => problem?.message ?? '',
  );
  for (const [message, about] of failed) {
    notes.push({ key: message, hosts: about, words: visibleText(message, 200), hint: visibleText(about[0]?.problem?.hint ?? '', 200) });
  }
  const account = hosts.filter(({ readAt, rights }) => readAt !== null && rights === 'account');
  if (account.length > 0) {
    notes.push({
      key: 'rights',
      hosts: account,
      words: 'The crontabs of other users, root’s among them, cannot be read with this account, and no fix can be applied.',
      hint: 'A line of sudoers lets it read them. To change them as well it takes root, or sudo for sh: choose how to become root when the host is edited.',
      sudoers: true,
    });
  }
  const crontabs = hosts.filter(({ readAt, rights }) => readAt !== null && rights === 'crontabs');
  if (crontabs.length > 0) {
    notes.push({
      key: 'crontabs',
      hosts: crontabs,
      words: 'The account may read all crontabs, but not the scripts and logs that are root’s alone, and no fix can be applied.',
      hint: 'For that it takes root, or sudo for sh: choose how to become root when the host is edited.',
    });
  }
  for (const host of hosts) {
    if (host.readAt !== null && Math.abs(host.clockOffsetMs) > clockTolerance) {
      const off = `${formatDuration(Math.abs(host.clockOffsetMs))} ${host.clockOffsetMs > 0 ? 'fast' : 'slow'}`;
      notes.push({
        key: `clock ${host.host}`,
        hosts: [host],
        words: `Its clock is ${off}.`,
        hint: 'Its jobs start by its own clock, and the times here are told by it.',
      });
    }
  }
  return notes.slice(0, 8);
}
