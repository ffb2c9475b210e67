import { type HistorySeriesName, historySeriesNames } from '../../shared/contract/history.ts';

/** Of each series: its number in the file, which never changes and is never given again, and how many whole steps a unit has. */
const kept: Readonly<Record<HistorySeriesName, readonly [id: number, stepsPerUnit: number]>> = {
  // The kernel prints memory in KiB (proc_meminfo(5)), loads to a hundredth; ratios have four decimals (fleet/sample.ts).
  memoryTotal: [0, 1 / 1024],
  memoryUsed: [1, 1 / 1024],
  memoryApps: [2, 1 / 1024],
  memoryCache: [3, 1 / 1024],
  memoryBuffers: [4, 1 / 1024],
  memorySlab: [5, 1 / 1024],
  memoryHugePages: [6, 1 / 1024],
  memoryFree: [7, 1 / 1024],
  swapTotal: [8, 1 / 1024],
  swapUsed: [9, 1 / 1024],
  swapInPerSecond: [10, 1],
  swapOutPerSecond: [11, 1],
  pressureMemorySome: [12, 10_000],
  pressureMemoryFull: [13, 10_000],
  pressureCpuSome: [14, 10_000],
  pressureIoSome: [15, 10_000],
  pressureIoFull: [16, 10_000],
  load1: [17, 100],
  load5: [18, 100],
  load15: [19, 100],
  cpuUser: [20, 10_000],
  cpuSystem: [21, 10_000],
  cpuIowait: [22, 10_000],
  cpuSteal: [23, 10_000],
  networkReceivePerSecond: [24, 1],
  networkTransmitPerSecond: [25, 1],
  cpuBusy: [26, 10_000],
  pressureMemorySomeMinute: [27, 10_000],
  pressureMemoryFullMinute: [28, 10_000],
  diskFullest: [29, 10_000],
  retransmitted: [30, 10_000],
};

/** The columns of the history, in the order of `historySeriesNames`. */
export const columns = historySeriesNames.map((name) => ({ name, id: kept[name][0], stepsPerUnit: kept[name][1] }));

const busyParts = ['cpuUser', 'cpuSystem', 'cpuSteal'].map((name) => historySeriesNames.indexOf(name as HistorySeriesName));

/** Far above any true figure, and small enough that differences and sums of a chunk stay exact. */
const largest = 2 ** 40;

/** The values of a sample (contract/fleet.ts) as whole steps, NaN for none, written to `target` from `offset`. */
export function writeSteps(values: readonly (number | null)[], target: Float32Array, offset: number): void {
  for (const [index, { name, stepsPerUnit }] of columns.entries()) {
    const value = name === 'cpuBusy' ? busy(values) : values[index];
    target[offset + index] = value == null || !Number.isFinite(value) ? Number.NaN : clamped(Math.round(value * stepsPerUnit));
  }
}

function busy(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const index of busyParts) {
    const part = values[index];
    if (part == null) return null;
    sum += part;
  }
  return sum;
}

function clamped(steps: number): number {
  return Math.max(-largest, Math.min(largest, steps));
}

/** Steps of a column in the unit of its series. */
export function fromSteps(steps: number, column: number): number {
  return steps / (columns[column]?.stepsPerUnit ?? 1);
}
