import type { RuleId } from '../../shared/alert-rules.ts';
import { type SeriesName, seriesNames } from '../../shared/contract/fleet.ts';

/** How the figure of a rule comes from a sample, or from what the history keeps of one. */
export interface Reading {
  readonly series: readonly SeriesName[];
  /** Null where the host has no such figure. `cores` is at least 1. */
  readonly read: (value: (name: SeriesName) => number | null, cores: number) => number | null;
  /** What ends that which fires, told as a sentence, once the host has had no such figure for a while though it answers. Without it, nothing does. */
  readonly ceased?: string;
}

function share(part: SeriesName, whole: SeriesName): Reading {
  return {
    series: [part, whole],
    read(value) {
      const [of, all] = [value(part), value(whole)];
      return of === null || all === null || all <= 0 ? null : of / all;
    },
  };
}

const plain = (name: SeriesName): Reading => ({ series: [name], read: (value) => value(name) });

/**
 * The kernel's average of a minute, which misses nothing however seldom a host is asked: one that is short of memory is slow to answer. A history
 * may have that of ten seconds alone, whose average over a minute is about the same.
 */
function pressure(ofMinute: SeriesName, ofTenSeconds: SeriesName): Reading {
  return { series: [ofMinute, ofTenSeconds], read: (value) => value(ofMinute) ?? value(ofTenSeconds) };
}

/** The rules whose figure is in every sample. */
export const readings: Readonly<Partial<Record<RuleId, Reading>>> = {
  'memory-used': share('memoryUsed', 'memoryTotal'),
  'swap-used': share('swapUsed', 'swapTotal'),
  'swap-in': plain('swapInPerSecond'),
  'pressure-some': pressure('pressureMemorySomeMinute', 'pressureMemorySome'),
  'pressure-full': pressure('pressureMemoryFullMinute', 'pressureMemoryFull'),
  load: {
    series: ['load1'],
    read(value, cores) {
      const load = value('load1');
      return load === null ? null : load / cores;
    },
  },
  'packet-loss': {
    ...plain('retransmitted'),
    ceased: 'The host sends too little now for a share of it to mean anything.',
  },
};

const places = new Map(seriesNames.map((name, index) => [name, index]));

/** Reads the values of a sample by name. */
export function valuesByName(values: readonly (number | null)[]): (name: SeriesName) => number | null {
  return (name) => values[places.get(name) ?? -1] ?? null;
}

/** The figures of the last while, for their average. */
export class Window {
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  /** Takes a figure in and answers the average of the last `ms`; with 0, the figure itself. */
  add(at: number, value: number, ms: number): number {
    if (ms <= 0) return value;
    // A clock that was set back: what comes after it is another time.
    if (at < (this.#times.at(-1) ?? 0)) this.clear();
    this.#times.push(at);
    this.#values.push(value);
    let old = 0;
    while ((this.#times[old] ?? at) <= at - ms) old += 1;
    if (old > 0) {
      this.#times.splice(0, old);
      this.#values.splice(0, old);
    }
    let sum = 0;
    for (const each of this.#values) sum += each;
    return sum / this.#values.length;
  }

  clear(): void {
    this.#times.length = 0;
    this.#values.length = 0;
  }
}
