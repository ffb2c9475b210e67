import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type History, openHistory } from '../../src/main/history/history.ts';
import type { HistoryState } from '../../src/shared/contract/history.ts';
import { append, livelySample, openStore, rangeOf, workAll } from '../support/history.ts';
import { patience } from '../support/patience.ts';
import { smallDisk } from '../support/small-disk.ts';

let dir: string;
let history: History | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-history-'));
});
afterEach(() => {
  history?.stop();
  history = undefined;
  rmSync(dir, { recursive: true, force: true });
});

const childPath = fileURLToPath(new URL('../support/history-child.ts', import.meta.url));
const begin = Date.UTC(2026, 10, 20);
const quiet = { info: () => undefined, warn: () => undefined };

test('kill -9 loses at most the sweep under way, and nothing is there twice', async () => {
  const path = join(dir, 'history.db');
  const child = spawn(process.execPath, [childPath, path, String(begin)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  let done = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    done = Number(line);
    // Ten minutes of simulated time are packed again and again by then.
    if (done === 400) child.kill('SIGKILL');
  }
  await gone;
  const now = begin + (done + 1) * 10_000;
  const store = openStore(path, () => now);
  const query = { from: begin, to: now + 60_000, points: 4000 };
  const expected = (host: number, sweeps: number) =>
    Array.from({ length: sweeps }, (_, sweep) => livelySample(host, begin + sweep * 10_000).values[17] ?? null);
  for (const host of [0, 7, 19]) {
    const kept = await rangeOf(store, 'load1', { host: `h${host}`, ...query });
    expect([done + 1, done + 2]).toContain(kept.at.length);
    expect(kept.average).toEqual(expected(host, kept.at.length));
  }
  store.close();
});

/** The state that comes to be so. */
async function stateThat(of: History, fits: (state: HistoryState) => boolean): Promise<HistoryState> {
  for await (const state of of.watch()) if (fits(state)) return state;
  throw new Error('it never was');
}

test('a full disk stops the history and nothing else, says so, and the history goes on when there is room', async (context) => {
  const disk = await smallDisk(dir, 1024);
  if (disk === undefined) return context.skip('no file system can be mounted here');
  try {
    const ballast = openSync(join(dir, 'ballast'), 'w');
    history = openHistory({ dataDir: dir, limitBytes: () => 2 ** 30, log: quiet, sweepMs: 20 });
    const sampling = setInterval(() => history?.collect('a', livelySample(1, Date.now())), 10);
    try {
      for (let free = true; free; ) {
        try {
          writeSync(ballast, Buffer.alloc(4096));
        } catch {
          free = false;
        }
      }
      const { problem } = await stateThat(history, (state) => state.problem !== null);
      expect(problem).toMatchObject({
        code: 'history-failed',
        message: expect.stringContaining('The disk is full'),
        hint: expect.stringContaining(dir),
      });
      closeSync(ballast);
      rmSync(join(dir, 'ballast'));
      const from = Date.now();
      await stateThat(history, (state) => state.problem === null);
      const range = await history.range({ host: 'a', from, to: from + 3_600_000, points: 4000 });
      expect(range.at.length).toBeGreaterThan(0);
    } finally {
      clearInterval(sampling);
    }
    history.stop();
    history = undefined;
  } finally {
    await disk.remove();
  }
});

function damagedFiles(): string[] {
  return readdirSync(dir).filter((name) => /^history\.damaged-.*\.db$/.test(name));
}

test('a file that is no database is set aside and named, and a new one begun', async () => {
  writeFileSync(join(dir, 'history.db'), 'no database at all '.repeat(100));
  history = openHistory({ dataDir: dir, limitBytes: () => 2 ** 30, log: quiet, sweepMs: 20 });
  const { setAside } = await stateThat(history, () => true);
  expect(setAside?.hint).toContain(damagedFiles()[0] ?? 'none');
  expect(readFileSync(join(dir, damagedFiles()[0] ?? ''), 'utf8')).toContain('no database at all');
  history.collect('a', livelySample(1, Date.now()));
  await vi.waitFor(async () => expect((await stateThat(history as History, () => true)).hosts).toBe(1), patience);
});

test('damage in the middle of a file is met when it is read, and the file set aside then', async () => {
  const path = join(dir, 'history.db');
  const now = Date.now();
  const store = openStore(path, () => now);
  const samples = Array.from({ length: 2000 }, (_, index) => livelySample(1, now - (2000 - index) * 5_000));
  append(store, 'a', samples);
  workAll(store);
  store.close();
  // The first page has the schema; whatever the others hold is not SQLite's any more.
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(statSync(path).size - 8192, 0xa5), 0, undefined, 8192);
  closeSync(file);
  history = openHistory({ dataDir: dir, limitBytes: () => 2 ** 30, log: quiet, sweepMs: 20 });
  const { setAside } = await stateThat(history, (state) => state.setAside !== null);
  expect(setAside?.message).toContain('history.db was damaged');
  expect(damagedFiles()).toHaveLength(1);
  history.collect('a', livelySample(1, now));
  await vi.waitFor(async () => expect((await stateThat(history as History, () => true)).hosts).toBe(1), patience);
});
