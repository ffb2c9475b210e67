import { type Alerts, openAlerts } from '../../src/main/alerts/alerts.ts';
import type { AlertsDeps } from '../../src/main/alerts/alerts-deps.ts';
import type { Sources } from '../../src/main/alerts/sources.ts';
import type { HostRow, HostSample } from '../../src/shared/contract/fleet.ts';
import type { InventoryHost } from '../../src/shared/contract/inventory.ts';
import { HumError } from '../../src/shared/errors.ts';
import { sampleAt } from './history.ts';
import { inventoryHost } from './inventory-host.ts';

export const gib = 2 ** 30;

/** A host whose memory a test sets; what it is otherwise does not matter to the rules. */
export interface TestHost {
  readonly host: InventoryHost;
  row: HostRow;
}

export function testHost(id: string, change: Partial<InventoryHost> = {}): TestHost {
  const host = inventoryHost(id, { name: id, ...change });
  return { host, row: { host, status: { state: 'connecting', since: 0 }, live: null, trend: [], system: null } };
}

/** A sample with this much of 16 GiB used, and the row as it is with it. */
export function sampleOf(host: TestHost, at: number, used: number, oomKills = 0): HostSample {
  host.row = {
    ...host.row,
    status: { state: 'online', since: 0 },
    live: {
      ...{ sampledAt: at, tookMs: 1, intervalMs: 5_000, memoryTotal: 16 * gib, memoryUsed: used * 16 * gib, memoryApproximate: false },
      ...{
        swapTotal: 0,
        swapUsed: 0,
        pressureSome: 0,
        pressureFull: 0,
        load1: 0.1,
        cores: 4,
        cpuUsed: 0,
        uptimeMs: at - 1_000_000,
        oomKills,
      },
    },
  };
  return sampleAt(at, {
    memoryTotal: 16 * gib,
    memoryUsed: used * 16 * gib,
    swapTotal: 0,
    swapUsed: 0,
    swapInPerSecond: 0,
    pressureMemorySome: 0,
    pressureMemoryFull: 0,
    load1: 0.1,
  });
}

export const quiet = { info: () => undefined, warn: () => undefined };

/** The service over these hosts, with a clock that the test moves. */
export function alertsOf(
  dataDir: string,
  hosts: readonly TestHost[],
  now: () => number,
  { sources, ...change }: Partial<Omit<AlertsDeps, 'sources'>> & { readonly sources?: Partial<Sources> } = {},
): Alerts {
  const byId = new Map(hosts.map((host) => [host.host.id, host]));
  return openAlerts({
    dataDir,
    sources: {
      rows: () => hosts.map(({ row }) => row),
      via: () => undefined,
      outage: () => null,
      disks: () => null,
      interfaces: () => null,
      xenHosts: () => [],
      domains: () => [],
      backupJobs: () => [],
      ...sources,
    },
    row: (id) => byId.get(id)?.row,
    past: async ({ from, to }) => ({ from, to, tier: 'sample', at: [], series: {} }),
    runner() {
      throw new HumError({ code: 'connection-lost', message: 'There is no connection.', hint: 'None.' });
    },
    by: 'ops',
    log: quiet,
    now,
    tickMs: null,
    ...change,
  });
}

/** Lets what was begun without a promise come to its end: the past of a host is read before its first sample counts. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
