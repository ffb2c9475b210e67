import { columns, writeSteps } from '../../src/main/history/columns.ts';
import { historyMigrations } from '../../src/main/history/history-schema.ts';
import { HistoryStore } from '../../src/main/history/history-store.ts';
import { readRange } from '../../src/main/history/range.ts';
import { openDatabase } from '../../src/main/storage/database.ts';
import { type HostSample, seriesNames } from '../../src/shared/contract/fleet.ts';
import type { HistorySeriesName, HistoryValues } from '../../src/shared/contract/history.ts';

/** A sample with these figures and no others. */
export function sampleAt(at: number, figures: Partial<Record<HistorySeriesName, number | null>>): HostSample {
  return { at, values: seriesNames.map((name) => figures[name] ?? null) };
}

export function openStore(path: string, now: () => number): HistoryStore {
  return new HistoryStore(openDatabase(path, historyMigrations, new Date(now()), 'large').database, now);
}

/** Writes these samples of one host as one sweep. */
export function append(store: HistoryStore, key: string, samples: readonly HostSample[]): void {
  appendAll(
    store,
    samples.map((sample) => [key, sample]),
  );
}

/** Writes these samples, each with its host, as one sweep. */
export function appendAll(store: HistoryStore, samples: readonly (readonly [key: string, sample: HostSample])[]): void {
  store.append(
    samples.map(([key, { at, values }]) => {
      const figures = new Float32Array(columns.length);
      writeSteps(values, figures, 0);
      return { key, at, figures };
    }),
  );
}

/** Lets the store do all that it has to do. */
export function workAll(store: HistoryStore, limitBytes = 2 ** 40): void {
  while (store.work(limitBytes, 1000));
}

const nothing = { rows: 0, times: new Float64Array(0), steps: new Float32Array(0) };

/** A range of one series. */
export async function rangeOf(
  store: HistoryStore,
  name: HistorySeriesName,
  query: { host: string; from: number; to: number; points: number },
) {
  const range = await readRange(store, { ...query, series: [name] }, nothing, (error) => {
    throw error;
  });
  const values = range.series[name] as HistoryValues;
  return { ...range, ...values };
}

/** A figure of each series, for a host that breathes: the same for the same seed and time. */
export function livelySample(seed: number, at: number): HostSample {
  const wave = (period: number, shift: number) => Math.sin((at / 1000 / period + seed * 0.37 + shift) * 2 * Math.PI);
  let state = (Math.imul(seed + 1, 2_654_435_761) ^ Math.floor(at / 1000)) >>> 0;
  const noise = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const kib = (bytes: number) => Math.round(bytes / 1024) * 1024;
  const total = 64 * 2 ** 30;
  const used = kib(total * (0.5 + 0.2 * wave(86_400, 0) + 0.02 * wave(600, 0.3)) + noise() * 2 ** 24);
  const cache = kib(total * 0.2 + noise() * 2 ** 24);
  const ratio = (value: number) => Math.round(value * 10_000) / 10_000;
  const busy = Math.max(0, 0.2 + 0.15 * wave(3_600, 0.1) + 0.1 * noise());
  const figures: Partial<Record<HistorySeriesName, number | null>> = {
    memoryTotal: total,
    memoryUsed: used,
    memoryApps: used - 2 ** 28,
    memoryCache: cache,
    memoryBuffers: kib(2 ** 27 + noise() * 2 ** 18),
    memorySlab: kib(2 ** 29 + noise() * 2 ** 20),
    memoryHugePages: 0,
    memoryFree: total - used - cache,
    swapTotal: 4 * 2 ** 30,
    swapUsed: kib(2 ** 26),
    swapInPerSecond: noise() < 0.02 ? Math.round(noise() * 2 ** 18) : 0,
    swapOutPerSecond: 0,
    pressureMemorySome: noise() < 0.05 ? ratio(noise() * 0.1) : 0,
    pressureMemoryFull: 0,
    pressureCpuSome: ratio(busy * 0.1),
    pressureIoSome: noise() < 0.2 ? ratio(noise() * 0.1) : 0,
    pressureIoFull: 0,
    load1: Math.round((busy * 8 + noise()) * 100) / 100,
    load5: Math.round((1.6 + wave(3_600, 0.1)) * 100) / 100,
    load15: Math.round((1.6 + wave(7_200, 0.1)) * 100) / 100,
    cpuUser: ratio(busy * 0.7),
    cpuSystem: ratio(busy * 0.3),
    cpuIowait: noise() < 0.3 ? ratio(noise() * 0.02) : 0,
    cpuSteal: noise() < 0.1 ? 0.0012 : 0,
    retransmitted: noise() < 0.1 ? ratio(noise() * 0.004) : 0,
  };
  return sampleAt(at, figures);
}
