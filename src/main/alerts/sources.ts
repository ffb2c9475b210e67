import type { BackupJob } from '../../shared/contract/backups.ts';
import type { FileSystem, HostDisks, HostInterfaces, HostRow, Outage } from '../../shared/contract/fleet.ts';
import type { DomainRow, XenHost } from '../../shared/contract/xen.ts';
import { formatBytes } from '../../shared/units.ts';
import type { OomCount } from './alert-store.ts';
import { partOf, type WatchedHost, type Watches } from './watches.ts';

/** What the rules are told of, beside the samples. */
export interface Sources {
  readonly rows: () => readonly HostRow[];
  /** The last jump host on the way to a host, as people know it; undefined without one. */
  readonly via: (host: string) => string | undefined;
  readonly outage: () => Outage | null;
  /** The file systems of a host as they were read last; null while they are not known. */
  readonly disks: (host: string) => HostDisks | null;
  /** The interfaces of a host that have errors or drops now; null while they are not read. */
  readonly interfaces: (host: string) => HostInterfaces | null;
  readonly xenHosts: () => readonly XenHost[];
  readonly domains: () => readonly DomainRow[];
  /** Every job that is known, of a host that cannot be read now as it was. */
  readonly backupJobs: () => readonly BackupJob[];
}

const minuteMs = 60_000;

/** Looks at what no sample brings: hosts that are out of reach, jump hosts, disks, Xen and its domains, backups. */
export function lookAround(sources: Sources, watches: Watches, at: number): void {
  const rows = sources.rows();
  const hosts = new Map(rows.map(({ host }) => [host.id, host as WatchedHost]));
  lookAtReach(sources, rows, watches, at);
  lookAtDisks(sources, hosts, watches, at);
  for (const { host: id, at: seenAt, memoryFree, problem } of sources.xenHosts()) {
    const host = hosts.get(id);
    if (host !== undefined && problem === undefined) watches.observe(host, 'xen-free', '', { at: seenAt, value: memoryFree });
  }
  lookAtDomains(sources, hosts, watches, at);
  lookAtBackups(sources, hosts, watches, at);
}

function lookAtReach({ via, outage }: Sources, rows: readonly HostRow[], watches: Watches, at: number): void {
  const current = outage();
  const noNetwork = current?.cause === 'network' ? 'The network of this machine is gone: nothing can be told of hosts.' : null;
  /** By jump host: who is behind it and out of reach because of it, and which jump hosts are known to work. */
  const behind = new Map<string, { readonly rows: HostRow[]; since: number }>();
  const working = new Set<string>();
  const lost = new Set(watches.troubled('host-unreachable').map(({ place }) => place.host));
  for (const row of rows) {
    const { host, status, live } = row;
    if (status.state === 'disabled') {
      watches.end(host.id, at, 'The host was disabled.');
      continue;
    }
    if (status.state === 'online') {
      const jump = via(host.id);
      if (jump !== undefined) working.add(partOf(jump));
      if (lost.has(host.id)) watches.observe(host, 'host-unreachable', '', { at, value: 0 });
      continue;
    }
    // Until it is known how the first attempt ends nothing is known.
    if (status.state === 'connecting') continue;
    // A host that was never seen waits for a person who trusts its key: that is no trouble of the host.
    if (status.state === 'host-key-unknown' && live === null && !lost.has(host.id)) continue;
    const watch = watches.watch({ host: host.id, rule: 'host-unreachable', part: '' });
    const before = watch === undefined || watch.phase === 'ok' ? status.since : Math.min(watch.since, status.since);
    const since = Math.min(at, live?.sampledAt ?? before);
    let held = noNetwork;
    if (status.problem?.code === 'jump-host-down') {
      const jump = partOf(via(host.id) ?? 'before it');
      const others = behind.get(jump);
      if (others === undefined) behind.set(jump, { rows: [row], since });
      else {
        others.rows.push(row);
        others.since = Math.min(others.since, since);
      }
      held = `The jump host ${jump} is out of reach.`;
    }
    const detail = status.problem?.message ?? null;
    watches.observe(host, 'host-unreachable', '', { at, value: (at - since) / minuteMs, since, detail, held });
  }
  lookAtJumpHosts(behind, working, new Map(rows.map(({ host }) => [host.id, host])), watches, at, noNetwork);
}

function lookAtJumpHosts(
  behind: ReadonlyMap<string, { readonly rows: readonly HostRow[]; readonly since: number }>,
  working: ReadonlySet<string>,
  hosts: ReadonlyMap<string, WatchedHost>,
  watches: Watches,
  at: number,
  held: string | null,
): void {
  const troubled = watches.troubled('jump-host');
  for (const [jump, { rows, since }] of behind) {
    // One incident for all of them: at the host that has it already, or the first by name.
    const known = troubled.find(({ place }) => place.part === jump)?.place.host;
    const first = rows.map(({ host }) => host).sort((left, right) => left.name.localeCompare(right.name, 'en', { numeric: true }))[0];
    const host = (known === undefined ? undefined : hosts.get(known)) ?? first;
    const detail = `${rows.length} ${rows.length === 1 ? 'host is' : 'hosts are'} behind it`;
    if (host !== undefined) watches.observe(host, 'jump-host', jump, { at, value: (at - since) / minuteMs, since, detail, held });
  }
  for (const { place } of troubled) {
    const host = hosts.get(place.host);
    if (host !== undefined && working.has(place.part) && !behind.has(place.part)) {
      watches.observe(host, 'jump-host', place.part, { at, value: 0 });
    }
  }
}

function lookAtDisks({ disks }: Sources, hosts: ReadonlyMap<string, WatchedHost>, watches: Watches, at: number): void {
  for (const [id, host] of hosts) {
    const read = disks(id);
    for (const system of read?.fileSystems ?? []) {
      // What cannot be written to does not fill up.
      if (system.readOnly) continue;
      // Of those that are one to the rules the fuller comes first.
      watches.observe(host, 'disk-space', partOf(system.mount), { at: read?.at ?? at, value: system.full, detail: roomOf(system) });
    }
  }
  for (const { place } of watches.troubled('disk-space')) {
    const read = disks(place.host);
    if (read === null || read.problem !== null) continue;
    if (read.fileSystems.some((system) => !system.readOnly && partOf(system.mount) === place.part)) continue;
    watches.end(place.host, at, 'The file system is not mounted any more.', { rule: 'disk-space', part: place.part });
  }
}

function roomOf({ fullOf, available, size, inodes }: FileSystem): string {
  if (fullOf === 'space' || inodes === null) return `${formatBytes(available)} free of ${formatBytes(size)}`;
  return `${(inodes.total - inodes.used).toLocaleString('en')} inodes free of ${inodes.total.toLocaleString('en')}`;
}

function lookAtDomains({ domains }: Sources, hosts: ReadonlyMap<string, WatchedHost>, watches: Watches, at: number): void {
  const seen = new Set<string>();
  for (const { host: id, name, facts, load } of domains()) {
    const host = hosts.get(id);
    if (host === undefined || facts.control || load.id === null || facts.memoryMax <= 0) continue;
    const part = partOf(name);
    seen.add(`${id} ${part}`);
    watches.observe(host, 'domain-ceiling', part, { at, value: load.memory / facts.memoryMax });
  }
  for (const { place } of watches.troubled('domain-ceiling')) {
    if (!seen.has(`${place.host} ${place.part}`)) {
      watches.end(place.host, at, 'The domain is not there any more.', { rule: 'domain-ceiling', part: place.part });
    }
  }
}

const backupRules = { failing: 'backup-failed', overdue: 'backup-overdue' } as const;

function lookAtBackups({ backupJobs }: Sources, hosts: ReadonlyMap<string, WatchedHost>, watches: Watches, at: number): void {
  /** By host and name: two jobs of a name on one host are one to the rules, as bad as the worse. */
  const jobs = new Map<string, BackupJob>();
  for (const job of backupJobs()) {
    const key = `${job.host} ${partOf(job.name)}`;
    const before = jobs.get(key);
    if (before === undefined || !(before.state in backupRules)) jobs.set(key, job);
  }
  for (const job of jobs.values()) {
    const host = hosts.get(job.host);
    if (host === undefined) continue;
    for (const [state, rule] of Object.entries(backupRules)) {
      // Of one that runs nothing is known but that it does: what was, stays.
      if (job.state === 'running' || job.state === 'unknown') continue;
      watches.observe(host, rule, partOf(job.name), { at, value: job.state === state ? 1 : 0, detail: job.stateWords });
    }
  }
  for (const rule of Object.values(backupRules)) {
    for (const { place } of watches.troubled(rule)) {
      const host = hosts.get(place.host);
      if (host === undefined || jobs.has(`${place.host} ${place.part}`)) continue;
      watches.end(place.host, at, 'The job is not there any more.', { rule, part: place.part });
    }
  }
}

/** For so long an OOM kill counts. */
const oomWindowMs = 15 * minuteMs;
/** Clocks of hosts and uptimes are not so exact that less would mean another boot. */
const sameBootMs = 5 * minuteMs;

/** What is known of a host's OOM kills with another sample. The kernel's count begins anew with each boot. */
export function countOoms(before: OomCount | undefined, oomKills: number, bootedAt: number, at: number): OomCount {
  if (before === undefined) return { seen: oomKills, bootedAt, kills: [] };
  const rebooted = bootedAt - before.bootedAt > sameBootMs || oomKills < before.seen;
  const fresh = rebooted ? oomKills : oomKills - before.seen;
  const recent = before.kills.filter(([when]) => when > at - oomWindowMs && when <= at);
  if (fresh === 0 && recent.length === before.kills.length && !rebooted) return before;
  const kills = fresh === 0 ? recent : [...recent, [at, fresh] as const].slice(-100);
  return { seen: oomKills, bootedAt: rebooted ? bootedAt : before.bootedAt, kills };
}

export function recentKills({ kills }: OomCount): number {
  return kills.reduce((sum, [, count]) => sum + count, 0);
}
