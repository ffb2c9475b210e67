import ssh2 from 'ssh2';
import { messageOf } from '../../shared/errors.ts';
import { type HostServer, startHostServer } from './host-server.ts';
import { newKeyPair } from './keys.ts';
import { type DemoOrder, type DemoReport, demoOrder } from './messages.ts';
import { fleetOf } from './profiles.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { newShare } from './xen/xen-host.ts';

/**
 * The demo fleet's process: waits for one order, starts the hosts, reports their ports and serves until the console is gone. It never
 * outlives the console: when that dies, even by SIGKILL, the IPC channel closes.
 */

const tickMs = 250;
let hosts: readonly HostServer[] = [];

process.once('disconnect', leave);
process.once('SIGTERM', leave);
// Ctrl-C reaches every process of the terminal; the console ends this one in its own order.
process.on('SIGINT', () => {
  if (!process.connected) leave();
});
process.once('message', (message) => {
  start(demoOrder.parse(message)).then(report, (error: unknown) => report({ kind: 'failed', message: messageOf(error) }));
});

async function start(order: DemoOrder): Promise<DemoReport> {
  const clientKey = ssh2.utils.parseKey(order.clientKey);
  if (clientKey instanceof Error) throw clientKey;
  const hostKey = newKeyPair();
  const began = performance.now();
  const now = () => (performance.now() - began) * order.speed;
  const peers = new Map<number, SimulatedHost>();
  const shared = newShare();
  hosts = await Promise.all(
    fleetOf(order.seed, order.hosts, order.domains).map((profile) =>
      startHostServer({ profile, hostKey: hostKey.private, clientKey, now, peers, shared }),
    ),
  );
  // One timer for all hosts: what they show is worked out when somebody asks.
  setInterval(() => {
    for (const host of hosts) host.tick();
  }, tickMs / Math.max(1, order.speed));
  return { kind: 'ready', ports: hosts.map((host) => host.port), hostKey: hostKey.public };
}

function report(message: DemoReport): void {
  if (process.connected) process.send?.(message);
}

function leave(): void {
  for (const host of hosts) host.close();
  process.exit(0);
}
