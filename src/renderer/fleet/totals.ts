import type { HostState } from '../../shared/host-states.ts';
import { hostStates } from '../../shared/host-states.ts';
import { isCurrent, memoryRatio, shortOfMemoryRatio } from './figures.ts';
import type { FleetRow } from './rows.ts';

export interface Totals {
  readonly hosts: number;
  readonly byState: Readonly<Record<HostState, number>>;
  /** Bytes, over the hosts whose figures are current. */
  readonly memoryUsed: number;
  readonly memoryTotal: number;
  /** How many hosts those sums cover. */
  readonly measured: number;
  /** Hosts with current figures that have less than a tenth of their memory left. */
  readonly short: number;
}

/** The sums over the fleet. A host that is not online counts in its state only: what it last said is not what is. */
export function totalsOf(rows: Iterable<FleetRow>): Totals {
  const byState = Object.fromEntries(hostStates.map((state) => [state, 0])) as Record<HostState, number>;
  let hosts = 0;
  let memoryUsed = 0;
  let memoryTotal = 0;
  let measured = 0;
  let short = 0;
  for (const row of rows) {
    hosts += 1;
    byState[row.status.state] += 1;
    if (!isCurrent(row) || !row.live) continue;
    measured += 1;
    memoryUsed += row.live.memoryUsed;
    memoryTotal += row.live.memoryTotal;
    if ((memoryRatio(row.live) ?? 0) >= shortOfMemoryRatio) short += 1;
  }
  return { hosts, byState, memoryUsed, memoryTotal, measured, short };
}
