import type { StepRows } from './buckets.ts';
import { columns } from './columns.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** Divides an hour, so that a chunk's minutes and hour are in one chunk of those. */
export const chunkMs = 10 * minuteMs;

/** A watched host sends one a second. */
const mostRows = 1200;

/** The samples of one host that are in no chunk yet: those of one stretch of ten minutes, in the order of their time. */
export class OpenChunk implements StepRows {
  readonly host: number;
  readonly window: number;
  /** Positions of the first and the last. */
  readonly firstPosition: number;
  lastPosition: number;
  rows = 0;
  times: Float64Array = new Float64Array(128);
  steps: Float32Array = new Float32Array(128 * columns.length);

  constructor(host: number, at: number, position: number) {
    this.host = host;
    this.window = Math.floor(at / chunkMs);
    this.firstPosition = position;
    this.lastPosition = position;
  }

  /** When its stretch of time is over, epoch ms. */
  get end(): number {
    return (this.window + 1) * chunkMs;
  }

  /** False, and nothing is taken, when the sample belongs into another chunk. */
  take(at: number, position: number, figures: Float32Array): boolean {
    if (Math.floor(at / chunkMs) !== this.window || this.rows >= mostRows || at < (this.times[this.rows - 1] ?? 0)) return false;
    if (this.rows === this.times.length) {
      const [times, steps] = [this.times, this.steps];
      this.times = new Float64Array(times.length * 2);
      this.steps = new Float32Array(steps.length * 2);
      this.times.set(times);
      this.steps.set(steps);
    }
    this.times[this.rows] = at;
    this.steps.set(figures, this.rows * columns.length);
    this.rows += 1;
    this.lastPosition = position;
    return true;
  }
}
