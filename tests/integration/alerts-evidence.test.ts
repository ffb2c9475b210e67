import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openAlertStore } from '../../src/main/alerts/open-store.ts';
import { ruleKinds } from '../../src/shared/alert-rules.ts';
import type { AlertsOrders } from '../support/alerts-child.ts';
import { feed, nagiosFile, webhook } from '../support/channels.ts';
import { type Nagios, startNagios } from '../support/nagios.ts';
import { patience } from '../support/patience.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { openRig, type Rig } from '../support/sshd.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'hum-alerts-'));
const proc = join(dir, 'proc');
const dataDir = join(dir, 'data');
const children = new Set<ChildProcess>();
let rig: Rig;
let orders: AlertsOrders;
let dashboard: Receiver;
let hook: Receiver;
let nagios: Nagios | undefined;

/** A file as a whole or not at all: the host may read it at any moment. */
function put(path: string, text: string): void {
  writeFileSync(join(dir, 'new'), text);
  renameSync(join(dir, 'new'), join(proc, path));
}

const meminfo = readFileSync(at('../fixtures/proc/debian-12/meminfo'), 'utf8');
const totalKib = Number(/MemTotal:\s+(\d+)/.exec(meminfo)?.[1]);
const availableIs = (ratio: number) =>
  put('meminfo', meminfo.replace(/MemAvailable:\s+\d+/, `MemAvailable: ${Math.round(totalKib * ratio)}`));
const processIs = (pid: number, name: string, kib: number) => {
  mkdirSync(join(proc, String(pid)), { recursive: true });
  put(`${pid}/status`, `Name:\t${name}\nUid:\t0\t0\t0\t0\nVmRSS:\t${kib} kB\nVmSwap:\t0 kB\n`);
};

beforeAll(async () => {
  cpSync(at('../fixtures/proc/debian-12'), proc, { recursive: true });
  mkdirSync(dataDir);
  // The account that Hum logs in as reads it.
  chmodSync(dir, 0o755);
  processIs(4211, 'eater\u001b[2J', 7_000_000);
  processIs(12, 'sshd', 6_000);
  availableIs(0.7);
  rig = await openRig();
  const key = await rig.clientKey();
  const server = await rig.sshd();
  const knownHosts = join(dir, 'known_hosts');
  writeFileSync(knownHosts, rig.knownHosts(server));
  dashboard = await openReceiver();
  hook = await openReceiver();
  mkdirSync(join(dir, 'nagios'));
  nagios = await startNagios(join(dir, 'nagios'), rig.user, ['web01'], ['Memory', 'Hum Memory used']);
  const channels = [feed(dashboard.url), webhook(hook.url), ...(nagios === undefined ? [] : [nagiosFile(nagios.commandFile)])];
  orders = { dataDir, port: server.port, user: rig.user, key: key.path, knownHosts, proc, channels };
  // As the rule comes, in seconds instead of minutes.
  const { store } = openAlertStore(dataDir, new Date());
  const settings = { ...ruleKinds['memory-used'].defaults, averageMs: 0, forMs: 1_000, clearForMs: 2_000 };
  store.putRule({ rule: 'memory-used', scope: { kind: 'fleet' }, settings, by: 'ops', at: 0 });
  store.close();
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(async () => {
  await nagios?.stop();
  await Promise.all([dashboard.close(), hook.close()]);
  await rig.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A Hum that watches the host; `until` gives what it has told once that was told. */
function startHum() {
  const child = spawn(
    process.execPath,
    ['--import', at('../support/raw-imports.mjs'), at('../support/alerts-child.ts'), JSON.stringify(orders)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.add(child);
  const told: string[] = [];
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    told,
    async until(event: string): Promise<readonly string[]> {
      while (!told.includes(event)) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`it ended before it told of ${event}; it told of ${told}`);
        const { event: what } = JSON.parse(value) as { readonly event: string };
        if (!told.includes(what)) told.push(what);
      }
      return told;
    },
    async kill(): Promise<void> {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      children.delete(child);
    },
  };
}

/** Whether nagios4 has the service in this state: 0 is OK, 2 critical. */
async function nagiosHas(service: string, state: number): Promise<void> {
  if (nagios === undefined) return;
  const { statusFile } = nagios;
  await vi.waitFor(() => {
    const blocks = readFileSync(statusFile, 'utf8').split(/^(?=[a-z]+ \{$)/m);
    const block = blocks.find((each) => each.startsWith('servicestatus') && each.includes(`\tservice_description=${service}\n`));
    expect(/^\tcurrent_state=(\d)$/m.exec(block ?? '')?.[1]).toBe(String(state));
  }, patience);
}

test('a real host runs out of memory: one incident with evidence, told to a dashboard, a webhook and nagios4, which outlives a kill -9 and clears with hysteresis', async () => {
  const hum = startHum();
  await hum.until('sampled');
  expect(hum.told).toEqual(['sampled']);
  availableIs(0.03);
  await hum.until('opened');
  await hum.until('evidence');
  await nagiosHas('Hum Memory used', 2);
  await nagiosHas('Memory', 2);
  await hum.kill();

  const again = startHum();
  await again.until('sampled');
  // Between the levels it stays as it is; below them it clears.
  availableIs(0.12);
  await again.until('evidence');
  expect(again.told).not.toContain('opened');
  availableIs(0.7);
  await again.until('resolved');
  expect(again.told).not.toContain('opened');
  await nagiosHas('Hum Memory used', 0);
  await nagiosHas('Memory', 0);
  const hooked = () => hook.received.map(({ body }) => JSON.parse(body).event);
  await vi.waitFor(() => expect(hooked().at(-1)).toBe('resolved'), patience);
  expect(hooked().filter((event) => event === 'opened')).toHaveLength(1);
  const usages = () => dashboard.received.map(({ body }) => JSON.parse(body));
  await vi.waitFor(() => expect(usages().at(-1)?.usage_percent).toBe(30), patience);
  expect(Math.max(...usages().map(({ usage_percent: usage }) => usage))).toBe(97);
  expect(usages().every(({ server }) => server === 'web01')).toBe(true);
  await again.kill();

  const { store } = openAlertStore(dataDir, new Date());
  const events = store.changesSince(0, 100).map(({ change }) => change);
  expect(events.filter(({ event }) => event === 'opened')).toHaveLength(1);
  expect(events.at(-1)?.event).toBe('resolved');
  expect(store.open()).toEqual([]);
  const id = events[0]?.incident.id ?? '';
  expect(store.timeline(id).filter(({ kind }) => kind === 'evidence')).toHaveLength(1);
  const evidence = store.evidence(id);
  expect(evidence?.processes.map(({ pid, command, user, resident }) => [pid, command, user, resident])).toEqual([
    [4211, 'eater\\e[2J', 'root', 7_000_000 * 1024],
    [12, 'sshd', 'root', 6_000 * 1024],
  ]);
  expect(evidence?.memory.MemAvailable).toBe(Math.round(totalKib * 0.03) * 1024);
  store.close();
});
