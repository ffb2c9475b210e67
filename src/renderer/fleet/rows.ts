import type { FleetEvent, HostRow, HostRowPatch } from '../../shared/contract/fleet.ts';
import type { Trend } from '../../shared/trend.ts';
import { appendTrend, trendStepMs } from '../../shared/trend.ts';

/** A host as the overview holds it: the row of the contract, its trend with its place in time. */
export interface FleetRow extends Omit<HostRow, 'trend'> {
  readonly id: string;
  readonly trend: Trend;
}

export type FleetRows = ReadonlyMap<string, FleetRow>;

/** The row of a snapshot. Its trend ends at its newest sample: only samples append to it. */
export function rowFrom(row: HostRow): FleetRow {
  const endStep = row.live ? Math.floor(row.live.sampledAt / trendStepMs) : 0;
  return { ...row, id: row.host.id, trend: { endStep, points: row.trend } };
}

/** The row with a patch applied: a new object; what the patch leaves alone is shared with the old one. */
function patchRow(row: FleetRow, patch: HostRowPatch): FleetRow {
  const { live } = patch;
  const trend = live && live.memoryTotal > 0 ? appendTrend(row.trend, live.sampledAt, live.memoryUsed / live.memoryTotal) : row.trend;
  return {
    id: row.id,
    host: patch.host ?? row.host,
    status: patch.status ?? row.status,
    live: live ?? row.live,
    system: patch.system ?? row.system,
    trend,
  };
}

/** How far an event reaches: into figures alone, into the states of hosts too, or into which hosts there are and what they are called. */
export type Reach = 'figures' | 'states' | 'roster';

/** What an event leaves. */
export interface Applied {
  readonly rows: FleetRows;
  readonly reach: Reach;
}

/** Applies one event of `fleet.watch`. Rows that it does not name keep their identity; a patch for a host that is not there is dropped. */
export function applyEvent(rows: FleetRows, event: FleetEvent): Applied {
  if (event.kind === 'snapshot') {
    return { rows: new Map(event.rows.map((row) => [row.host.id, rowFrom(row)])), reach: 'roster' };
  }
  const { added = [], changed = [], removed = [] } = event;
  if (added.length + changed.length + removed.length === 0) return { rows, reach: 'figures' };
  const next = new Map(rows);
  for (const id of removed) next.delete(id);
  for (const row of added) next.set(row.host.id, rowFrom(row));
  let reach: Reach = added.length + removed.length > 0 ? 'roster' : 'figures';
  for (const patch of changed) {
    const before = next.get(patch.id);
    if (!before) continue;
    next.set(patch.id, patchRow(before, patch));
    if (patch.host) reach = 'roster';
    else if (reach === 'figures' && patch.status && patch.status.state !== before.status.state) reach = 'states';
  }
  return { rows: next, reach };
}
