import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';
import { createFleet } from '../../src/main/fleet/fleet.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { ruleKinds } from '../../src/shared/alert-rules.ts';
import type { IncidentDetail } from '../../src/shared/contract/alerts.ts';
import type { IncidentChange } from '../../src/shared/incident.ts';
import { alertsOf } from '../support/alerts.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { patience } from '../support/patience.ts';
import { openRig } from '../support/sshd.ts';

/** Holds as many MiB as the last line on its stdin says, each of them written to, and says so. */
const eater = `
require('node:fs').writeFileSync('/proc/self/comm', 'memory-eater');
const held = [];
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  while (held.length < Number(line)) held.push(Buffer.alloc(2 ** 20, 1));
  held.length = Number(line);
  gc();
  console.log('holds', held.length);
}).on('close', () => process.exit());
`;

/** Of these, which have gibibytes each, some may come up or end meanwhile: the machines of labs. */
const ofLabs = /^qemu-system/;

/** What they hold, bytes. The test does as if this machine had it not in use. */
function heldByLabs(): number {
  let kib = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!ofLabs.test(readFileSync(`/proc/${pid}/comm`, 'utf8'))) continue;
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      for (const [, held] of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)) kib += Number(held);
    } catch {
      // It has just ended.
    }
  }
  return kib * 1024;
}

function memory(): { readonly totalMib: number; readonly used: number; readonly free: number } {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kib = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(text)?.[1]);
  const total = kib('MemTotal');
  const free = kib('MemAvailable') / total;
  return { totalMib: total / 1024, used: 1 - free - heldByLabs() / 1024 / total, free };
}

/** Of all memory, or of 32 GiB where there is more. Others work on this machine too: their coming and going is to be smaller than the steps. */
const ofMemory = { set: 0.05, clear: 0.02, eaten: 0.09, left: 0.06 };
const mostMib = 32 * 1024;

test('a process that really eats the memory of a real host is one incident whose evidence names it, and which clears with hysteresis when it ends', async (context) => {
  const { totalMib, free } = memory();
  if (free < 0.25) {
    const reason = `only ${Math.round(free * 100)} % of the memory of this machine is free, of which the test would eat 9`;
    console.warn(`skipped: ${reason}`);
    return context.skip(reason);
  }
  const mib = (share: number) => share * Math.min(totalMib, mostMib);
  const [set, clear, left] = [ofMemory.set, ofMemory.clear, ofMemory.left].map((share) => mib(share) / totalMib) as [
    number,
    number,
    number,
  ];
  const dir = mkdtempSync(join(tmpdir(), 'hum-eater-'));
  const rig = await openRig();
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const changes: IncidentChange[] = [];
  const stop = new AbortController();
  let eating: ChildProcess | undefined;
  const key = await rig.clientKey();
  const server = await rig.sshd();
  const file = join(dir, 'known_hosts');
  writeFileSync(file, rig.knownHosts(server));
  const knownHosts = createKnownHosts({ files: [file], appendTo: file });
  const gate = createHandshakeGate();
  let samples = 0;
  const fleet = createFleet({
    openSession: ({ id, address, port, user }) =>
      createSession({ id, address, port, user, keyFiles: [key.path], explicitKeys: true, agent: undefined, knownHosts }, { gate }),
    readers: {
      memory(files) {
        const figures = readMemory(files);
        return figures && { ...figures, used: figures.used - heldByLabs() };
      },
      network: readNetwork,
    },
    onSample(host, sample) {
      samples += 1;
      alerts.collect(host, sample);
    },
    now,
  });
  let lists = 0;
  const alerts = alertsOf(dir, [], now, {
    sources: { rows: () => fleet.rows() },
    row: (host) => fleet.row(host),
    runner: (host) => ({
      async run(...call) {
        const result = await fleet.runner(host).run(...call);
        lists += 1;
        return result;
      },
    }),
  });
  alerts.onChange((change) => changes.push(change));
  const scope = { kind: 'host', host: 'h1' } as const;
  const levels = (from: number, until: number) =>
    alerts.saveRule('memory-used', scope, {
      ...ruleKinds['memory-used'].defaults,
      ...{ warning: { set: from, clear: until }, critical: null, averageMs: 0, forMs: 0, clearForMs: 3_000 },
    });
  const memoryEvents = () => changes.flatMap(({ event, incident }) => (incident.rule === 'memory-used' ? [event] : []));
  const soon = (check: () => void) =>
    vi.waitFor(() => {
      alerts.tick();
      check();
    }, patience);
  const more = async () => {
    const before = samples;
    await soon(() => expect(samples).toBeGreaterThan(before + 2));
  };
  try {
    const child = spawn(process.execPath, ['--expose-gc', '-e', eater], { stdio: ['pipe', 'pipe', 'inherit'] });
    eating = child;
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const holds = async (mebibytes: number) => {
      child.stdin.write(`${Math.round(mebibytes)}\n`);
      await answers.next();
    };
    await holds(1);

    // A list of what runs is taken of a host that is near its level: this one is beyond it, in a downtime.
    alerts.addDowntime({ scope, from: null, until: now() + 3_600_000, reason: 'the test begins' });
    levels(0.01, 0.005);
    fleet.setHosts([inventoryHost('h1', { name: 'web01', address: '127.0.0.1', port: server.port, user: rig.user })]);
    void (async () => {
      for await (const _ of fleet.watchHost('h1', stop.signal));
    })();
    await soon(() => expect(lists).toBe(1));
    ahead = 10 * 60_000;
    const { used } = memory();
    levels(used + set, used + clear);
    for (const { id } of alerts.rules().downtimes) alerts.endDowntime(id);
    await more();
    expect(memoryEvents()).toEqual([]);

    await holds(mib(ofMemory.eaten));
    await soon(() => expect(memoryEvents()).toEqual(['opened']));
    const id = changes.find(({ incident: { rule } }) => rule === 'memory-used')?.incident.id ?? '';
    let detail: IncidentDetail | undefined;
    await vi.waitFor(async () => {
      alerts.tick();
      detail = (await alerts.watchIncident(id).next()).value as IncidentDetail;
      expect(detail.evidence).not.toBeNull();
    }, patience);
    const evidence = detail?.evidence;
    expect(evidence?.growthOverMs).toBeGreaterThan(9 * 60_000);
    const named = evidence?.processes.find(({ pid }) => pid === child.pid);
    expect(named).toMatchObject({ command: 'memory-eater', user: rig.user });
    expect((named?.grown ?? 0) / 2 ** 20).toBeGreaterThan(0.9 * mib(ofMemory.eaten));
    const others = evidence?.processes.filter(({ command }) => !ofLabs.test(command));
    const grownMost = others?.toSorted((left, right) => (right.grown ?? 0) - (left.grown ?? 0))[0];
    expect(grownMost?.pid).toBe(child.pid);
    expect(detail?.text).toContain('memory-eater');

    // Between the levels it stays; below both, and not before, it clears. Where they are is measured anew: others come and go.
    await holds(mib(ofMemory.left));
    levels(memory().used + left / 2, memory().used - left / 2);
    await more();
    expect(memoryEvents()).toEqual(['opened']);
    child.kill('SIGKILL');
    let movedAt = performance.now();
    await soon(() => {
      if (performance.now() - movedAt > 10_000) {
        movedAt = performance.now();
        levels(memory().used + left, memory().used + left / 2);
      }
      expect(memoryEvents()).toEqual(['opened', 'resolved']);
    });
    const resolved = changes.findLast(({ event }) => event === 'resolved')?.incident;
    expect(resolved).toMatchObject({ id, hasEvidence: true });
  } finally {
    eating?.kill('SIGKILL');
    stop.abort();
    alerts.stop();
    await fleet.stop();
    await rig.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
