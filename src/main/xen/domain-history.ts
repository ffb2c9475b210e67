import type { DomainSample, DomainState } from '../../shared/contract/xen.ts';

export const historyMs = 15 * 60_000;

/** How near points are kept: while somebody looks, or did within the time that the history covers, and else. */
const nearMs = 4_500;
const farMs = 55_000;

const states: readonly DomainState[] = ['running', 'idle', 'paused', 'shut-down', 'crashed', 'dying', 'off'];
const columns = [
  'memory',
  'memoryTarget',
  'vcpus',
  'cpuUsed',
  'cpuTimeMs',
  'receivePerSecond',
  'transmitPerSecond',
  'readPerSecond',
  'writePerSecond',
] as const;
/** Time, number and state stand before the columns. */
const width = columns.length + 3;

/**
 * The last 15 minutes of one domain. 10,000 domains are kept at a point a minute, 1.6 KB each, and only those that somebody looks at
 * at one every 5 s (19 KB).
 */
export class DomainHistory {
  #values: Float64Array | undefined;
  #length = 0;
  #watchedAt = Number.NEGATIVE_INFINITY;

  /** Somebody looks at the domain now. */
  watch(now: number): void {
    this.#watchedAt = now;
  }

  /** Keeps the sample, unless the last one kept is too near. After the clock was set back, what lies in the future is dropped. */
  append(sample: DomainSample): void {
    while (this.#length > 0 && this.#at(this.#length - 1) > sample.at) this.#length -= 1;
    const spacing = sample.at - this.#watchedAt <= historyMs ? nearMs : farMs;
    if (this.#length > 0 && sample.at - this.#at(this.#length - 1) < spacing) return;
    this.#makeRoom(sample.at, spacing);
    const values = this.#values;
    if (values === undefined) return;
    const offset = this.#length * width;
    values[offset] = sample.at;
    values[offset + 1] = sample.id ?? Number.NaN;
    values[offset + 2] = states.indexOf(sample.state);
    for (const [index, column] of columns.entries()) values[offset + 3 + index] = sample[column] ?? Number.NaN;
    this.#length += 1;
  }

  /** Oldest first, nothing older than 15 minutes. */
  read(now: number): DomainSample[] {
    const samples: DomainSample[] = [];
    const values = this.#values;
    if (values === undefined) return samples;
    for (let row = 0; row < this.#length; row += 1) {
      const offset = row * width;
      if (this.#at(row) < now - historyMs) continue;
      const number = (column: number) => {
        const value = values[offset + column] ?? Number.NaN;
        return Number.isNaN(value) ? null : value;
      };
      samples.push({
        at: this.#at(row),
        id: number(1),
        state: states[number(2) ?? 0] ?? 'off',
        memory: number(3) ?? 0,
        memoryTarget: number(4) ?? 0,
        vcpus: number(5) ?? 0,
        cpuUsed: number(6),
        cpuTimeMs: number(7) ?? 0,
        receivePerSecond: number(8),
        transmitPerSecond: number(9),
        readPerSecond: number(10),
        writePerSecond: number(11),
      });
    }
    return samples;
  }

  #at(row: number): number {
    return this.#values?.[row * width] ?? 0;
  }

  /** Grows or shrinks the array to what `spacing` needs. Drops what is too old, and of a time that was looked at all but a point a minute. */
  #makeRoom(now: number, spacing: number): void {
    const rows = Math.ceil(historyMs / spacing) + 1;
    const capacity = (this.#values?.length ?? 0) / width;
    if (this.#length < capacity && capacity <= rows) return;
    const apart = spacing === farMs ? farMs : 0;
    const kept: number[] = [];
    let lastAt = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.#length; row += 1) {
      const at = this.#at(row);
      if (at < now - historyMs || at - lastAt < apart) continue;
      kept.push(row);
      lastAt = at;
    }
    const from = kept.slice(-(rows - 1));
    const values = new Float64Array(rows * width);
    for (const [index, row] of from.entries()) {
      values.set(this.#values?.subarray(row * width, (row + 1) * width) ?? [], index * width);
    }
    this.#values = values;
    this.#length = from.length;
  }
}
