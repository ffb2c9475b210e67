import type { DomainCounters } from './domain-counters.ts';

/** What a domain had used up at a moment of its host's own clock. */
interface Mark {
  /** Ms, of a clock that never jumps. */
  readonly clockMs: number;
  readonly cpuTimeMs: number;
  readonly counters: DomainCounters;
}

export interface Rates {
  readonly cpuUsed: number | null;
  readonly receivePerSecond: number | null;
  readonly transmitPerSecond: number | null;
  readonly readPerSecond: number | null;
  readonly writePerSecond: number | null;
}

export const noRates: Rates = {
  cpuUsed: null,
  receivePerSecond: null,
  transmitPerSecond: null,
  readPerSecond: null,
  writePerSecond: null,
};

/** The toolstack tells CPU time in steps of 0.1 s: over less than this they would show as jumps. */
const cpuSpanMs = 4_900;
/** Two answers that come nearly at once say nothing about what passes in a second. */
const shortestSpanMs = 900;

/** The rates of one domain from what it has used up, sample by sample. */
export class DomainRates {
  #marks: Mark[] = [];
  #rates: Rates = noRates;

  /** The rates up to this moment. Null until there is something to compare with. */
  take(mark: Mark, vcpus: number): Rates {
    const last = this.#marks.at(-1);
    if (last !== undefined && (mark.clockMs < last.clockMs || mark.cpuTimeMs < last.cpuTimeMs)) this.forget();
    const before = this.#marks.at(-1);
    if (before !== undefined && mark.clockMs - before.clockMs < shortestSpanMs) return this.#rates;
    const base = this.#marks.findLast(({ clockMs }) => mark.clockMs - clockMs >= cpuSpanMs);
    this.#rates = {
      cpuUsed: base === undefined ? this.#rates.cpuUsed : cpuRatio(base, mark, vcpus),
      ...(before === undefined ? noDeviceRates : deviceRates(before, mark)),
    };
    this.#marks = [...this.#marks.filter(({ clockMs }) => base === undefined || clockMs >= base.clockMs), mark];
    return this.#rates;
  }

  /** Another domain counts from here on. */
  forget(): void {
    this.#marks = [];
    this.#rates = noRates;
  }
}

function cpuRatio(before: Mark, after: Mark, vcpus: number): number {
  const ratio = (after.cpuTimeMs - before.cpuTimeMs) / (after.clockMs - before.clockMs) / Math.max(1, vcpus);
  return Math.min(1, Math.round(ratio * 10_000) / 10_000);
}

const { cpuUsed: _, ...noDeviceRates } = noRates;

function deviceRates(before: Mark, after: Mark): Omit<Rates, 'cpuUsed'> {
  const seconds = (after.clockMs - before.clockMs) / 1000;
  const rate = (counter: keyof DomainCounters) => {
    const from = before.counters[counter];
    const to = after.counters[counter];
    return from === null || to === null || to < from ? null : Math.round((to - from) / seconds);
  };
  return {
    receivePerSecond: rate('received'),
    transmitPerSecond: rate('transmitted'),
    readPerSecond: rate('read'),
    writePerSecond: rate('written'),
  };
}
