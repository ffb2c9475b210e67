import type { BackupHost, BackupsEvent } from '../../shared/contract/backups.ts';

/** By inventory id. */
export type BackupHosts = ReadonlyMap<string, BackupHost>;

/** The hosts after an event of the stream. */
export function applied(before: BackupHosts, event: BackupsEvent): BackupHosts {
  const hosts = new Map(event.kind === 'snapshot' ? [] : before);
  for (const host of event.hosts) hosts.set(host.host, host);
  if (event.kind === 'patch') for (const id of event.gone) hosts.delete(id);
  return hosts;
}
