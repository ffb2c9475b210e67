import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { historyMigrations } from '../../src/main/history/history-schema.ts';
import type { HistoryStore } from '../../src/main/history/history-store.ts';
import { pack, unpack } from '../../src/main/history/pack.ts';
import { openDatabase } from '../../src/main/storage/database.ts';
import { append, appendAll, livelySample, openStore, rangeOf, sampleAt, workAll } from '../support/history.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const begin = Date.UTC(2026, 10, 20, 3);

let dir: string;
let now: number;
let opened: HistoryStore[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-history-'));
  now = begin;
  opened = [];
});
afterEach(() => {
  for (const store of opened) store.close();
  rmSync(dir, { recursive: true, force: true });
});

let files = 0;
function fresh(): HistoryStore {
  files += 1;
  return open(`h${files}.db`);
}
function open(name: string): HistoryStore {
  const store = openStore(join(dir, name), () => now);
  opened.push(store);
  return store;
}

/** Loads to a hundredth, which the history keeps exactly, at any pace, with what a host did not tell. */
const series = fc.array(
  fc.record({ afterMs: fc.integer({ min: 200, max: 400_000 }), load: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { freq: 6 }) }),
  { minLength: 1, maxLength: 300 },
);

/** The series as samples from `begin` on. */
function samplesOf(steps: readonly { readonly afterMs: number; readonly load: number | null }[]) {
  let at = begin;
  return steps.map(({ afterMs, load }) => {
    at += afterMs;
    return { at, load: load === null ? null : load / 100 };
  });
}

test('whole numbers come back from a chunk as they were, and nothing for none', () => {
  const figures = fc.array(fc.oneof(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.constant(Number.NaN)), {
    minLength: 5,
    maxLength: 50,
  });
  fc.assert(
    fc.property(figures, figures, (first, second) => {
      const rows = Math.min(first.length, second.length);
      const columns = [first, second].map((values, index) => ({ id: index * 700, values: Float64Array.from(values.slice(0, rows)) }));
      const chunk = unpack(pack(rows, columns), (id) => id === 700);
      expect(chunk.rows).toBe(rows);
      expect([...chunk.columns.keys()]).toEqual([700]);
      expect(chunk.columns.get(700)).toEqual(columns[1]?.values);
    }),
  );
});

test('whatever bytes stand for a chunk, it is read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        unpack(bytes, () => true);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
});

describe.each([
  { tier: 'minute', span: 2 * day, points: 2 * 24 * 60 },
  { tier: 'hour', span: 12 * day, points: 12 * 24 },
])('by the $tier', ({ tier, span, points }) => {
  test('the roll-up of any series is what a naive computation says', async () => {
    const step = span / points;
    await fc.assert(
      fc.asyncProperty(series, fc.integer({ min: 1, max: 300 }), async (steps, cut) => {
        const samples = samplesOf(steps);
        const store = fresh();
        // Written and packed in two parts, so that summaries are added to.
        for (const part of [samples.slice(0, cut), samples.slice(cut)]) {
          append(
            store,
            'a',
            part.map(({ at, load }) => sampleAt(at, { load1: load })),
          );
          now = (part.at(-1)?.at ?? begin) + 11 * minute;
          workAll(store);
        }
        const range = await rangeOf(store, 'load1', { host: 'a', from: begin, to: begin + span, points });
        expect(range.tier).toBe(tier);
        const shown = range.at.flatMap((at, index) =>
          range.max[index] === null ? [] : [{ bucket: Math.floor((at - begin) / step), index }],
        );
        const groups = Map.groupBy(
          samples.filter(({ load }) => load !== null),
          ({ at }) => Math.floor((at - begin) / step),
        );
        expect(shown.map(({ bucket }) => bucket)).toEqual([...groups.keys()]);
        for (const { bucket, index } of shown) {
          const loads = (groups.get(bucket) ?? []).map(({ load }) => load ?? 0);
          expect(range.min[index]).toBe(Math.min(...loads.map(Math.fround).map((value) => Math.round(value * 100) / 100)));
          expect(range.max[index]).toBe(Math.max(...loads.map(Math.fround).map((value) => Math.round(value * 100) / 100)));
          const average = loads.reduce((sum, load) => sum + load, 0) / loads.length;
          expect(Math.abs((range.average[index] ?? 0) - average)).toBeLessThanOrEqual(0.03);
        }
      }),
      { numRuns: 20 },
    );
  });
});

test('a spike never disappears, however few the points and however old it is', async () => {
  await fc.assert(
    fc.asyncProperty(
      series,
      fc.integer({ min: 2, max: 900 }),
      fc.constantFrom(5 * hour, 3 * day, 20 * day),
      async (steps, points, span) => {
        const samples = samplesOf(steps).filter(({ at }) => at < begin + span);
        const store = fresh();
        append(
          store,
          'a',
          samples.map(({ at, load }) => sampleAt(at, { load1: load })),
        );
        // Part of it is packed, the rest not yet.
        now = begin + 2 * hour;
        workAll(store);
        const { at, min, max } = await rangeOf(store, 'load1', { host: 'a', from: begin, to: begin + span, points });
        const loads = samples.flatMap(({ load }) => load ?? []);
        const told = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
        if (loads.length > 0) {
          expect(Math.max(...told(max))).toBe(Math.max(...loads));
          expect(Math.min(...told(min))).toBe(Math.min(...loads));
        }
        expect(at).toEqual([...at].sort((left, right) => left - right));
        expect(max.filter((value) => value !== null).length).toBeLessThanOrEqual(points);
      },
    ),
    { numRuns: 30 },
  );
});

test('what nobody sampled is a gap and no line: one point of nothing in its middle', async () => {
  const store = fresh();
  const times = [0, 5, 10, 200, 205].map((seconds) => begin + seconds * 1000);
  append(
    store,
    'a',
    times.map((at) => sampleAt(at, { load1: 1 })),
  );
  const before = await rangeOf(store, 'load1', { host: 'a', from: begin, to: begin + hour, points: 3600 });
  expect(before.at).toEqual([times[0], times[1], times[2], begin + 105_000, times[3], times[4]]);
  expect(before.max).toEqual([1, 1, 1, null, 1, 1]);
  now = begin + hour;
  workAll(store);
  expect(await rangeOf(store, 'load1', { host: 'a', from: begin, to: begin + hour, points: 3600 })).toEqual(before);
});

test('a restart at any moment changes nothing of what was kept', async () => {
  const store = fresh();
  const name = `h${files}.db`;
  for (let sweep = 0; sweep < 400; sweep += 1) {
    now = begin + sweep * 5_000;
    append(store, 'a', [livelySample(1, now)]);
    append(store, 'b', [livelySample(2, now), livelySample(2, now + 1_000)]);
    if (sweep % 150 === 149) workAll(store);
  }
  const query = { host: 'b', from: begin, to: begin + hour, points: 3600 };
  const before = await rangeOf(store, 'memoryUsed', query);
  expect(before.at).toHaveLength(800);
  // Not closed: as after kill -9.
  const again = open(name);
  expect(await rangeOf(again, 'memoryUsed', query)).toEqual(before);
  now += hour;
  workAll(again);
  expect(await rangeOf(again, 'memoryUsed', query)).toEqual(before);
  expect(await rangeOf(open(name), 'memoryUsed', query)).toEqual(before);
});

test('a sample counts once after a restart, though its sweep is still there for the sake of another host', async () => {
  const store = fresh();
  const name = `h${files}.db`;
  append(store, 'b', [sampleAt(begin + 10 * minute - 20_000, { load1: 1 })]);
  appendAll(store, [
    ['b', sampleAt(begin + 10 * minute - 2_000, { load1: 4 })],
    ['a', sampleAt(begin + 10 * minute + 1_000, { load1: 9 })],
  ]);
  now = begin + 10 * minute + 2_000;
  workAll(store);
  const again = open(name);
  now = begin + hour;
  workAll(again);
  const kept = async (host: string) => (await rangeOf(again, 'load1', { host, from: begin, to: begin + hour, points: 6 })).average;
  expect(await kept('b')).toEqual([2.5]);
  expect(await kept('a')).toEqual([9]);
});

test('when the clock was set back, the hour that comes twice is kept twice', async () => {
  const store = fresh();
  for (const [load, minutes] of [
    [1, 0],
    [2, 30],
    [3, 0],
    [4, 31],
  ] as const) {
    append(store, 'a', [sampleAt(begin + minutes * minute + load, { load1: load })]);
  }
  now = begin + 20 * minute;
  workAll(store);
  now = begin + 2 * hour;
  workAll(store);
  for (const span of [hour, day]) {
    const range = await rangeOf(store, 'load1', { host: 'a', from: begin, to: begin + span, points: span / (10 * minute) });
    expect(range.min.filter((value) => value !== null)).toEqual([1, 2]);
    expect(range.max.filter((value) => value !== null)).toEqual([3, 4]);
  }
});

/** A sample each `stepMs` for so long, and all that the store does with them. */
function fill(store: HistoryStore, keys: readonly string[], forMs: number, stepMs = 10 * minute): void {
  const times = Array.from({ length: forMs / stepMs }, (_, index) => now + index * stepMs);
  for (const key of keys) {
    append(
      store,
      key,
      times.map((at) => livelySample(1, at)),
    );
  }
  now += forMs;
  workAll(store);
}

test('samples go after two days and minutes after thirty, and what is left of them is still shown', async () => {
  const store = fresh();
  fill(store, ['a'], 33 * day, 40 * minute);
  const pointsOf = async (spanMs: number, agoMs: number) => {
    const from = now - agoMs;
    return (await rangeOf(store, 'memoryUsed', { host: 'a', from, to: from + spanMs, points: 400 })).at.length;
  };
  const samplesFrom = store.stored('a', begin, now, 'sample')?.minutesUntil ?? 0;
  expect(now - samplesFrom).toBeGreaterThanOrEqual(2 * day);
  expect(now - samplesFrom).toBeLessThan(2 * day + hour);
  expect(await pointsOf(5 * hour, 2 * day - hour)).toBeGreaterThan(10);
  expect(await pointsOf(5 * hour, 20 * day)).toBeGreaterThan(10);
  // Of before the minutes, hours alone are left.
  expect(await pointsOf(5 * hour, 32 * day)).toBeLessThanOrEqual(6);
  expect(await pointsOf(5 * hour, 32 * day)).toBeGreaterThanOrEqual(5);
});

/** The size of a database without its log, bytes. */
function sizeOf(name: string): number {
  const database = new DatabaseSync(join(dir, name));
  const pragma = (what: string) => Number(database.prepare(`PRAGMA ${what}`).get()?.[what]);
  const bytes = pragma('page_count') * pragma('page_size');
  database.close();
  return bytes;
}

test('over its limit the history takes the oldest samples first, gives the room back, and keeps the rest', async () => {
  const store = fresh();
  fill(store, ['a', 'b'], 3 * day);
  const limit = Math.round(sizeOf(`h${files}.db`) * 0.7);
  workAll(store, limit);
  expect(sizeOf(`h${files}.db`)).toBeLessThanOrEqual(limit);
  expect(store.stored('a', begin, now, 'minute')?.minutes.length).toBeGreaterThan(60);
  expect(store.stored('a', begin, now, 'sample')?.minutesUntil).toBeGreaterThan(now - 2 * day);
  const newest = await rangeOf(store, 'memoryUsed', { host: 'a', from: now - hour, to: now, points: 100 });
  expect(newest.max.filter((value) => value !== null).length).toBeGreaterThan(4);
});

test('a host that is taken out keeps its past for ten minutes, and nothing after that', async () => {
  const store = fresh();
  fill(store, ['a', 'b'], 5 * hour);
  const points = async (host: string) => (await rangeOf(store, 'memoryUsed', { host, from: begin, to: now + 1, points: 100 })).at.length;
  store.setHosts(new Set(['a']));
  now += 9 * minute;
  workAll(store);
  expect(await points('b')).toBeGreaterThan(20);
  store.setHosts(new Set(['a', 'b']));
  now += hour;
  workAll(store);
  expect(await points('b')).toBeGreaterThan(20);
  store.setHosts(new Set(['a']));
  now += 11 * minute;
  workAll(store);
  expect(store.hosts).toBe(1);
  append(store, 'b', []);
  expect(await points('a')).toBeGreaterThan(20);
  append(store, 'b', [livelySample(1, now)]);
  expect(await points('b')).toBe(1);
});

test('a file of every earlier version is brought forward', () => {
  for (let version = 0; version <= historyMigrations.length; version += 1) {
    const path = join(dir, `version-${version}.db`);
    openDatabase(path, historyMigrations.slice(0, version), new Date(), 'large').database.close();
    const store = openStore(path, () => now);
    append(store, 'a', [livelySample(1, now)]);
    expect(store.hosts).toBe(1);
    store.close();
  }
});
