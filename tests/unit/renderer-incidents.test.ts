import { expect, test } from 'vitest';
import { applied } from '../../src/renderer/incidents/incident-list.ts';
import {
  adviceOf,
  countFiring,
  inOrder,
  matches,
  noteLines,
  readIncidentQuery,
  untilMorning,
} from '../../src/renderer/incidents/incident-words.ts';
import { formOf, settingsOf, trialWords } from '../../src/renderer/incidents/rule-form.ts';
import { ruleIds, ruleKinds } from '../../src/shared/alert-rules.ts';
import type { IncidentView, RuleTrial } from '../../src/shared/contract/alerts.ts';

const incident = (id: string, change: Partial<IncidentView> = {}): IncidentView => ({
  ...{ id, hostId: 'h', host: 'web01', part: null, rule: 'memory-used', ruleName: 'Memory used', severity: 'warning', state: 'firing' },
  ...{
    since: 0,
    openedAt: 0,
    resolvedAt: null,
    value: 0.9,
    level: 0.9,
    unit: 'ratio',
    summary: 'web01: memory used 90 %',
    why: '',
    clears: '',
  },
  ...{ lookAt: [], worst: null, setAt: null, acknowledgedBy: null, note: '', snoozedUntil: null, hasEvidence: false },
  ...change,
});

test('what fires stands first, the worse before the less bad, and of those the newest', () => {
  const all = [
    incident('snoozed', { state: 'snoozed', severity: 'critical' }),
    incident('old', { since: 1 }),
    incident('acknowledged', { state: 'acknowledged', severity: 'critical' }),
    incident('new', { since: 2 }),
    incident('critical', { severity: 'critical' }),
  ];
  expect(inOrder(all).map(({ id }) => id)).toEqual(['critical', 'new', 'old', 'acknowledged', 'snoozed']);
  expect(countFiring(all)).toEqual({ critical: 1, warning: 2 });
});

test('the filter knows host, rule, state and severity, and names what it does not know', () => {
  const found = (text: string) => matches(incident('a', { note: 'Batch job' }), readIncidentQuery(text).terms);
  expect(['host:web', 'rule:memory severity:warning', '-state:snoozed', 'batch', '"memory used"'].map(found)).toEqual(Array(5).fill(true));
  expect(['host:db', 'severity:critical', '-host:web', 'disk'].map(found)).toEqual(Array(4).fill(false));
  expect(readIncidentQuery('hots:web').errors[0]?.message).toContain('host:');
});

test('the stream’s patches bring and end incidents; a snapshot begins anew', () => {
  const begin = { loaded: false, open: new Map(), pending: [], endings: 0, problem: null };
  const event = (kind: 'snapshot' | 'patch', incidents: readonly IncidentView[]) => ({
    kind,
    at: 0,
    incidents,
    pending: [],
    problem: null,
  });
  const first = applied(begin, event('snapshot', [incident('a'), incident('b')]));
  const next = applied(first, event('patch', [incident('a', { state: 'resolved' }), incident('c')]));
  expect([...next.open.keys()]).toEqual(['b', 'c']);
  expect(next.endings).toBe(first.endings + 1);
  expect([...applied(next, event('snapshot', [])).open]).toEqual([]);
});

test('every rule comes through its fields as it went in', () => {
  for (const id of ruleIds) {
    const { defaults, unit } = ruleKinds[id];
    const back = settingsOf(formOf(defaults, unit), unit);
    expect(back, id).toMatchObject({
      ...defaults,
      warning: defaults.warning && expect.anything(),
      critical: defaults.critical && expect.anything(),
    });
    if (typeof back === 'string') continue;
    for (const severity of ['warning', 'critical'] as const) expect(back[severity]?.set ?? 0).toBeCloseTo(defaults[severity]?.set ?? 0, 6);
  }
  const form = formOf(ruleKinds['memory-used'].defaults, 'ratio');
  expect(settingsOf({ ...form, warningClear: '' }, 'ratio')).toContain('A level needs both');
  expect(settingsOf({ ...form, hits: 4, of: 3 }, 'ratio')).toContain('not larger than the second');
  expect(settingsOf({ ...form, quiet: 'all', quietFrom: '25:00' }, 'ratio')).toContain('22:00');
  expect(settingsOf({ ...form, quiet: 'all', quietFrom: '22:00', quietTo: '6:30' }, 'ratio')).toMatchObject({
    quiet: { from: 1320, to: 390, holds: 'all' },
  });
});

test('a trial says how often, how badly and how briefly, and on how much', () => {
  const trial: RuleTrial = {
    hosts: 1200,
    hostsDone: 1200,
    minutes: 1200 * 10_080,
    fired: 3,
    critical: 1,
    brief: 2,
    worst: [],
    done: true,
    impossible: null,
  };
  expect(trialWords(trial)).toBe(
    'It would have fired 3 times, 1 critical and 2 under a minute of them, on 1,200 hosts, in 7 d of history each on average.',
  );
  expect(trialWords({ ...trial, fired: 0, hosts: 1, hostsDone: 1, minutes: 60 })).toBe(
    'It would not have fired on 1 host, in 1 h of history each on average.',
  );
  expect(trialWords({ ...trial, hosts: 0, hostsDone: 0 })).toContain('nearer rule');
  expect(trialWords({ ...trial, minutes: 0 })).toBe('Nothing is kept of the last week on 1,200 hosts.');
});

test('a note keeps its lines, and nothing in it acts', () => {
  expect(noteLines('one\r\ntwo\u001b[2J\u202e')).toBe('one\ntwo\\e[2J\\u{202e}');
});

test('a snooze until the morning is never shorter than an hour', () => {
  const at = (hour: number, minute: number) => new Date(2026, 10, 20, hour, minute).getTime();
  expect(untilMorning(at(22, 0))).toBe(10 * 3_600_000);
  expect(untilMorning(at(7, 30))).toBe(24.5 * 3_600_000);
});

test('an advice ends in a command line that stands apart, or in none', () => {
  expect(adviceOf('What takes the room: du -xh --max-depth=1 /srv | sort -h')).toEqual({
    words: 'What takes the room:',
    command: 'du -xh --max-depth=1 /srv | sort -h',
  });
  expect(adviceOf('The report of the kernel: who was killed, who asked').command).toBeNull();
});
