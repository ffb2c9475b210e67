import { type HostSample, seriesNames } from '../../shared/contract/fleet.ts';

export const historyMs = 15 * 60_000;

/** Samples come every 5 s, a little early or late; what comes sooner than this after the last one kept is not kept. */
const spacingMs = 4_500;
const rows = historyMs / spacingMs;
const columns = seriesNames.length;

/**
 * The last 15 minutes of one host: 24 KiB, taken with the first sample. Four-byte floats: exact to 1 KiB at 16 GiB.
 */
export class History {
  #times: Float64Array | undefined;
  #values: Float32Array | undefined;
  #next = 0;
  #length = 0;

  /** Keeps the sample, unless the last one kept is too near. After the clock was set back, what lies in the future is dropped. */
  append(sample: HostSample): void {
    this.#times ??= new Float64Array(rows);
    this.#values ??= new Float32Array(rows * columns);
    while (this.#length > 0 && this.#lastAt() > sample.at) {
      this.#next = (this.#next + rows - 1) % rows;
      this.#length -= 1;
    }
    if (this.#length > 0 && sample.at - this.#lastAt() < spacingMs) return;
    this.#times[this.#next] = sample.at;
    const offset = this.#next * columns;
    for (let column = 0; column < columns; column += 1) this.#values[offset + column] = sample.values[column] ?? Number.NaN;
    this.#next = (this.#next + 1) % rows;
    this.#length = Math.min(rows, this.#length + 1);
  }

  /** Oldest first, nothing older than 15 minutes. */
  read(now: number): HostSample[] {
    const samples: HostSample[] = [];
    if (this.#times === undefined || this.#values === undefined) return samples;
    for (let index = 0; index < this.#length; index += 1) {
      const row = (this.#next + rows - this.#length + index) % rows;
      const at = this.#times[row] ?? 0;
      if (at < now - historyMs) continue;
      samples.push({ at, values: Array.from(this.#values.subarray(row * columns, (row + 1) * columns), shown) });
    }
    return samples;
  }

  clear(): void {
    this.#times = undefined;
    this.#values = undefined;
    this.#next = 0;
    this.#length = 0;
  }

  #lastAt(): number {
    return this.#times?.[(this.#next + rows - 1) % rows] ?? 0;
  }
}

/** Without the digits that a four-byte float makes up. */
function shown(value: number): number | null {
  if (Number.isNaN(value)) return null;
  return Math.round(value * 10_000) / 10_000;
}
