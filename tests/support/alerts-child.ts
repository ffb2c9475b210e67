/**
 * A process of its own that watches one real host by its rules and tells its channels, to be killed in the middle: `node --import raw-imports.mjs alerts-child.ts <json>`.
 * Prints each change of an incident, and that evidence was collected, as a line of JSON.
 */
import { openAlerts } from '../../src/main/alerts/alerts.ts';
import { createFleet } from '../../src/main/fleet/fleet.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import type { Channel } from '../../src/shared/contract/channels.ts';
import { memoryStore, openTestChannels } from './channels.ts';
import { inventoryHost } from './inventory-host.ts';

export interface AlertsOrders {
  readonly dataDir: string;
  readonly port: number;
  readonly user: string;
  readonly key: string;
  readonly knownHosts: string;
  /** What the host has for /proc. */
  readonly proc: string;
  /** Where incidents and figures go. A Nagios host is the host itself. */
  readonly channels: readonly Channel[];
}

const { dataDir, port, user, key, knownHosts, proc, channels }: AlertsOrders = JSON.parse(process.argv[2] ?? '');
const tell = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

/** The real session, but that the probe reads another /proc. */
function withProc(session: Session): Session {
  const open: Session['open'] = async (script, [nonce = '', usual = '', ...rest] = [], options) => {
    const channel = await session.open(script, [nonce, proc, ...rest], options);
    const named = (chunk: Buffer) => Buffer.from(chunk.toString().replaceAll(`${proc}/`, `${usual}/`));
    return { ...channel, onData: (listener) => channel.onData((chunk) => listener(named(chunk))) };
  };
  return Object.create(session, { open: { value: open } }) as Session;
}

const known = createKnownHosts({ files: [knownHosts], appendTo: knownHosts });
const gate = createHandshakeGate();
const fleet = createFleet({
  openSession: (host) =>
    withProc(
      createSession(
        {
          id: host.id,
          address: host.address,
          port: host.port,
          user: host.user,
          keyFiles: [key],
          explicitKeys: true,
          agent: undefined,
          knownHosts: known,
        },
        { gate },
      ),
    ),
  readers: { memory: readMemory, network: readNetwork },
  onSample: (host, sample) => alerts.collect(host, sample),
});
const alerts = openAlerts({
  dataDir,
  sources: {
    rows: () => fleet.rows(),
    via: (host) => fleet.via(host),
    outage: () => fleet.outage(),
    disks: (host) => fleet.disks(host),
    interfaces: (host) => fleet.interfaces(host),
    xenHosts: () => [],
    domains: () => [],
    backupJobs: () => [],
  },
  row: (host) => fleet.row(host),
  past: async ({ from, to }) => ({ from, to, tier: 'sample', at: [], series: {} }),
  runner: (host) => fleet.runner(host),
  by: 'ops',
  log: { info: () => undefined, warn: () => undefined },
  tickMs: 200,
  evidencePlace: { proc, root: '' },
});
alerts.onChange(({ event, incident }) => tell({ event, rule: incident.rule, severity: incident.severity }));
openTestChannels(dataDir, {
  store: memoryStore({ channels }),
  incidents: alerts,
  hosts: () => fleet.rows(),
  runner: () => fleet.runner('h1'),
});
fleet.setHosts([inventoryHost('h1', { name: 'web01', address: '127.0.0.1', port, user })]);
alerts.setHosts(['h1']);
// Somebody looks at the host: it is sampled each second.
let told = false;
for await (const event of fleet.watchHost('h1')) {
  if (event.kind === 'sample' && !told) {
    told = true;
    tell({ event: 'sampled' });
  }
  for await (const { incidents } of alerts.watch()) {
    if (incidents.some(({ hasEvidence }) => hasEvidence)) tell({ event: 'evidence' });
    break;
  }
}
