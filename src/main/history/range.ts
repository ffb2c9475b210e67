import { setImmediate } from 'node:timers/promises';
import type { HistoryRange, HistorySeriesName, HistoryTier, HistoryValues } from '../../shared/contract/history.ts';
import { Buckets, type StepRows } from './buckets.ts';
import { columns, fromSteps } from './columns.ts';
import type { HistoryStore } from './history-store.ts';
import { dayMs, hourMs, minuteMs } from './open-chunk.ts';

export interface RangeQuery {
  readonly host: string;
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  /** At most so many, and one more for each gap. */
  readonly points: number;
  readonly series?: readonly HistorySeriesName[] | undefined;
}

/** Hidden windows sample every 15 s: after three that did not come there is a gap. */
const gapMs = 45_000;
/** Other work gets its turn after so long. */
const sliceMs = 5;

/** As fine as there are pixels to show it, and no finer than can be read at once. */
export function tierFor(from: number, to: number): HistoryTier {
  if (to - from <= 6 * hourMs) return 'sample';
  return to - from <= 8 * dayMs ? 'minute' : 'hour';
}

/** Reads a range, in slices that hold nobody up, with what is in no sweep yet. A chunk that is damaged is left out, and told to `onDamage`. @throws what SQLite throws */
export async function readRange(
  store: HistoryStore,
  query: RangeQuery,
  unwritten: StepRows,
  onDamage: (error: unknown) => void,
): Promise<HistoryRange> {
  const { host, from, to, points } = query;
  const tier = tierFor(from, to);
  const wanted = query.series === undefined ? undefined : new Set<string>(query.series);
  const buckets = new Buckets(from, (to - from) / points, points, (column) => wanted?.has(columns[column]?.name ?? '') ?? true);
  // All of it at one moment: what is unpacked now may be in a chunk before the last one is read.
  const stored = store.stored(host, from, to, tier);
  for (const rows of [...store.unpacked(host), unwritten]) buckets.addRows(rows);
  let sliceEnd = performance.now() + sliceMs;
  const each = async (blobs: readonly Uint8Array[], add: (blob: Uint8Array) => void) => {
    for (const blob of blobs) {
      try {
        add(blob);
      } catch (error) {
        onDamage(error);
      }
      if (performance.now() < sliceEnd) continue;
      await setImmediate();
      sliceEnd = performance.now() + sliceMs;
    }
  };
  if (stored !== undefined) {
    await each(stored.hours, (blob) => buckets.addSummaries(blob, hourMs, stored.hoursUntil));
    await each(stored.minutes, (blob) => buckets.addSummaries(blob, minuteMs, stored.minutesUntil));
    await each(stored.samples, (blob) => buckets.addSamples(blob));
  }
  return { from, to, tier, ...pointsOf(buckets, to) };
}

/** The spans in which there is something, with a point of nulls in each gap between them. */
export function pointsOf(buckets: Buckets, to: number): Pick<HistoryRange, 'at' | 'series'> {
  const at: number[] = [];
  /** Which span each point shows; -1 for a gap. */
  const spans: number[] = [];
  let last = Number.POSITIVE_INFINITY;
  for (let span = 0; span < buckets.length; span += 1) {
    if ((buckets.count[span] ?? 0) === 0) continue;
    const [begin, end] = [buckets.first[span] ?? 0, Math.min(to, buckets.last[span] ?? 0)];
    if (begin - last > gapMs) {
      at.push(Math.round((last + begin) / 2));
      spans.push(-1);
    }
    at.push(Math.round((begin + end) / 2));
    spans.push(span);
    last = end;
  }
  const series: Partial<Record<HistorySeriesName, HistoryValues>> = {};
  for (const [column, { name }] of columns.entries()) {
    const values = buckets.series[column];
    if (values === undefined) continue;
    const shown = (figure: (span: number) => number) =>
      spans.map((span) => (span < 0 || (values.count[span] ?? 0) === 0 ? null : fromSteps(Math.round(figure(span)), column)));
    series[name] = {
      min: shown((span) => values.min[span] ?? 0),
      average: shown((span) => values.average(span)),
      max: shown((span) => values.max[span] ?? 0),
    };
  }
  return { at, series };
}
