import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Console, createConsole } from '../../src/main/console.ts';
import { createLogger } from '../../src/main/logging.ts';
import { memoryVault } from '../../src/main/prompts/vault.ts';
import { openConfStore } from '../../src/main/web/store.ts';
import type { ChannelsState } from '../../src/shared/contract/channels.ts';
import { feed, nagiosFile, webhook } from '../support/channels.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { type Nagios, startNagios } from '../support/nagios.ts';
import { patience } from '../support/patience.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { openRig, type Rig } from '../support/sshd.ts';

let rig: Rig;
let dashboard: Receiver;
let home: string;
let hum: Console | undefined;
let nagios: Nagios | undefined;
const realHome = process.env.HOME;
beforeEach(async () => {
  rig = await openRig();
  dashboard = await openReceiver();
  home = mkdtempSync(join(tmpdir(), 'hum-channels-'));
  process.env.HOME = home;
});
afterEach(async () => {
  await hum?.stop();
  hum = undefined;
  await nagios?.stop();
  nagios = undefined;
  await dashboard.close();
  await rig.close();
  process.env.HOME = realHome;
  rmSync(home, { recursive: true, force: true });
});

async function consoleOf(dataDir: string): Promise<Console> {
  return createConsole({
    shell: 'web',
    dataDir,
    openStore: openConfStore,
    demoServerPath: 'not-started-here',
    vault: memoryVault(),
    log: createLogger(dataDir),
  });
}

test('a whole console sends the memory of a real host, reads a status.dat over its session, and keeps channels but no secret on the disk', async () => {
  const key = await rig.clientKey();
  const sshd = await rig.sshd();
  const dataDir = join(home, 'data');
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  mkdirSync(dataDir);
  writeFileSync(join(home, '.ssh', 'known_hosts'), rig.knownHosts(sshd));
  const host = inventoryHost('h1', { name: 'web01', address: '127.0.0.1', port: sshd.port, user: rig.user, keyFile: key.path });
  writeFileSync(join(dataDir, 'inventory.json'), JSON.stringify({ hosts: [host] }));
  const statusFile = join(rig.dir, 'status.dat');
  copyFileSync(fileURLToPath(new URL('../fixtures/nagios/status.dat', import.meta.url)), statusFile);

  hum = await consoleOf(dataDir);
  const { context, detach } = hum.attach({ id: 'test', writable: () => Promise.resolve() });
  const client = createRouterClient(hum.router, { context });
  const channel = feed(dashboard.url, { signIn: { kind: 'bearer' } });
  await client.channels.save({ channel, secret: 'canary-token' });
  const source = { kind: 'file', id: randomUUID(), name: 'Nagios', intervalMs: 5_000, host: 'h1', path: statusFile, as: 'login' } as const;
  await client.channels.saveSource({ source });
  await vi.waitFor(() => expect(dashboard.received.length).toBeGreaterThan(0), patience);
  const [first] = dashboard.received;
  expect(first?.headers.authorization).toBe('Bearer canary-token');
  const { usage_percent: usage, ...sample } = JSON.parse(first?.body ?? '');
  expect(sample).toEqual({ server: 'web01', timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) });
  expect(usage).toBeGreaterThan(0);
  expect(usage).toBeLessThanOrEqual(100);

  let state: ChannelsState | undefined;
  for await (const now of await client.channels.watch()) {
    state = now;
    if (now.sources[0]?.readAt !== null && now.channels[0]?.sent !== 0) break;
  }
  expect(state?.sources[0]).toMatchObject({ from: `web01:${statusFile}`, count: 2, problem: null });
  expect(state?.channels[0]).toMatchObject({ secret: 'memory', refused: 0, dropped: 0 });
  await expect(client.channels.save({ channel: { ...channel, url: 'ftp://x' } })).rejects.toMatchObject({ data: { code: 'bad-input' } });
  detach();
  await hum.stop();
  hum = undefined;

  const files = readdirSync(dataDir).filter((name) => /\.(?:json|db|log)(?:-wal)?$/.test(name));
  const holding = (text: string) => files.filter((name) => readFileSync(join(dataDir, name), 'latin1').includes(text));
  expect(holding(channel.name)).toContain('channels.json');
  expect(holding('canary-token')).toEqual([]);
  expect(JSON.stringify(state)).not.toContain('canary');

  // The shell keeps secrets until it ends: what waits is neither lost nor sent without one.
  const before = dashboard.received.length;
  hum = await consoleOf(dataDir);
  const again = createRouterClient(hum.router, { context: hum.attach({ id: 'test', writable: () => Promise.resolve() }).context });
  for await (const now of await again.channels.watch()) {
    if (now.channels[0]?.problem?.code !== 'secret-missing') continue;
    expect(now.channels[0].waiting).toBeGreaterThan(0);
    break;
  }
  expect(dashboard.received).toHaveLength(before);
});

test('a rule that fires on a real host is told to a webhook and to a real nagios4, once, and so is its end', async (context) => {
  const key = await rig.clientKey();
  const sshd = await rig.sshd();
  nagios = await startNagios(rig.dir, rig.user, ['web01'], ['Memory', 'Hum Memory used']);
  if (nagios === undefined) return context.skip('nagios4 is not installed');
  const { commandFile, statusFile } = nagios;
  const dataDir = join(home, 'data');
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  mkdirSync(dataDir);
  writeFileSync(join(home, '.ssh', 'known_hosts'), rig.knownHosts(sshd));
  const host = inventoryHost('h1', { name: 'web01', address: '127.0.0.1', port: sshd.port, user: rig.user, keyFile: key.path });
  writeFileSync(join(dataDir, 'inventory.json'), JSON.stringify({ hosts: [host] }));
  hum = await consoleOf(dataDir);
  const client = createRouterClient(hum.router, { context: hum.attach({ id: 'test', writable: () => Promise.resolve() }).context });
  await client.channels.save({ channel: webhook(dashboard.url) });
  await client.channels.save({ channel: nagiosFile(commandFile, { nagiosHost: 'h1' }) });
  const setRule = (level: number) =>
    client.alerts.saveRule({
      rule: 'memory-used',
      scope: { kind: 'host', host: 'h1' },
      settings: {
        enabled: true,
        averageMs: 0,
        warning: null,
        critical: { set: level, clear: level * 0.9 },
        forMs: 0,
        clearForMs: 0,
        hits: 1,
        of: 1,
        quiet: null,
      },
    });
  const service = () => statusBlock(statusFile, 'web01', 'Hum Memory used');

  // Every machine has this much of its memory in use, and none more than it has.
  await setRule(0.001);
  await vi.waitFor(() => expect(service()).toMatch(/current_state=2\n/), patience);
  expect(service()).toMatch(/plugin_output=CRITICAL - web01: memory used .* Look at: /);
  expect(service()).toMatch(/performance_data=value=[\d.]+%;;0\.1\n/);
  await setRule(1);
  await vi.waitFor(() => expect(service()).toMatch(/current_state=0\n/), patience);
  await vi.waitFor(() => expect(dashboard.received).toHaveLength(2), patience);
  const told = dashboard.received.map(({ body }) => JSON.parse(body));
  expect(told.map(({ event, incident }) => [event, incident.host, incident.rule])).toEqual([
    ['opened', 'web01', 'memory-used'],
    ['resolved', 'web01', 'memory-used'],
  ]);
  expect(told[0].incident).toMatchObject({ severity: 'critical', state: 'firing', level: 0.001, unit: 'ratio' });
  expect(told[1].incident.id).toBe(told[0].incident.id);
});

/** What stands in the block of a service in status.dat. */
function statusBlock(statusFile: string, host: string, service: string): string {
  const blocks = readFileSync(statusFile, 'utf8').split(/^(?=[a-z]+ \{$)/m);
  return blocks.find((each) => each.includes(`\thost_name=${host}\n\tservice_description=${service}\n`)) ?? '';
}
