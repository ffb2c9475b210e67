import { columns } from './columns.ts';
import { type PackedColumn, unpack } from './pack.ts';

/** Numbers of the columns that are no series. */
export const timeColumn = 1000;
const countColumn = 1001;
/** A series has four columns in a chunk of summaries: what to add to four times its number. */
const [average, below, above, missing] = [0, 1, 2, 3];

const indexOfId = new Map(columns.map(({ id }, index) => [id, index]));

/** Samples as they are kept: times in epoch ms, whole steps (columns.ts) row by row. */
export interface StepRows {
  readonly rows: number;
  readonly times: Float64Array;
  readonly steps: Float32Array;
}

/**
 * Minimum, maximum and average of each series in `length` spans of `stepMs` one after the other from `from` on, in whole steps. What lies
 * outside is passed over.
 */
export class Buckets {
  readonly from: number;
  readonly stepMs: number;
  readonly length: number;
  /** Samples in each span; when the first and the last of what is in it began and ended. */
  readonly count: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** By column of `columns`; undefined for a column that is not wanted. */
  readonly series: readonly (SeriesBuckets | undefined)[];

  constructor(from: number, stepMs: number, length: number, wanted: (column: number) => boolean = () => true) {
    this.from = from;
    this.stepMs = stepMs;
    this.length = length;
    this.count = new Float64Array(length);
    this.first = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.last = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
    this.series = columns.map((_, column) => (wanted(column) ? new SeriesBuckets(length) : undefined));
  }

  /** Takes samples in, of this span of time only (`until` not included). */
  addRows({ rows, times, steps }: StepRows): void {
    for (let row = 0; row < rows; row += 1) {
      const at = times[row] ?? 0;
      const bucket = this.#bucket(at, 1, at);
      if (bucket < 0) continue;
      for (const [column, series] of this.series.entries()) {
        const value = steps[row * columns.length + column] ?? Number.NaN;
        if (series !== undefined && !Number.isNaN(value)) series.add(bucket, 1, value, value, value);
      }
    }
  }

  /** Takes a packed chunk of samples in. @throws Error when it is damaged */
  addSamples(blob: Uint8Array): void {
    const chunk = unpack(blob, (id) => id === timeColumn || this.#wants(indexOfId.get(id)));
    const times = chunk.columns.get(timeColumn) ?? new Float64Array(0);
    const buckets = new Int32Array(chunk.rows);
    for (let row = 0; row < chunk.rows; row += 1) {
      const at = times[row] ?? Number.NaN;
      buckets[row] = this.#bucket(at, 1, at);
    }
    for (const [id, values] of chunk.columns) {
      const series = this.series[indexOfId.get(id) ?? -1];
      if (series === undefined) continue;
      for (let row = 0; row < chunk.rows; row += 1) {
        const bucket = buckets[row] ?? -1;
        const value = values[row] ?? Number.NaN;
        if (bucket >= 0 && !Number.isNaN(value)) series.add(bucket, 1, value, value, value);
      }
    }
  }

  /** Takes a packed chunk of summaries in, each of `spanMs`, of what began before `until` (epoch ms). @throws Error when it is damaged */
  addSummaries(blob: Uint8Array, spanMs: number, until = Number.POSITIVE_INFINITY): void {
    const chunk = unpack(blob, (id) => id >= timeColumn || this.#wants(indexOfId.get(id >> 2)));
    const times = chunk.columns.get(timeColumn) ?? new Float64Array(0);
    const counts = chunk.columns.get(countColumn) ?? new Float64Array(0);
    const buckets = new Int32Array(chunk.rows);
    for (let row = 0; row < chunk.rows; row += 1) {
      const at = times[row] ?? Number.NaN;
      buckets[row] = at < until ? this.#bucket(at, counts[row] ?? 0, at + spanMs) : -1;
    }
    for (const [index, series] of this.series.entries()) {
      const id = (columns[index]?.id ?? 0) * 4;
      const averages = chunk.columns.get(id + average);
      if (series === undefined || averages === undefined) continue;
      const belows = chunk.columns.get(id + below);
      const aboves = chunk.columns.get(id + above);
      const missings = chunk.columns.get(id + missing);
      for (let row = 0; row < chunk.rows; row += 1) {
        const bucket = buckets[row] ?? -1;
        const mean = averages[row] ?? Number.NaN;
        if (bucket < 0 || Number.isNaN(mean)) continue;
        const count = (counts[row] ?? 0) - (missings?.[row] ?? 0);
        series.add(bucket, count, mean - (belows?.[row] ?? 0), mean + (aboves?.[row] ?? 0), mean * count);
      }
    }
  }

  /** The spans in which there is something, as columns to be packed. The average is rounded to a whole step. */
  summaries(): { readonly rows: number; readonly columns: PackedColumn[] } {
    const full = Array.from({ length: this.length }, (_, bucket) => bucket).filter((bucket) => (this.count[bucket] ?? 0) > 0);
    const column = (value: (bucket: number) => number) => Float64Array.from(full, value);
    const packed: PackedColumn[] = [
      { id: timeColumn, values: column((bucket) => this.from + bucket * this.stepMs) },
      { id: countColumn, values: column((bucket) => this.count[bucket] ?? 0) },
    ];
    for (const [index, series] of this.series.entries()) {
      if (series === undefined) continue;
      const id = (columns[index]?.id ?? 0) * 4;
      const mean = (bucket: number) => Math.round(series.average(bucket));
      packed.push(
        { id: id + average, values: column(mean) },
        { id: id + below, values: column((bucket) => mean(bucket) - (series.min[bucket] ?? 0)) },
        { id: id + above, values: column((bucket) => (series.max[bucket] ?? 0) - mean(bucket)) },
        { id: id + missing, values: column((bucket) => (this.count[bucket] ?? 0) - (series.count[bucket] ?? 0)) },
      );
    }
    return { rows: full.length, columns: packed };
  }

  #wants(index: number | undefined): boolean {
    return index !== undefined && this.series[index] !== undefined;
  }

  /** The span that a time lies in, counted; -1 for none. */
  #bucket(at: number, count: number, end: number): number {
    const bucket = Math.floor((at - this.from) / this.stepMs);
    if (!(bucket >= 0 && bucket < this.length)) return -1;
    this.count[bucket] = (this.count[bucket] ?? 0) + count;
    this.first[bucket] = Math.min(this.first[bucket] ?? at, at);
    this.last[bucket] = Math.max(this.last[bucket] ?? end, end);
    return bucket;
  }
}

/** One series in all spans. */
export class SeriesBuckets {
  readonly count: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;

  constructor(length: number) {
    this.count = new Float64Array(length);
    this.min = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.max = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
    this.sum = new Float64Array(length);
  }

  add(bucket: number, count: number, min: number, max: number, sum: number): void {
    this.count[bucket] = (this.count[bucket] ?? 0) + count;
    this.sum[bucket] = (this.sum[bucket] ?? 0) + sum;
    if (min < (this.min[bucket] ?? 0)) this.min[bucket] = min;
    if (max > (this.max[bucket] ?? 0)) this.max[bucket] = max;
  }

  /** NaN where there is nothing. */
  average(bucket: number): number {
    return (this.sum[bucket] ?? 0) / (this.count[bucket] ?? 0);
  }
}
