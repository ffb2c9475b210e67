/** A straight line through points that a few outliers do not move (Theil 1950, Sen 1968). */
export interface RobustLine {
  /** The median of all slopes between two points, and between which it lies (Sen's interval, widened as the points of a host are not independent). */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  /** Where the line is at time 0. */
  readonly intercept: number;
  /** How far points lie from it: the median distance. */
  readonly noise: number;
}

/** When memory runs out. Minutes from now: the middle of the estimate, and its band. */
export interface Forecast {
  readonly minutes: number;
  readonly from: number;
  readonly to: number;
  /** What it was drawn from, minutes. */
  readonly windowMinutes: number;
}

/** 99 % of a normal distribution; widened twofold, as what a host uses now depends on what it used a minute ago. */
const z = 2.576 * 2;
const leastPoints = 12;
/** Nobody can tell from half an hour what will be in a week. */
const farthestWindows = 4;
/** What is left then is the kernel's own: nothing can be had any more. */
export const exhaustedAt = 0.98;

/** Theil and Sen's line. `times` ascending. Undefined for fewer than two points. */
export function robustLine(times: readonly number[], values: readonly number[]): RobustLine | undefined {
  const n = Math.min(times.length, values.length);
  if (n < 2) return undefined;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let count = 0;
  for (let right = 1; right < n; right += 1) {
    for (let left = 0; left < right; left += 1) {
      const apart = (times[right] ?? 0) - (times[left] ?? 0);
      if (apart > 0) slopes[count++] = ((values[right] ?? 0) - (values[left] ?? 0)) / apart;
    }
  }
  if (count === 0) return undefined;
  const sorted = slopes.subarray(0, count).sort();
  const slope = middle(sorted);
  // Var(S) of Kendall's S without ties: n(n−1)(2n+5)/18.
  const reach = z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const rank = (place: number) => sorted[Math.max(0, Math.min(count - 1, Math.round(place)))] ?? slope;
  const rests = Float64Array.from({ length: n }, (_, index) => (values[index] ?? 0) - slope * (times[index] ?? 0)).sort();
  const intercept = middle(rests);
  const noise = middle(rests.map((rest) => Math.abs(rest - intercept)).sort());
  return { slope, low: rank((count - reach) / 2), high: rank((count + reach) / 2), intercept, noise };
}

/** Whether what grew from the first third to the last could come to the limit in time, were it twice as fast. Most hosts do not grow, which is cheaper to see than a line is to draw. */
function couldArrive(values: readonly number[], limit: number): boolean {
  const third = Math.ceil(values.length / 3);
  const mean = (from: number) => {
    let sum = 0;
    for (let index = from; index < from + third; index += 1) sum += values[index] ?? 0;
    return sum / third;
  };
  const last = mean(values.length - third);
  const grown = (last - mean(0)) * 1.5;
  return grown > 0 && last + grown * farthestWindows * 2 >= limit;
}

function middle(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}

/**
 * When a series comes to its limit, if it goes on as it does. `times` in minutes, ascending, over about `windowMinutes`. Null where no honest
 * answer is possible: too few points, no clear growth, growth that has stopped, a line that does not fit, or an end too far away to tell.
 */
export function forecast(times: readonly number[], values: readonly number[], limit: number, windowMinutes: number): Forecast | null {
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  if (times.length < leastPoints || last - first < windowMinutes * 0.6) return null;
  if (!couldArrive(values, limit)) return null;
  const line = robustLine(times, values);
  if (line === undefined || line.low <= 0) return null;
  const grown = line.slope * (last - first);
  if (line.noise * 4 > grown || line.high > 3 * line.low) return null;
  const third = Math.floor((times.length * 2) / 3);
  const lately = robustLine(times.slice(third), values.slice(third));
  if (lately === undefined || lately.slope < line.slope / 2) return null;
  // Where it stands: the line, moved to where the last points are.
  const recent = values
    .slice(-5)
    .map((value, index) => value - line.slope * (times[times.length - Math.min(5, values.length) + index] ?? 0));
  const now = middle(Float64Array.from(recent).sort()) + line.slope * last;
  const left = limit - now;
  if (left <= 0) return { minutes: 0, from: 0, to: 0, windowMinutes };
  // What grows faster and faster ends sooner than the line says.
  const slope = Math.max(line.slope, lately.slope);
  const minutes = left / slope;
  if (minutes > farthestWindows * windowMinutes) return null;
  return { minutes, from: left / Math.max(line.high, slope), to: left / line.low, windowMinutes };
}

/** Averages over equal steps of time, the newest last, at most so many. */
class Averages {
  readonly #stepMs: number;
  readonly #most: number;
  readonly steps: number[] = [];
  readonly values: number[] = [];
  #sum = 0;
  #count = 0;

  constructor(stepMs: number, most: number) {
    this.#stepMs = stepMs;
    this.#most = most;
  }

  /** Whether a step was begun. */
  add(at: number, value: number): boolean {
    const step = Math.floor(at / this.#stepMs);
    const last = this.steps.at(-1);
    if (last !== undefined && step < last) return false;
    const begins = step !== last;
    if (begins) {
      [this.#sum, this.#count] = [0, 0];
      this.steps.push(step);
      this.values.push(0);
      while (this.steps.length > 1 && ((this.steps[0] ?? 0) <= step - this.#most || this.steps.length > this.#most)) {
        this.steps.shift();
        this.values.shift();
      }
    }
    this.#sum += value;
    this.#count += 1;
    this.values[this.values.length - 1] = this.#sum / this.#count;
    return begins;
  }

  times(): number[] {
    return this.steps.map((step) => (step * this.#stepMs) / 60_000);
  }
}

const shortMinutes = 30;
const longMinutes = 24 * 60;

/** The memory of one host in the last half hour and the last day, for a forecast. */
export class MemoryPast {
  readonly #short = new Averages(60_000, shortMinutes);
  readonly #long = new Averages(30 * 60_000, 48);
  #total = 0;
  #minute = 0;
  /** What the last day says, and when it said so: anew with each of its steps. */
  #byDay: { readonly minute: number; readonly found: Forecast | null } | undefined;

  /** Takes a sample in, bytes. Answers whether another minute has begun: time for a forecast. */
  add(at: number, used: number, total: number): boolean {
    this.#of(total);
    this.#minute = at / 60_000;
    if (this.#long.add(at, used)) this.#byDay = undefined;
    return this.#short.add(at, used);
  }

  /** Takes in what was before, oldest first: for the last half hour, or the last day. */
  prime(over: 'short' | 'long', at: number, used: number, total: number): void {
    this.#of(total);
    (over === 'short' ? this.#short : this.#long).add(at, used);
  }

  /** A balloon, or another machine: what was before says nothing of what will be. */
  #of(total: number): void {
    if (this.#total !== 0 && Math.abs(total - this.#total) > this.#total * 0.02) this.clear();
    this.#total = total;
  }

  clear(): void {
    this.#byDay = undefined;
    for (const averages of [this.#short, this.#long]) {
      averages.steps.length = 0;
      averages.values.length = 0;
    }
  }

  /** When memory runs out: as the last half hour says, or else the last day; null where neither says it honestly. */
  forecast(): Forecast | null {
    const limit = this.#total * exhaustedAt;
    const soon = forecast(this.#short.times(), this.#short.values, limit, shortMinutes);
    if (soon !== null) return soon;
    this.#byDay ??= { minute: this.#minute, found: forecast(this.#long.times(), this.#long.values, limit, longMinutes) };
    const { minute, found } = this.#byDay;
    if (found === null) return null;
    const passed = this.#minute - minute;
    const left = (minutes: number) => Math.max(0, minutes - passed);
    return { ...found, minutes: left(found.minutes), from: left(found.from), to: left(found.to) };
  }
}
