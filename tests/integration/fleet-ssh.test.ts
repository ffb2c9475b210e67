import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createFleet, type Fleet } from '../../src/main/fleet/fleet.ts';
import type { NetworkProbes } from '../../src/main/fleet/outage.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import type { HostRow, Outage } from '../../src/shared/contract/fleet.ts';
import type { InventoryHost } from '../../src/shared/contract/inventory.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { patience } from '../support/patience.ts';
import { type KeyPair, loopback, openRig, type Rig, type Server } from '../support/sshd.ts';

/** The whole way from the socket up, with a real sshd. */

let rig: Rig;
let key: KeyPair;
let server: Server;
let fleet: Fleet;

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  server = await rig.sshd({ listen: ['127.0.0.1', '127.0.0.2'] });
  writeFileSync(join(rig.dir, 'known_hosts'), rig.knownHosts(server));
});

afterAll(() => rig.close());

afterEach(async () => {
  server.daemon.thaw();
  await fleet.stop();
});

const probes: Omit<NetworkProbes, 'hop'> = { gateway: async () => ({ address: '192.0.2.1', answers: false }), resolver: async () => true };

function startFleet(hosts: readonly InventoryHost[], knownHostsFile = join(rig.dir, 'known_hosts')): void {
  const knownHosts = createKnownHosts({ files: [knownHostsFile], appendTo: knownHostsFile });
  const gate = createHandshakeGate();
  fleet = createFleet({
    openSession: ({ id, address, port, user }) =>
      createSession({ id, address, port, user, keyFiles: [key.path], explicitKeys: true, agent: undefined, knownHosts }, { gate }),
    readers: { memory: readMemory, network: readNetwork },
    probes,
  });
  fleet.setVisible('test', true);
  fleet.setHosts(hosts);
}

const host = (id: string, change: Partial<InventoryHost> = {}) =>
  inventoryHost(id, { address: '127.0.0.1', port: server.port, user: rig.user, ...change });

function row(id: string): HostRow {
  const found = fleet.row(id);
  if (found === undefined) throw new Error(`no row of ${id}`);
  return found;
}

async function reach(id: string, state: HostRow['status']['state']): Promise<void> {
  await vi.waitFor(() => expect(row(id).status).toMatchObject({ state }), patience);
}

describe('a fleet of real hosts', () => {
  it('shows the true figures of this machine', async () => {
    startFleet([host('a')]);
    await reach('a', 'online');
    const meminfo = readFileSync('/proc/meminfo', 'utf8');
    const kib = (field: string) => Number(new RegExp(`^${field}: +(\\d+)`, 'm').exec(meminfo)?.[1]) * 1024;
    const { live } = row('a');
    expect(live).toMatchObject({ memoryTotal: kib('MemTotal'), swapTotal: kib('SwapTotal'), memoryApproximate: false });
    expect(Math.abs((live?.memoryUsed ?? 0) - (kib('MemTotal') - kib('MemAvailable')))).toBeLessThan(kib('MemTotal') / 10);
    const uptimeMs = Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000;
    expect(Math.abs((live?.uptimeMs ?? 0) - uptimeMs)).toBeLessThan(5_000);
    await vi.waitFor(() => expect(row('a').system).toMatch(/\w/), patience);
    const cores = readFileSync('/proc/stat', 'utf8').match(/^cpu\d/gm)?.length;
    // The kernel counts in ticks of 10 ms: two samples within one have no share between them.
    await vi.waitFor(async () => {
      await fleet.sweep();
      expect(row('a').live).toMatchObject({ cores, cpuUsed: expect.any(Number) });
    }, patience);
  });

  it.each(['/bin/bash', '/bin/dash', '/usr/bin/zsh', '/usr/bin/fish', '/usr/bin/tcsh'])(
    'samples an account whose login shell is %s',
    async (shell) => {
      const account = await rig.account({ shell });
      startFleet([host('a', { user: account.name })]);
      await reach('a', 'online');
      expect(row('a').live?.memoryTotal).toBeGreaterThan(0);
      expect((await fleet.processes('a')).processes.length).toBeGreaterThan(0);
    },
  );

  it('samples an account whose login shell is the ash of busybox, and whose start files print', async () => {
    const shell = join(rig.dir, 'ash');
    writeFileSync(shell, '#!/bin/busybox ash\n. "$HOME/.profile"\nexec /bin/busybox ash "$@"\n', { mode: 0o755 });
    const account = await rig.account({ shell, files: { '.profile': 'echo "Welcome! 1 begin 1"\n' } });
    startFleet([host('a', { user: account.name })]);
    await reach('a', 'online');
    expect(row('a').live?.memoryTotal).toBeGreaterThan(0);
  });

  it('tells hosts that are lost together as one event, which is over when they are back, and keeps their figures', async () => {
    const many = await rig.sshd({ listen: loopback(5) });
    const file = join(rig.dir, 'known_hosts-many');
    writeFileSync(file, rig.knownHosts(many));
    startFleet(
      many.addresses.map((address, index) => host(`m${index}`, { address, port: many.port })),
      file,
    );
    for (let index = 0; index < 5; index += 1) await reach(`m${index}`, 'online');
    const outages: (Outage | null)[] = [];
    const ended = new AbortController();
    const watching = (async () => {
      for await (const event of fleet.watch(ended.signal)) if (event.outage !== undefined) outages.push(event.outage);
    })();
    await many.daemon.stop();
    await vi.waitFor(() => expect(outages).toHaveLength(1), patience);
    expect(outages[0]).toMatchObject({
      hosts: 5,
      cause: 'network',
      message: expect.stringContaining('the gateway 192.0.2.1 does not answer'),
    });
    expect(row('m0').live?.memoryTotal).toBeGreaterThan(0);
    await many.daemon.start();
    fleet.reconnect(many.addresses.map((_, index) => `m${index}`));
    await vi.waitFor(() => expect(outages.at(-1)).toBeNull(), patience);
    ended.abort();
    await watching;
  });

  it('is stale while the host is frozen, and online again after', async () => {
    startFleet([host('a')]);
    await reach('a', 'online');
    const stop = new AbortController();
    const watching = (async () => {
      for await (const _ of fleet.watchHost('a', stop.signal)) if (stop.signal.aborted) return;
    })();
    // A machine that is busy enough counts as a slow host; asked more often than the fleet it is all the same.
    await vi.waitFor(() => expect(row('a').live?.intervalMs).toBeLessThan(5_000), patience);
    server.daemon.freeze();
    await reach('a', 'stale');
    expect(row('a').status.problem?.code).toBe('request-timeout');
    server.daemon.thaw();
    await reach('a', 'online');
    stop.abort();
    await watching;
  });

  it('says that the connection was lost, and comes back', async () => {
    startFleet([host('a')]);
    await reach('a', 'online');
    server.daemon.dropConnections();
    await reach('a', 'unreachable');
    expect(row('a').live?.memoryTotal).toBeGreaterThan(0);
    fleet.reconnect(['a']);
    await reach('a', 'online');
  });

  it('asks about an unknown key, and connects once it is trusted', async () => {
    const file = join(rig.dir, 'own_known_hosts');
    startFleet([host('a')], file);
    await reach('a', 'host-key-unknown');
    const { offeredKey } = row('a').status;
    expect(offeredKey?.fingerprint).toBe(server.hostKeys[0]?.fingerprint);
    expect(await fleet.trustHostKeys([{ id: 'a', fingerprint: 'SHA256:other' }])).toMatchObject({ trusted: 0, refused: [{ host: 'a' }] });
    expect(await fleet.trustHostKeys([{ id: 'a', fingerprint: offeredKey?.fingerprint ?? '' }])).toEqual({ trusted: 1, refused: [] });
    await reach('a', 'online');
  });

  it('shows one refused login without holding up the other hosts', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `h${index}`);
    startFleet([
      host('refused', { user: 'nobody-by-this-name' }),
      host('closed', { port: 1 }),
      ...ids.map((id) => host(id, { address: '127.0.0.2' })),
    ]);
    await Promise.all(ids.map((id) => reach(id, 'online')));
    await reach('refused', 'auth-failed');
    await reach('closed', 'unreachable');
    expect(row('refused').status.problem).toMatchObject({ code: 'auth-failed', host: 'refused' });
    expect(row('closed').status.problem).toMatchObject({ code: 'connection-refused' });
  });

  it.each([
    ['prints a message instead of running a shell', '/bin/echo This account is for backups only.'],
    ['floods', '/usr/bin/yes all work and no play'],
  ])('says what is wrong with one whose forced command %s', async (_, ForceCommand) => {
    const forced = await rig.sshd({ settings: { ForceCommand }, hostKeys: server.hostKeys });
    const file = join(rig.dir, `known_hosts-${forced.port}`);
    writeFileSync(file, rig.knownHosts(server) + rig.knownHosts(forced));
    startFleet([host('forced', { port: forced.port }), host('good')], file);
    await reach('good', 'online');
    await reach('forced', 'stale');
    expect(row('forced').status.problem).toMatchObject({ host: 'forced', code: expect.stringMatching(/^(no-shell|flooded)$/) });
    await fleet.sweep(['good']);
    expect(row('good').status.state).toBe('online');
  });
});
