import type { DomainRow, DomainState, XenHost } from '../../shared/contract/xen.ts';
import { type ChipId, chips } from './chips.ts';
import { domainStatesByUrgency } from './domain-states.ts';
import { domainMatches } from './match.ts';
import { parseDomainQuery } from './query.ts';

export interface DomainTotals {
  /** Without dom0. */
  readonly domains: number;
  readonly byState: Readonly<Record<DomainState, number>>;
  readonly byChip: Readonly<Record<ChipId, number>>;
  /** Bytes of all domains that are there, without dom0. */
  readonly memory: number;
  readonly vcpus: number;
  readonly hosts: number;
  /** Bytes over all Xen hosts. */
  readonly memoryFree: number;
  readonly memoryTotal: number;
}

const queries = chips.map(({ id, filter }) => ({ id, query: parseDomainQuery(filter) }));

/** The sums over the fleet. Dom0 is part of its host, not a domain to be counted. */
export function domainTotals(rows: Iterable<DomainRow>, hosts: Iterable<XenHost>, twice: { has(key: string): boolean }): DomainTotals {
  const byState = Object.fromEntries(domainStatesByUrgency.map((state) => [state, 0])) as Record<DomainState, number>;
  const byChip = Object.fromEntries(chips.map(({ id }) => [id, 0])) as Record<ChipId, number>;
  let domains = 0;
  let memory = 0;
  let vcpus = 0;
  for (const row of rows) {
    if (row.facts.control) continue;
    domains += 1;
    byState[row.load.state] += 1;
    if (row.load.id !== null) {
      memory += row.load.memory;
      vcpus += row.load.vcpus;
    }
    const around = { hostName: '', group: null, tags: [], twice: twice.has(row.key), now: 0 };
    for (const { id, query } of queries) if (domainMatches(query, row, around)) byChip[id] += 1;
  }
  let hostCount = 0;
  let memoryFree = 0;
  let memoryTotal = 0;
  for (const host of hosts) {
    hostCount += 1;
    memoryFree += host.memoryFree;
    memoryTotal += host.memoryTotal;
  }
  return { domains, byState, byChip, memory, vcpus, hosts: hostCount, memoryFree, memoryTotal };
}
