import type uPlot from 'uplot';
import { axisLabel, axisSplits, timeSplits } from './chart-axis.ts';
import type { ChartKind, ChartSeries } from './chart-kind.ts';
import { type DrawnLevel, drawLevels } from './chart-levels.ts';

/** What moves while a chart stays: read by uPlot each time it draws. Seconds, the top of the value axis, and the levels of rules. */
export interface ChartRange {
  from: number;
  to: number;
  top: number;
  levels: readonly DrawnLevel[];
}

export interface ChartLook {
  readonly kind: ChartKind;
  readonly width: number;
  readonly height: number;
  /** The value of a custom property, such as `--chart-1`. */
  readonly colour: (property: string) => string;
  readonly range: ChartRange;
  /** Told the row of the data under the crosshair, null when there is no crosshair. */
  readonly onPoint: (index: number | null) => void;
}

const font = '11px "JetBrains Mono Variable", ui-monospace, monospace';
/** Appended to a colour of six hex digits. The grid lies over the layers and is to be felt rather than seen. */
const layerOpacity = '8c';
const gridOpacity = '30';
/** Wide enough for `512 MiB/s`, so that all charts of a column stand in line and nothing moves when a unit changes. */
const valueAxisWidth = 72;
/** Half of `00:00`, which may stand at the very end. */
const endWidth = 18;

/** uPlot's options for a live chart. All charts of the page share one crosshair. */
export function chartOptions({ kind, width, height, colour, range, onPoint }: ChartLook): uPlot.Options {
  const grid = { stroke: `${colour('--hum-text-3')}${gridOpacity}`, width: 1 };
  const axis = { font, stroke: colour('--hum-text-3'), grid, ticks: { show: false } };
  const level = { label: 'Level', stroke: colour('--hum-text-3'), width: 1, dash: [2, 4], points: { show: false } };
  return {
    width,
    height,
    padding: [8, endWidth, 0, 0],
    legend: { show: false },
    drawOrder: ['series', 'axes'] as uPlot.DrawOrderKey[],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 6, width: 1 },
      sync: { key: 'page', scales: ['x', null] },
    },
    scales: { x: { time: true, range: () => [range.from, range.to] }, y: { range: () => [0, range.top] } },
    axes: [
      { ...axis, size: 28, gap: 6, splits: () => timeSplits(range.from, range.to), values: (_, splits) => splits.map(clockMinute) },
      {
        ...axis,
        size: valueAxisWidth,
        gap: 8,
        splits: () => axisSplits(kind.unit, range.top),
        values: (_, splits) => splits.map((value) => axisLabel(kind.unit, value)),
      },
    ],
    series: [{}, ...kind.series.map((series) => lineOrLayer(kind, series, colour)), ...(kind.level ? [level] : [])],
    bands: kind.stacked ? bandsBetweenLayers(kind.series) : [],
    hooks: {
      draw: [(chart) => drawLevels(chart, range.levels, colour)],
      setCursor: [(chart) => onPoint((chart.cursor.left ?? -1) < 0 ? null : (chart.cursor.idx ?? null))],
    },
  };
}

function lineOrLayer(kind: ChartKind, series: ChartSeries, colour: ChartLook['colour']): uPlot.Series {
  const stroke = colour(series.colour);
  const line = { label: series.label, stroke, width: 1.5, points: { show: false }, spanGaps: false };
  if (series.dashed) return { ...line, dash: [5, 4] };
  return kind.stacked ? { ...line, width: 1, fill: `${stroke}${layerOpacity}` } : line;
}

/** Each layer is filled down to the one below it; the lowest down to zero. Series count from 1, after the times. */
function bandsBetweenLayers(series: readonly ChartSeries[]): uPlot.Band[] {
  const layers = series.flatMap((one, index) => (one.dashed ? [] : [index + 1]));
  return layers.slice(1).map((upper, index) => ({ series: [upper, layers[index] ?? 1] }));
}

function clockMinute(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
