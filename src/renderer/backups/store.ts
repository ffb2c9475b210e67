import { useEffect } from 'react';
import { create } from 'zustand';
import type { BackupJob } from '../../shared/contract/backups.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { sharedStream } from '../app/shared-stream.ts';
import { applied, type BackupHosts } from './backup-events.ts';

export interface BackupsState {
  /** False until the first snapshot. */
  readonly loaded: boolean;
  /** By inventory id. */
  readonly hosts: BackupHosts;
  /** Why the stream broke, while it is broken though the connection stands. */
  readonly problem: Problem | null;
}

/** The backups of the fleet, fed while a page that shows them is open. */
export const useBackups = create<BackupsState>(() => ({ loaded: false, hosts: new Map(), problem: null }));

const follow = sharedStream(() =>
  subscribe(
    (client, signal) => client.backups.watch(undefined, { signal }),
    (event) => useBackups.setState(({ hosts }) => ({ loaded: true, hosts: applied(hosts, event), problem: null })),
    {
      onProblem: (problem) => useBackups.setState({ problem }),
    },
  ),
);

/** Keeps the store fed for as long as the component is mounted. */
export function useFollowBackups(): void {
  useEffect(follow, []);
}

/** One job, drawn again only when its host told something new. */
export function useJob(host: string, id: string): BackupJob | undefined {
  return useBackups((state) => state.hosts.get(host)?.jobs.find((job) => job.id === id));
}
