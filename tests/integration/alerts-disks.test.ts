import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Alerts } from '../../src/main/alerts/alerts.ts';
import type { Past } from '../../src/main/alerts/alerts-deps.ts';
import { ruleKinds } from '../../src/shared/alert-rules.ts';
import type { RuleTrial } from '../../src/shared/contract/alerts.ts';
import type { FileSystem, HostDisks } from '../../src/shared/contract/fleet.ts';
import type { IncidentChange } from '../../src/shared/incident.ts';
import { alertsOf, gib, sampleOf, settle, testHost } from '../support/alerts.ts';
import { sampleAt } from '../support/history.ts';

const minute = 60_000;
const host = testHost('web01');
let dir: string;
let alerts: Alerts;
let at: number;
let changes: IncidentChange[];
let disks: HostDisks | null;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-alerts-disks-'));
  at = Date.UTC(2026, 10, 20, 3);
  disks = null;
  sampleOf(host, at, 0.3);
  open();
});
afterEach(() => {
  alerts.stop();
  rmSync(dir, { recursive: true, force: true });
});

function open(change: Parameters<typeof alertsOf>[3] = {}): void {
  changes = [];
  alerts = alertsOf(dir, [host], () => at, { ...change, sources: { disks: () => disks } });
  alerts.onChange((told) => changes.push(told));
}

function system(mount: string, full: number, change: Partial<FileSystem> = {}): FileSystem {
  const size = 100 * gib;
  const figures = { size, used: full * size, available: (1 - full) * size, inodes: { total: 10_000, used: 100 } };
  return { mount, device: `/dev${mount}`, type: 'ext4', ...figures, full, fullOf: 'space', readOnly: false, ...change };
}

/** Some minutes of a reading each, as the hosts are read. */
function live(minutes: number, fileSystems: readonly FileSystem[], problem: string | null = null): void {
  for (let step = 0; step < minutes; step += 1) {
    at += minute;
    disks = { at, fileSystems, problem };
    alerts.tick();
  }
}

const told = () => changes.map(({ event, incident }) => `${event} ${incident.part} ${incident.severity}`);

test('each file system is watched by itself: one that somebody knows of hides no other, and each clears with hysteresis', () => {
  live(5, [system('/srv/archive', 0.88), system('/', 0.5)]);
  expect(told()).toEqual(['opened /srv/archive warning']);
  const { incident } = changes[0] as IncidentChange;
  expect(incident.summary).toBe('web01, /srv/archive: 88 % full, 12.0 GiB free of 100 GiB');
  expect(incident.why).toBe('The figure was at or above 85 % for 2 min. The rule is Hum’s own.');
  expect(incident.clears).toBe('It clears once it has been at or below 82 % for 5 min.');
  expect(incident.lookAt[0]).toBe('What takes the room: du -xh --max-depth=1 /srv/archive | sort -h');
  alerts.acknowledge([incident.id], 'It is full of old mail.');
  live(5, [system('/', 0.95), system('/srv/archive', 0.88)]);
  expect(told().slice(2)).toEqual(['opened / critical']);
  live(10, [system('/srv/archive', 0.84), system('/', 0.91)]);
  expect(told()).toHaveLength(3);
  live(10, [system('/srv/archive', 0.7), system('/', 0.7)]);
  expect(told().slice(3).sort()).toEqual(['resolved / critical', 'resolved /srv/archive warning']);
});

test('one that is out of inodes is full and says so, one that is read-only is not, and one that is unmounted ends what it began', () => {
  const names = "/srv/it's \u001b[2J";
  const out = { fullOf: 'inodes' as const, inodes: { total: 10_000, used: 9_700 } };
  live(5, [system('/media/cd', 1, { readOnly: true }), system(names, 0.97, out)]);
  expect(changes.map(({ incident: { summary } }) => summary)).toEqual(["web01, /srv/it's \\e[2J: 97 % full, 300 inodes free of 10,000"]);
  expect(changes[0]?.incident.lookAt[1]).toContain(`--max-depth=1 '/srv/it'\\''s \\e[2J' | sort -n`);
  // Through a restart it stays one and the same.
  alerts.stop();
  open();
  live(5, [system(names, 0.97, out)]);
  expect(changes).toEqual([]);
  // A df that told nothing tells nothing of what is mounted.
  live(2, [], 'df told nothing.');
  expect(changes).toEqual([]);
  live(2, [system('/', 0.3)]);
  expect(changes.map(({ event }) => event)).toEqual(['resolved']);
});

/** A week of a point a minute in which a series has this value in the last ten minutes of each of these hours. */
function pastOf(series: string, value: number, hours: readonly number[]): Past {
  const now = at;
  return async ({ from, to, points }) => {
    const times = Array.from({ length: points }, (_, index) => Math.round(from + ((index + 0.5) * (to - from)) / points));
    const figures = times.map((time) => {
      const ago = (now - time) / minute;
      return hours.some((hour) => ago > hour * 60 && ago < hour * 60 + 10) ? value : 0;
    });
    return { from, to, tier: 'minute', at: times, series: { [series]: { min: figures, average: figures, max: figures } } };
  };
}

async function trial(rule: 'disk-space' | 'pressure-some'): Promise<RuleTrial | undefined> {
  let last: RuleTrial | undefined;
  for await (const next of alerts.tryRule(rule, { kind: 'fleet' }, ruleKinds[rule].defaults)) last = next;
  return last;
}

test('the rule is tried on the fullest file system of the last week', async () => {
  alerts.stop();
  open({ past: pastOf('diskFullest', 0.9, [20, 50]) });
  expect(await trial('disk-space')).toMatchObject({ fired: 2, critical: 0, impossible: null, done: true });
});

test('pressure is that of the minute which the kernel tells, and in a history without it that of its ten seconds', async () => {
  alerts.stop();
  open({ past: pastOf('pressureMemorySome', 0.2, [30]) });
  expect(await trial('pressure-some')).toMatchObject({ fired: 1, done: true });
  const pressed = (some: number, ofMinute: number) => {
    at += 10_000;
    alerts.collect(host.host.id, sampleAt(at, { pressureMemorySome: some, pressureMemorySomeMinute: ofMinute }));
    alerts.tick();
  };
  pressed(0, 0);
  await settle();
  // A host that is asked seldom may be calm each time that it is asked.
  for (let step = 0; step < 20; step += 1) pressed(0, 0.15);
  expect(changes.map(({ event, incident }) => `${event} ${incident.rule} ${incident.severity}`)).toEqual(['opened pressure-some warning']);
  expect(changes[0]?.incident.why).toContain('The figure was at or above 10 % for 2 min.');
});
