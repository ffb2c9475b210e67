import type { HostLive, HostRow } from '../../src/shared/contract/fleet.ts';
import { trendStepMs } from '../../src/shared/trend.ts';
import { inventoryHost } from '../support/inventory-host.ts';

export const gib = 1024 ** 3;

/** The start of a trend step, so that tests can count steps from it. */
export const at = 113_000_000 * trendStepMs;

export function live(change: Partial<HostLive> = {}): HostLive {
  return {
    sampledAt: at,
    tookMs: 8,
    intervalMs: 5_000,
    memoryTotal: 16 * gib,
    memoryUsed: 4 * gib,
    memoryApproximate: false,
    swapTotal: 2 * gib,
    swapUsed: 0.5 * gib,
    pressureSome: 0.02,
    pressureFull: 0,
    load1: 1.5,
    cores: 4,
    cpuUsed: 0.4,
    uptimeMs: 86_400_000,
    oomKills: 0,
    ...change,
  };
}

export function hostRow(id: string, change: Partial<HostRow> = {}): HostRow {
  return {
    host: inventoryHost(id, { name: `${id}.example.org` }),
    status: { state: 'online', since: at },
    live: live(),
    trend: [0.2, 0.25],
    system: null,
    ...change,
  };
}
