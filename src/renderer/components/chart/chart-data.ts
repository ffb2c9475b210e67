import { axisTop } from './chart-axis.ts';
import { type Column, columnsOf, largest, stack } from './chart-columns.ts';
import { type ChartKind, type ChartSample, type ChartSeries, figureOf } from './chart-kind.ts';

/** What one chart draws and what its legend says. */
export interface ChartData {
  /** Epoch seconds. */
  readonly times: number[];
  /** In the order of `ChartKind.series`, the value of each as the host reported it. */
  readonly figures: readonly Column[];
  /** The same as it is drawn: layers on top of each other where the chart is stacked, then the level line if there is one. */
  readonly drawn: readonly Column[];
  /** The upper end of the value axis. */
  readonly top: number;
}

/** A level line at the very edge of the picture could not be seen. */
const roomAboveLevel = 1.05;

/** The data of a chart. `level` is where the level line is; null while unknown. */
export function chartData(kind: ChartKind, samples: readonly ChartSample[], level: number | null): ChartData {
  const { times, columns } = columnsOf(
    samples,
    kind.columns,
    kind.series.map((series) => series.name),
  );
  const drawn = kind.stacked ? stackedExceptDashed(kind.series, columns) : [...columns];
  if (kind.level) drawn.push(times.map(() => level));
  const reach = Math.max(largest(drawn), (kind.level && level ? level : 0) * roomAboveLevel);
  const top = 'series' in kind.top ? topOfSeries(samples, kind.top.series, drawn, kind) : axisTop(kind.unit, kind.top, reach);
  return { times, figures: columns, drawn, top };
}

function stackedExceptDashed(series: readonly ChartSeries[], columns: readonly Column[]): Column[] {
  const layers = stack(columns.filter((_, index) => !series[index]?.dashed));
  return columns.map((column, index) => (series[index]?.dashed ? column : (layers.shift() ?? column)));
}

/** The newest total that is not zero; where the parts add up to more than it (rounding, ballooning), the axis reaches them. */
function topOfSeries(samples: readonly ChartSample[], name: string, drawn: readonly Column[], kind: ChartKind): number {
  let top = 0;
  for (const sample of samples) top = Math.max(top, figureOf(kind, sample, name) ?? 0);
  return axisTop(kind.unit, { fixed: Math.max(top, largest(drawn)) }, 0);
}
