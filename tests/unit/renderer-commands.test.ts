import { describe, expect, it } from 'vitest';
import { runText } from '../../src/main/demo/command-text.ts';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { type Composer, draftOf, hostsOf, selectionName } from '../../src/renderer/commands/draft.ts';
import { applyRunEvent } from '../../src/renderer/commands/run-events.ts';
import { firstLine, tally } from '../../src/renderer/commands/run-words.ts';
import { hunksOf, lineDiff } from '../../src/renderer/components/line-diff.ts';
import { rowFrom } from '../../src/renderer/fleet/rows.ts';
import type { HostResult, RunView } from '../../src/shared/contract/commands.ts';
import { inventoryHost } from '../support/inventory-host.ts';

const rows = new Map(
  [
    inventoryHost('a', { name: 'web1', tags: ['web', 'prod'], group: 'rack1' }),
    inventoryHost('b', { name: 'web2', tags: ['web'], group: 'rack1' }),
    inventoryHost('c', { name: 'db1', tags: ['prod'], group: 'rack2' }),
  ].map((host) => [host.id, rowFrom({ host, status: { state: 'online', since: 0 }, live: null, trend: [], system: null })] as const),
);

const composer: Composer = {
  text: 'uptime',
  values: {},
  hosts: ['a'],
  where: 'web1',
  filter: '',
  as: 'login',
  timeLimit: 60,
  atOnce: 32,
  canary: 0,
};

describe('a selection', () => {
  it('is called by what it is: a filter, a tag, a group, a host, all, or made by hand', () => {
    expect(selectionName(['a', 'b'], rows, 'web -db', 0)).toBe('web -db');
    expect(selectionName(['a', 'b'], rows, 'db', 0)).toBe('tag:web');
    expect(selectionName(['a', 'c'], rows, '', 0)).toBe('tag:prod');
    expect(selectionName(['b', 'c'], rows, '', 0)).toBe('selected by hand');
    expect(selectionName(['c'], rows, 'db', 0)).toBe('db1');
    expect(selectionName(['c', 'b', 'a'], rows, '', 0)).toBe('every host of the fleet');
  });

  it('is nothing while nobody has said what it is', () => {
    for (const filter of ['  ', 'colour:red', 'tag:web mem>much']) expect(hostsOf(filter, rows, 0)).toEqual([]);
    expect(hostsOf('tag:prod', rows, 0).map(({ id }) => id)).toEqual(['c', 'a']);
  });
});

describe('a draft', () => {
  it('says what is missing, and takes the values of its parameters alone', () => {
    expect(draftOf({ ...composer, hosts: [] })).toMatch(/hosts/);
    expect(draftOf({ ...composer, text: ' \n' })).toMatch(/command/);
    for (const timeLimit of ['', 'x', 0, 86_401]) expect(draftOf({ ...composer, timeLimit })).toMatch(/time limit/);
    for (const atOnce of [0, 257, Number.NaN]) expect(draftOf({ ...composer, atOnce })).toMatch(/at once/);
    expect(draftOf({ ...composer, canary: Number.NaN })).toMatch(/canary/);
    expect(draftOf({ ...composer, text: 'ls {{dir}} {{file}}', values: { dir: '/srv', old: 'x' }, timeLimit: 1.5 })).toMatchObject({
      values: { dir: '/srv', file: '' },
      timeLimitMs: 1500,
      hosts: ['a'],
    });
  });
});

describe('a run', () => {
  const result = (host: string, state: HostResult['state']) => ({ host, state }) as HostResult;
  const run = { hosts: 14, well: 9, failed: 2, endedAt: null } as RunView;

  it('changes by its patches, each host in its place', () => {
    const first = applyRunEvent(null, { kind: 'snapshot', run, results: [result('a', 'running'), result('b', 'waiting')] });
    const second = applyRunEvent(first, { kind: 'patch', run: { ...run, well: 10 }, results: [result('b', 'running')] });
    expect(second.results.map(({ host, state }) => [host, state])).toEqual([
      ['a', 'running'],
      ['b', 'running'],
    ]);
    expect(second.run.well).toBe(10);
    expect(applyRunEvent(second, { kind: 'patch', run, results: [] }).results).toBe(second.results);
  });

  it('is told in a line', () => {
    expect(tally(run)).toBe('9 well, 2 failed, 3 to come');
    expect(tally({ ...run, endedAt: 1, failed: 0 })).toBe('9 well, 5 not begun');
    expect(firstLine('# why\n\n  apt-get update\nreboot\n')).toBe('apt-get update …');
    expect(firstLine('\u001b[2J')).toBe('\\e[2J');
  });
});

it('a comparison leaves out what is the same, but for some lines around each difference', () => {
  const lines = (changed: string) => Array.from({ length: 20 }, (_, at) => (at === 9 ? changed : `line ${at}`)).join('\n');
  const hunks = hunksOf(lineDiff(lines('one'), lines('other')), 1);
  expect(hunks.map((line) => (line.kind === 'gap' ? line.lines : line.text))).toEqual([8, 'line 8', 'one', 'other', 'line 10', 9]);
});

it('a host of the demo runs a command line by line, with its parameters', () => {
  const [profile] = fleetOf(1912, 1);
  if (profile === undefined) throw new Error('no host');
  const host = { profile, xen: undefined, now: () => 60_000 };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
  const text = 'hum_what=\'two  words\'\n# why\necho "${hum_what}"\nsleep 2\nnothing\necho $?\nexit 4\necho never';
  expect(runText(host, text)).toMatchObject({ code: 4, afterMs: 2000, stdout: expect.stringMatching(/^two words\n.*not found.*\n127\n/) });
});
