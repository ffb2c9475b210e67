import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Alerts } from '../../src/main/alerts/alerts.ts';
import { ruleKinds } from '../../src/shared/alert-rules.ts';
import type { HostInterfaces, InterfaceTrouble } from '../../src/shared/contract/fleet.ts';
import type { IncidentChange } from '../../src/shared/incident.ts';
import { alertsOf, sampleOf, settle, testHost } from '../support/alerts.ts';
import { sampleAt } from '../support/history.ts';

const minute = 60_000;
const host = testHost('web01');
const trouble = (name: string, receiveDrops: number): InterfaceTrouble => ({
  ...{ name, receiveErrors: 0, receiveDrops, transmitErrors: 0, transmitDrops: 0 },
});
let dir: string;
let alerts: Alerts;
let at: number;
let changes: IncidentChange[];
let interfaces: HostInterfaces | null;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-alerts-loss-'));
  at = Date.UTC(2026, 10, 20, 3);
  interfaces = null;
  changes = [];
  sampleOf(host, at, 0.3);
  alerts = alertsOf(dir, [host], () => at, { sources: { interfaces: () => interfaces } });
  alerts.onChange((told) => changes.push(told));
});
afterEach(() => {
  alerts.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Some minutes of a sample each five seconds. */
async function live(minutes: number, retransmitted: number | null): Promise<void> {
  for (let step = 0; step < minutes * 12; step += 1) {
    at += 5_000;
    alerts.collect(host.host.id, sampleAt(at, { retransmitted }));
    await settle();
    alerts.tick();
  }
}

const told = () => changes.map(({ event, incident }) => `${event} ${incident.severity}`);

test('loss that lasts is one incident, which says where the host drops packets; it worsens, eases and clears with hysteresis', async () => {
  await live(2, 0.001);
  // A burst that is over within the average and the wait is nobody's business.
  await live(1, 0.04);
  await live(4, 0);
  expect(told()).toEqual([]);
  interfaces = { at, troubles: [trouble('eth0', 120), trouble('vif3.0', 2)] };
  await live(5, 0.03);
  expect(told()).toEqual(['opened warning']);
  const { incident } = changes[0] as IncidentChange;
  expect(incident.summary).toBe(
    'web01: 3 % of the TCP segments sent had to be sent again; eth0 dropped 120 packets a second received, and so does one other',
  );
  expect(incident.why).toBe('The average of 1 min was at or above 2 % for 3 min. The rule is Hum’s own.');
  expect(incident.clears).toBe('It clears once it has been at or below 1 % for 5 min.');
  expect(incident.lookAt[0]).toContain('ss -ti');
  interfaces = { at, troubles: [] };
  await live(6, 0.08);
  expect(told().slice(1)).toEqual(['worsened critical']);
  expect(changes.at(-1)?.incident.summary).toContain('; none of its interfaces has errors or drops');
  await live(15, 0.015);
  expect(told().slice(2)).toEqual(['eased warning']);
  await live(8, 0.002);
  expect(told().slice(3)).toEqual(['resolved warning']);
});

test('a host that ends sending has no figure any more: what fired ends with that reason, what its interfaces do is not made up', async () => {
  await live(6, 0.03);
  expect(changes.map(({ incident }) => incident.summary)).toEqual(['web01: 3 % of the TCP segments sent had to be sent again']);
  // A lull is no end.
  await live(2, null);
  await live(1, 0.03);
  await live(2, null);
  expect(told()).toEqual(['opened warning']);
  await live(2, null);
  expect(told()).toEqual(['opened warning', 'resolved warning']);
  const { value } = await alerts.watchIncident(changes[0]?.incident.id ?? '').next();
  expect(value?.timeline.at(-1)?.text).toMatch(/^The host sends too little now for a share of it to mean anything\. It lasted/);
});

test('a host that never told how much it sends again is watched in vain, and no worse', async () => {
  await live(10, null);
  expect(told()).toEqual([]);
});

test('the rule is tried on the last week', async () => {
  alerts.stop();
  const now = at;
  alerts = alertsOf(dir, [host], () => at, {
    past: async ({ from, to, points }) => {
      const times = Array.from({ length: points }, (_, index) => Math.round(from + ((index + 0.5) * (to - from)) / points));
      const figures = times.map((time) => (now - time > 20 * 60 * minute && now - time < 20 * 60 * minute + 10 * minute ? 0.06 : 0.0005));
      return { from, to, tier: 'minute', at: times, series: { retransmitted: { min: figures, average: figures, max: figures } } };
    },
  });
  let last: unknown;
  for await (const next of alerts.tryRule('packet-loss', { kind: 'fleet' }, ruleKinds['packet-loss'].defaults)) last = next;
  expect(last).toMatchObject({ fired: 1, critical: 1, impossible: null, done: true });
});
