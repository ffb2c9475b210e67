import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type HostServer, startHostServer } from '../../src/main/demo/host-server.ts';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { createFleet, type Fleet } from '../../src/main/fleet/fleet.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createJumpHosts, type JumpHosts } from '../../src/main/ssh/jump-hosts.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import type { Outage } from '../../src/shared/contract/fleet.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { patienceMs } from '../support/patience.ts';
import { knownHostsName, openRig, type Rig, type Server } from '../support/sshd.ts';

const count = 500;
const ids = Array.from({ length: count }, (_, index) => `h${index}`);

let rig: Rig;
let bastion: Server;
let hosts: readonly HostServer[];
let jumps: JumpHosts;
let fleet: Fleet;

/** The hosts are the demo's, in this process; the bastion is a real sshd, which would stand neither 500 connections nor three sessions. */
const settings = { MaxSessions: '2', MaxStartups: '3:100:4' };

beforeAll(async () => {
  rig = await openRig();
  const [key, hostKey] = [await rig.clientKey(), await rig.hostKey()];
  bastion = await rig.sshd({ settings });
  const clientKey = ssh2.utils.parseKey(key.public);
  if (clientKey instanceof Error) throw clientKey;
  const now = () => 0;
  const profiles = fleetOf(1, count + 20).filter(({ role }) => role === 'steady');
  hosts = await Promise.all(
    profiles.slice(0, count).map((profile) =>
      startHostServer({
        profile: { ...profile, xen: null },
        hostKey: readFileSync(hostKey.path, 'utf8'),
        clientKey,
        now,
        peers: new Map(),
      }),
    ),
  );
  const file = join(rig.dir, 'known_hosts');
  const lines = hosts.map(({ port }) => `${knownHostsName('127.0.0.1', port)} ${hostKey.public}\n`);
  writeFileSync(file, `${rig.knownHosts(bastion)}${lines.join('')}`);
  const knownHosts = createKnownHosts({ files: [file], appendTo: file });
  const common = { user: rig.user, keyFiles: [key.path], explicitKeys: true, agent: undefined, knownHosts };
  const through = { ...common, id: 'bastion', address: '127.0.0.1', port: bastion.port };
  const gate = createHandshakeGate();
  jumps = createJumpHosts({ gate });
  fleet = createFleet({
    openSession: ({ id, address, port }) =>
      createSession({ ...common, id, address, port, way: { kind: 'jump', through } }, { gate, jumps }),
    readers: { memory: readMemory, network: readNetwork },
    probes: { gateway: async () => ({ address: '192.0.2.1', answers: true }), resolver: async () => true },
    hopAnswers: jumps.answers,
  });
});
afterAll(async () => {
  await fleet.stop();
  jumps.stop();
  for (const host of hosts) host.close();
  await rig.close();
});

/** For what 500 hosts have to do, key exchanges of two processes that share a processor with other tests. */
const patience = { timeout: 3 * patienceMs, interval: 100 };
const inState = (state: string, code?: string) =>
  fleet.rows().filter(({ status }) => status.state === state && status.problem?.code === code);

test('500 hosts behind one bastion are one login there; when it is down they say so, it is one event, and it is left in peace', async () => {
  fleet.setHosts(hosts.map(({ port }, index) => inventoryHost(ids[index] ?? '', { address: '127.0.0.1', port, user: rig.user })));
  const outages: (Outage | null)[] = [];
  const ended = new AbortController();
  const watching = (async () => {
    for await (const event of fleet.watch(ended.signal)) if (event.outage !== undefined) outages.push(event.outage);
  })();
  const logins = ({ daemon }: Server) => daemon.log.split('Accepted publickey').length - 1;
  await vi.waitFor(() => expect(inState('online')).toHaveLength(count), patience);
  expect(logins(bastion)).toBe(1);
  expect(bastion.daemon.log).not.toMatch(/MaxStartups|drop connection|no more sessions/i);

  await bastion.daemon.stop();
  let knocks = 0;
  const dead = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => dead.listen(bastion.port, '127.0.0.1', resolve));
  await vi.waitFor(() => expect(inState('unreachable', 'jump-host-down')).toHaveLength(count), patience);
  const message = `The jump host 127.0.0.1:${bastion.port} is gone, and all ${count} hosts behind it.`;
  await vi.waitFor(() => expect(outages.at(-1)).toMatchObject({ cause: 'jump-host', hosts: count, message }), patience);
  // It may have been told while it still grew, as the same one.
  expect(new Set(outages.flatMap((outage) => outage?.since ?? [])).size).toBe(1);
  // With the backoff of one host, not of 500: one to two minutes have room for eight.
  expect(knocks).toBeGreaterThan(0);
  expect(knocks).toBeLessThan(12);
  expect(fleet.row('h0')?.live?.memoryTotal).toBeGreaterThan(0);

  await new Promise((resolve) => dead.close(resolve));
  await bastion.daemon.start();
  fleet.reconnect(ids);
  await vi.waitFor(() => expect(inState('online')).toHaveLength(count), patience);
  await vi.waitFor(() => expect(outages.at(-1)).toBeNull(), patience);
  expect(logins(bastion)).toBe(2);

  // All of them go, and it is not the bastion's fault.
  for (const each of hosts) each.close();
  const behind = `All ${count} hosts behind the jump host 127.0.0.1:${bastion.port} were lost within seconds; it answers itself.`;
  await vi.waitFor(() => expect(outages.at(-1)).toMatchObject({ cause: 'unknown', hosts: count, message: behind }), patience);
  await vi.waitFor(() => expect(inState('unreachable', 'connection-refused')).toHaveLength(count), patience);
  expect(bastion.daemon.log).not.toMatch(/MaxStartups|drop connection|no more sessions/i);
  ended.abort();
  await watching;
}, 600_000);
