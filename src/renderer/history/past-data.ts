import uPlot from 'uplot';
import type { SeriesName } from '../../shared/contract/fleet.ts';
import { type HistoryRange, type HistorySeriesName, historySeriesNames } from '../../shared/contract/history.ts';
import { axisTop } from '../components/chart/chart-axis.ts';
import { type Column, largest, stack } from '../components/chart/chart-columns.ts';
import type { ChartKind } from '../components/chart/chart-kind.ts';

/** What one chart of the past draws. */
export interface PastData {
  /** Epoch seconds. */
  readonly times: number[];
  /** The average of each series of the kind, for the legend. */
  readonly figures: readonly Column[];
  /** Averages as they are drawn, layers on top of each other; then the level line; then the edges: the peak of a stacked chart, maximum and minimum of each line. */
  readonly drawn: readonly Column[];
  readonly top: number;
}

/** The series whose peaks a stacked chart shows as a line: the peaks of its layers come at different times and must not be added. */
const peakSeries: Readonly<Record<string, HistorySeriesName>> = { memory: 'memoryUsed', cpu: 'cpuBusy', swap: 'swapUsed' };

export function peakOf(kind: ChartKind): HistorySeriesName | undefined {
  return kind.stacked ? peakSeries[kind.id] : undefined;
}

/** The series of a host that is compared has this name in a kind. */
export const comparedName = 'compared';

/** The kind with one more line: the used memory of another host. */
export function withCompared(kind: ChartKind<SeriesName>, hostName: string): ChartKind {
  const line = {
    name: comparedName,
    label: hostName,
    colour: '--chart-6',
    source: `Used memory of ${hostName}, kept by Hum`,
    dashed: true,
  } as const;
  return { ...kind, columns: [...kind.columns, comparedName], series: [...kind.series, line] };
}

/** The data of a chart from the range of its host, and of one that is compared with it. `level` is where the level line is; null while unknown. */
export function pastData(kind: ChartKind, range: HistoryRange, compared: HistoryRange | null, level: number | null): PastData {
  const own = kind.series.filter(({ name }) => name !== comparedName);
  const values = own.map(({ name }) => range.series[name as HistorySeriesName]);
  const averages = values.map((each): Column => [...(each?.average ?? range.at.map(() => null))]);
  const layers = kind.stacked ? stack(averages.filter((_, index) => !own[index]?.dashed)) : [];
  const drawn: Column[] = averages.map((column, index) => (kind.stacked && !own[index]?.dashed ? (layers.shift() ?? column) : column));
  const peak = peakOf(kind);
  const edges: Column[] = kind.stacked
    ? peak === undefined
      ? []
      : [[...(range.series[peak]?.max ?? [])]]
    : values.flatMap((each): Column[] => [[...(each?.max ?? [])], [...(each?.min ?? [])]]);
  const levels: Column[] = kind.level ? [range.at.map(() => level)] : [];
  const seconds = range.at.map((at) => at / 1000);
  const reach = Math.max(
    largest([...drawn, ...edges]),
    (kind.level && level ? level : 0) * 1.05,
    largest(compared ? [[...(compared.series.memoryUsed?.max ?? [])]] : []),
  );
  const topSeries = 'series' in kind.top ? range.series[kind.top.series as HistorySeriesName]?.max : undefined;
  const top =
    'series' in kind.top
      ? axisTop(kind.unit, { fixed: Math.max(reach, largest([[...(topSeries ?? [])]])) }, 0)
      : axisTop(kind.unit, kind.top, reach);
  if (!kind.series.some(({ name }) => name === comparedName))
    return { times: seconds, figures: averages, drawn: [...drawn, ...levels, ...edges], top };

  // The points of two hosts lie at different times: what one of them has not is undefined there, through which lines go on (uPlot.join).
  const other = compared?.series.memoryUsed?.average ?? [];
  const [times = [], ...columns] = uPlot.join([
    [seconds, ...averages, ...drawn, ...levels, ...edges],
    [(compared?.at ?? []).map((at) => at / 1000), [...other]],
  ]) as unknown as [number[], ...Column[]];
  const otherColumn = columns.at(-1) ?? [];
  const drawnTo = averages.length + drawn.length;
  return {
    times: [...times],
    figures: [...columns.slice(0, averages.length), otherColumn],
    drawn: [...columns.slice(averages.length, drawnTo), otherColumn, ...columns.slice(drawnTo, -1)],
    top,
  };
}

/** The rows of a column that stand alone, through which no line goes: they are drawn as dots. What belongs to another host (undefined) is no neighbour. */
export function aloneIn(column: readonly (number | null | undefined)[]): number[] {
  const own = column.flatMap((value, row) => (value === undefined ? [] : [{ value, row }]));
  const nothingAt = (index: number) => (own[index]?.value ?? null) === null;
  return own.flatMap(({ value, row }, index) => (value !== null && nothingAt(index - 1) && nothingAt(index + 1) ? [row] : []));
}

/** The value of a column at a row, or the nearest before it where the row belongs to another host. */
export function valueAt(column: Column, row: number): number | null {
  for (let at = row; at >= Math.max(0, row - 5); at -= 1) {
    const value = column[at];
    if (value !== undefined) return value;
  }
  return null;
}

/** The largest value of a series and when it was; null where there is none. */
export function peakIn(range: HistoryRange, name: HistorySeriesName): { readonly value: number; readonly at: number } | null {
  let most: { value: number; at: number } | null = null;
  for (const [index, value] of (range.series[name]?.max ?? []).entries()) {
    if (value !== null && (most === null || value > most.value)) most = { value, at: range.at[index] ?? 0 };
  }
  return most;
}

/** A range as comma-separated values (RFC 4180): a line for each point, with minimum, average and maximum of each series in its own unit. */
export function rangeCsv(range: HistoryRange): string {
  const present = historySeriesNames.flatMap((name) => {
    const values = range.series[name];
    return values === undefined || values.max.every((value) => value === null) ? [] : [{ name, values }];
  });
  const head = ['time', ...present.flatMap(({ name }) => [`${name}.min`, `${name}.average`, `${name}.max`])];
  const lines = range.at.flatMap((at, index) => {
    const cells = present.flatMap(({ values }) => [values.min[index], values.average[index], values.max[index]]);
    return cells.every((cell) => cell === null) ? [] : [[new Date(at).toISOString(), ...cells.map((cell) => cell ?? '')].join(',')];
  });
  return `${[head.join(','), ...lines].join('\r\n')}\r\n`;
}
