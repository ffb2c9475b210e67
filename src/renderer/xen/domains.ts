import type { DomainRow, XenEvent, XenHost } from '../../shared/contract/xen.ts';

export type DomainRows = ReadonlyMap<string, DomainRow>;
export type XenHosts = ReadonlyMap<string, XenHost>;

/** How far an event reaches: into figures alone, into the states of domains too, or into which there are and what they are made of. */
export type XenReach = 'figures' | 'states' | 'roster';

export interface XenApplied {
  readonly hosts: XenHosts;
  /** By key. */
  readonly domains: DomainRows;
  readonly reach: XenReach;
}

/** Applies one event of `xen.watch`. Rows that it does not name keep their identity; a patch for a domain that is not there is dropped. */
export function applyXenEvent(hosts: XenHosts, domains: DomainRows, event: XenEvent): XenApplied {
  if (event.kind === 'snapshot') {
    return {
      hosts: new Map(event.hosts.map((host) => [host.host, host])),
      domains: new Map(event.domains.map((row) => [row.key, row])),
      reach: 'roster',
    };
  }
  const { added = [], facts = [], loads = [], gone = [], hostsGone = [] } = event;
  const nextHosts = event.hosts || hostsGone.length > 0 ? new Map(hosts) : hosts;
  if (nextHosts instanceof Map) {
    for (const id of hostsGone) nextHosts.delete(id);
    for (const host of event.hosts ?? []) nextHosts.set(host.host, host);
  }
  if (added.length + facts.length + loads.length + gone.length + hostsGone.length === 0) {
    return { hosts: nextHosts, domains, reach: event.hosts ? 'states' : 'figures' };
  }
  const next = new Map(domains);
  for (const key of gone) next.delete(key);
  for (const id of hostsGone) for (const row of domains.values()) if (row.host === id) next.delete(row.key);
  for (const row of added) next.set(row.key, row);
  let reach: XenReach = added.length + facts.length + gone.length + hostsGone.length > 0 ? 'roster' : event.hosts ? 'states' : 'figures';
  for (const change of facts) {
    const before = next.get(change.key);
    if (before) next.set(change.key, { ...before, facts: change.facts });
  }
  for (const change of loads) {
    const before = next.get(change.key);
    if (!before) continue;
    next.set(change.key, { ...before, load: change.load });
    if (reach === 'figures' && before.load.state !== change.load.state) reach = 'states';
  }
  return { hosts: nextHosts, domains: next, reach };
}
