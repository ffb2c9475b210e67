import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Alerts } from '../../src/main/alerts/alerts.ts';
import type { Past } from '../../src/main/alerts/alerts-deps.ts';
import { ruleKinds } from '../../src/shared/alert-rules.ts';
import type { AlertsEvent } from '../../src/shared/contract/alerts.ts';
import type { BackupJob } from '../../src/shared/contract/backups.ts';
import type { IncidentChange } from '../../src/shared/incident.ts';
import { alertsOf, gib, sampleOf, settle, type TestHost, testHost } from '../support/alerts.ts';
import { domainRow } from '../support/domain-row.ts';
import { smallDisk } from '../support/small-disk.ts';

let dir: string;
let alerts: Alerts;
let at: number;
let hosts: readonly TestHost[];
let changes: IncidentChange[];
const minute = 60_000;
const now = () => at;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-alerts-'));
  at = Date.UTC(2026, 10, 20, 3);
  hosts = [testHost('web01', { group: 'web' }), testHost('web02', { group: 'web' }), testHost('db01')];
  open();
});
afterEach(() => {
  alerts.stop();
  rmSync(dir, { recursive: true, force: true });
});

function open(change: Parameters<typeof alertsOf>[3] = {}): void {
  changes = [];
  alerts = alertsOf(dir, hosts, now, change);
  alerts.onChange((told) => changes.push(told));
}

/** Some minutes of a sample each ten seconds, with this much memory used on the first host (and little on the others). */
async function live(minutes: number, used: number, oomKills = 0): Promise<void> {
  for (let step = 0; step < minutes * 6; step += 1) {
    at += 10_000;
    for (const [index, host] of hosts.entries())
      alerts.collect(host.host.id, sampleOf(host, at, index === 0 ? used : 0.3, index === 0 ? oomKills : 0));
    if (step < 2) await settle();
    alerts.tick();
  }
}

async function first(): Promise<AlertsEvent> {
  const { value } = await alerts.watch().next();
  return value as AlertsEvent;
}

const told = () => changes.map(({ event, incident }) => `${event} ${incident.host} ${incident.rule} ${incident.severity}`);

test('memory that runs short is one incident with a timeline: it worsens, is acknowledged, fires again, clears, and is found by day', async () => {
  await live(2, 0.4);
  await live(6, 0.92);
  expect(told()).toEqual(['opened web01 memory-used warning']);
  const { incidents } = await first();
  const [incident] = incidents;
  expect(incident).toMatchObject({
    state: 'firing',
    summary: 'web01: memory used 92 %, at or above 90 %',
    why: 'The average of 1 min was at or above 90 % for 2 min. The rule is Hum’s own.',
    clears: 'It clears once it has been at or below 85 % for 5 min.',
    setAt: null,
  });
  const id = incident?.id ?? '';
  expect(alerts.acknowledge([id], 'the batch job')).toEqual({ changed: 1 });
  await live(4, 0.97);
  await live(12, 0.5);
  expect(told()).toEqual([
    'opened web01 memory-used warning',
    'acknowledged web01 memory-used warning',
    'worsened web01 memory-used critical',
    'resolved web01 memory-used critical',
  ]);
  expect(changes[2]?.incident.state).toBe('firing');
  const { value } = await alerts.watchIncident(id).next();
  expect(value?.timeline.map(({ kind }) => kind)).toEqual(['opened', 'evidence', 'acknowledged', 'worsened', 'resolved']);
  expect(value?.timeline[1]?.text).toBe('The host could not be asked: There is no connection.');
  expect(value?.timeline[2]).toMatchObject({ by: 'ops', text: 'the batch job' });
  expect(value?.incident).toMatchObject({ state: 'resolved', note: 'the batch job' });
  expect(value?.text).toContain('CRITICAL: web01: memory used');
  const page = alerts.resolved({ host: 'web01', rule: null, until: null, before: null });
  expect(page.incidents.map((each) => each.id)).toEqual([id]);
  expect(page.days.at(-1)).toMatchObject({ warning: 0, critical: 1 });
  expect(alerts.resolved({ host: 'db01', rule: null, until: null, before: null }).incidents).toEqual([]);
});

test('the nearest rule wins and says so; one that is removed gives way to the next', async () => {
  const settings = { ...ruleKinds['memory-used'].defaults, warning: { set: 0.5, clear: 0.4 }, critical: null, forMs: 0 };
  alerts.saveRule('memory-used', { kind: 'group', group: 'web' }, settings);
  alerts.saveRule('memory-used', { kind: 'fleet' }, { ...settings, warning: { set: 0.1, clear: 0.05 } });
  await live(2, 0.6);
  expect(told().sort()).toEqual(['opened db01 memory-used warning', 'opened web01 memory-used warning']);
  expect(changes.find(({ incident }) => incident.host === 'web01')?.incident.why).toContain('The rule is that of the group web.');
  alerts.saveRule('memory-used', { kind: 'host', host: 'web01' }, { ...settings, enabled: false });
  await live(1, 0.6);
  expect(told()).toContain('resolved web01 memory-used warning');
  expect(() => alerts.saveRule('memory-used', { kind: 'fleet' }, { ...settings, warning: { set: 0.5, clear: 0.7 } })).toThrow(
    'would clear while it is still bad',
  );
  expect(() => alerts.saveRule('xen-free', { kind: 'fleet' }, { ...settings, warning: { set: 100, clear: 50 } })).toThrow('would clear');
});

test('a downtime holds back what begins, and lets it go when it ends', async () => {
  alerts.addDowntime({ scope: { kind: 'host', host: 'web01' }, from: null, until: at + 10 * minute, reason: 'new disks' });
  await live(8, 0.99);
  expect(told()).toEqual([]);
  expect((await first()).pending).toMatchObject([{ host: 'web01', rule: 'memory-used', held: expect.stringContaining('new disks') }]);
  await live(4, 0.99);
  expect(told()).toEqual(['opened web01 memory-used critical']);
  expect(alerts.rules().downtimes).toEqual([]);
  expect(() => alerts.addDowntime({ scope: { kind: 'fleet' }, from: null, until: at - 1, reason: 'x' })).toThrow('over already');
});

test('in quiet hours warnings wait and what is critical does not, over midnight too', async () => {
  at = new Date(2026, 10, 20, 23, 55).getTime();
  const quietHours = { from: 23 * 60, to: 10, holds: 'warnings' } as const;
  alerts.saveRule('memory-used', { kind: 'fleet' }, { ...ruleKinds['memory-used'].defaults, quiet: quietHours });
  await live(10, 0.92);
  expect(told()).toEqual([]);
  expect((await first()).pending).toMatchObject([{ held: 'Quiet hours until 00:10.' }]);
  await live(4, 0.99);
  expect(told()).toEqual(['opened web01 memory-used critical']);
  await live(12, 0.3);
  await live(8, 0.92);
  expect(told().at(-1)).toBe('opened web01 memory-used warning');
});

test('a full disk keeps nothing from being watched: it is said, and written when there is room', async (context) => {
  const disk = await smallDisk(dir, 1024);
  if (disk === undefined) return context.skip('no file system can be mounted here');
  const ballast = join(dir, 'ballast');
  try {
    alerts.stop();
    open();
    await live(1, 0.3);
    const file = openSync(ballast, 'w');
    for (let room = true; room; ) {
      try {
        writeSync(file, Buffer.alloc(4096));
      } catch {
        room = false;
      }
    }
    closeSync(file);
    // The log has some room left in its file; that is soon gone.
    for (let round = 0; round < 40 && (await first()).problem === null; round += 1) await live(6, round % 2 === 0 ? 0.99 : 0.3);
    const { problem } = await first();
    expect(problem).toMatchObject({ code: 'journal-failed', message: expect.stringContaining('Hum goes on watching') });
    const before = changes.length;
    await live(8, 0.99);
    expect((await first()).incidents).toHaveLength(1);
    // What is not on disk is told to nobody yet.
    expect(changes).toHaveLength(before);
    rmSync(ballast);
    await live(1, 0.99);
    expect((await first()).problem).toBeNull();
    expect(alerts.changesSince(0).length).toBe(changes.length);
  } finally {
    alerts.stop();
    await disk.remove();
    alerts = alertsOf(dir, hosts, now);
  }
});

test('a snooze ends by itself and tells of the incident anew; what is acknowledged twice, or gone, is told', async () => {
  await live(6, 0.92);
  const id = changes[0]?.incident.id ?? '';
  alerts.snooze([id], 5 * minute);
  expect((await first()).incidents[0]).toMatchObject({ state: 'snoozed' });
  await live(6, 0.92);
  expect(told()).toEqual(['opened web01 memory-used warning', 'snoozed web01 memory-used warning', 'opened web01 memory-used warning']);
  expect(changes[2]?.incident).toMatchObject({ id, state: 'firing' });
  await live(12, 0.3);
  expect(() => alerts.acknowledge([id], '')).toThrow('None of these incidents is open');
});

test('OOM kills count from where Hum saw them last, over its restart and that of the host', async () => {
  await live(1, 0.3, 5);
  alerts.stop();
  open();
  await live(1, 0.3, 7);
  expect(told()).toEqual(['opened web01 oom-kill critical']);
  expect(changes[0]?.incident.summary).toBe('web01: 2 processes were killed for lack of memory');
  await live(20, 0.3, 7);
  expect(told()).toEqual(['opened web01 oom-kill critical', 'resolved web01 oom-kill critical']);
});

test('a jump host that is gone is one incident, not one for each host behind it', async () => {
  alerts.stop();
  open({ sources: { via: (id) => (id === 'db01' ? undefined : 'jump:22') } });
  await live(1, 0.3);
  for (const host of hosts.slice(0, 2)) {
    const problem = { code: 'jump-host-down', message: 'The jump host jump is out of reach.', hint: 'Look there.' } as const;
    host.row = { ...host.row, status: { state: 'unreachable', since: at, problem } };
  }
  const pass = (minutes: number) => {
    for (let step = 0; step < minutes * 6; step += 1) {
      at += 10_000;
      alerts.tick();
    }
  };
  pass(10);
  expect(told()).toEqual(['opened web01 jump-host critical']);
  expect(changes[0]?.incident.summary).toMatch(/^The jump host jump:22 has been out of reach for \d+ min; 2 hosts are behind it$/);
  for (const host of hosts) host.row = { ...host.row, status: { state: 'online', since: at } };
  pass(5);
  expect(told()).toEqual(['opened web01 jump-host critical', 'resolved web01 jump-host critical']);
});

test('a backup that failed and one that is overdue are incidents, which a run that is under way does not end and a good one does', async () => {
  const job = (name: string, state: BackupJob['state'], stateWords: string) => ({ host: 'web01', name, state, stateWords }) as BackupJob;
  let jobs = [job('www', 'failing', 'Status 12: the destination is full.'), job('db', 'overdue', 'No success for 26 h.')];
  const pass = () => {
    at += 10_000;
    alerts.tick();
  };
  alerts.stop();
  open({ sources: { backupJobs: () => jobs } });
  pass();
  expect(changes.map(({ incident: { summary } }) => summary)).toEqual([
    'web01: the backup www failed. Status 12: the destination is full.',
    'web01: the backup db is overdue. No success for 26 h.',
  ]);
  jobs = [job('www', 'running', 'It runs.'), job('db', 'overdue', 'No success for 27 h.')];
  pass();
  expect(changes).toHaveLength(2);
  jobs = [job('www', 'healthy', 'The last run went well.')];
  pass();
  expect(told().slice(2)).toEqual(['resolved web01 backup-failed critical', 'resolved web01 backup-overdue warning']);
});

test('a domain and a job with a name that acts or is endless have an incident each, which a restart neither ends nor repeats', () => {
  const names = ['\u001b[2J\u202egnp.exe', `${'\u0007'.repeat(150)}tail`, 'x'.repeat(100_000)];
  const sources = {
    domains: () =>
      names
        .map((name) => domainRow({ host: 'web01', name }))
        .map((row) => ({ ...row, load: { ...row.load, memory: row.facts.memoryMax } })),
    backupJobs: () => names.map((name) => ({ host: 'web01', name, state: 'failing', stateWords: 'Status 12' }) as BackupJob),
  };
  const pass = () => {
    for (let step = 0; step < 70; step += 1) {
      at += 10_000;
      alerts.tick();
    }
  };
  alerts.saveRule('domain-ceiling', { kind: 'fleet' }, { ...ruleKinds['domain-ceiling'].defaults, enabled: true });
  alerts.stop();
  open({ sources });
  pass();
  expect(told().sort()).toEqual(
    [...names.map(() => 'opened web01 backup-failed critical'), ...names.map(() => 'opened web01 domain-ceiling warning')].sort(),
  );
  for (const { incident } of changes) {
    expect(incident.part).not.toMatch(/\p{C}/u);
    expect(incident.part?.length).toBeLessThan(210);
  }
  alerts.stop();
  open({ sources });
  pass();
  expect(changes).toEqual([]);
});

test('a host that goes is an incident that a restart neither ends nor repeats, and that ends when the host is taken out', async () => {
  await live(1, 0.3);
  const db = hosts[2] as TestHost;
  db.row = {
    ...db.row,
    status: { state: 'unreachable', since: at, problem: { code: 'connect-timeout', message: 'No answer\u001b[2J.', hint: '' } },
  };
  for (let step = 0; step < 20; step += 1) {
    at += 10_000;
    alerts.tick();
  }
  expect(told()).toEqual(['opened db01 host-unreachable warning']);
  expect(changes[0]?.incident.summary).toContain('No answer\\e[2J.');
  alerts.stop();
  db.row = { ...db.row, live: null, status: { state: 'connecting', since: at } };
  open();
  alerts.tick();
  db.row = { ...db.row, status: { state: 'unreachable', since: at } };
  for (let step = 0; step < 40; step += 1) {
    at += 10_000;
    alerts.tick();
  }
  expect(told()).toEqual(['worsened db01 host-unreachable critical']);
  hosts = hosts.slice(0, 2);
  alerts.stop();
  open();
  alerts.setHosts(['web01', 'web02']);
  expect(told()).toEqual(['resolved db01 host-unreachable critical']);
});

test('a host that was never seen and waits for its key to be trusted is no trouble, and a listener that fails hinders no other', async () => {
  alerts.stop();
  changes = [];
  alerts = alertsOf(dir, hosts, now);
  alerts.onChange(() => {
    throw new Error('a channel that is broken');
  });
  alerts.onChange((change) => changes.push(change));
  const fresh = hosts[2] as TestHost;
  fresh.row = { ...fresh.row, status: { state: 'host-key-unknown', since: at } };
  for (let step = 0; step < 40; step += 1) {
    at += 10_000;
    alerts.collect('web01', sampleOf(hosts[0] as TestHost, at, 0.97));
    if (step < 2) await settle();
    alerts.tick();
  }
  expect(told()).toEqual(['opened web01 memory-used critical']);
});

test('an average after a restart is what it would have been: the history has what came before', async () => {
  const settings = { ...ruleKinds['memory-used'].defaults, averageMs: 30 * minute, forMs: 0, critical: null };
  alerts.saveRule('memory-used', { kind: 'fleet' }, settings);
  alerts.stop();
  const half = 8 * gib;
  const past: Past = async ({ from, to, points }) => {
    const times = Array.from({ length: points }, (_, index) => Math.round(from + ((index + 0.5) * (to - from)) / points));
    const all = (value: number) => ({ min: times.map(() => value), average: times.map(() => value), max: times.map(() => value) });
    return { from, to, tier: 'sample', at: times, series: { memoryTotal: all(16 * gib), memoryUsed: all(half) } };
  };
  open({ past });
  // Half of it for half an hour before, all of it since: not until most of the half hour is bad.
  await live(20, 0.99);
  expect(told()).toEqual([]);
  await live(10, 0.99);
  expect(told()).toContain('opened web01 memory-used warning');
});

test('changes have numbers that outlive a restart, and a damaged database is set aside', async () => {
  await live(6, 0.92);
  alerts.stop();
  open();
  await live(12, 0.3);
  const all = alerts.changesSince(0);
  expect(all.map(({ change: { event } }) => event)).toEqual(['opened', 'resolved']);
  expect(alerts.changesSince(all[0]?.sequence ?? 0).map(({ change: { event } }) => event)).toEqual(['resolved']);
  alerts.stop();
  writeFileSync(join(dir, 'alerts.db'), 'no database at all '.repeat(100));
  open();
  expect(alerts.notices).toMatchObject([{ code: 'settings-damaged', message: expect.stringContaining('alerts.db was damaged') }]);
});
