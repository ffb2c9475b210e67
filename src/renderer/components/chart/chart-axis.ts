import { formatBytes } from '../../../shared/units.ts';

/** What the numbers of a chart are. It decides the steps of the axis and how a value is written. */
export type ChartUnit = 'bytes' | 'rate' | 'ratio' | 'load';

/** Where the top of a value axis is: at a fixed value, or at the next round one above the data but never under `atLeast`. */
export type AxisTop = { readonly fixed: number } | { readonly atLeast: number };

/** The distance between two grid lines, so that at most five steps reach `top`: powers of two for bytes, 1-2-5 for the rest. */
export function axisStep(unit: ChartUnit, top: number): number {
  const rough = top / 5;
  if (!(rough > 0)) return 1;
  if (unit === 'bytes' || unit === 'rate') return 2 ** Math.max(0, Math.ceil(Math.log2(rough)));
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * magnitude >= rough * (1 - 1e-9)) ?? 10;
  return factor * magnitude;
}

/** The upper end of the axis. It moves in whole steps, so that it stands still while the data breathes. */
export function axisTop(unit: ChartUnit, top: AxisTop, largest: number): number {
  if ('fixed' in top) return top.fixed > 0 ? top.fixed : 1;
  const reach = Math.max(top.atLeast, largest);
  const step = axisStep(unit, reach);
  const rounded = Math.ceil(reach / step - 1e-9) * step;
  return unit === 'ratio' ? Math.min(1, rounded) : rounded;
}

/** The values that get a grid line, from 0 up to and including `top` where it falls on a step. */
export function axisSplits(unit: ChartUnit, top: number): number[] {
  const step = axisStep(unit, top);
  const count = Math.min(6, Math.floor(top / step + 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** A label of the axis: short, since the axis has a fixed width. */
export function axisLabel(unit: ChartUnit, value: number): string {
  if (unit === 'ratio') return `${Number((value * 100).toFixed(1))} %`;
  if (unit === 'load') return String(Number(value.toFixed(2)));
  if (value === 0) return '0';
  const text = formatBytes(value).replace(/\.0 /, ' ');
  return unit === 'rate' ? `${text}/s` : text;
}

/** A value of the legend: always with its decimals, so that the figures stand in column. `–` where there is none. */
export function valueLabel(unit: ChartUnit, value: number | null): string {
  if (value === null) return '–';
  if (unit === 'ratio') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'load') return value.toFixed(2);
  return unit === 'rate' ? `${formatBytes(value)}/s` : formatBytes(value);
}

/** The wall-clock minutes that get a grid line on the time axis, epoch seconds: each one, second or third minute of the clock. */
export function timeSplits(fromSeconds: number, toSeconds: number): number[] {
  const span = toSeconds - fromSeconds;
  const step = span <= 240 ? 60 : span <= 540 ? 120 : 180;
  const first = Math.ceil(fromSeconds / step) * step;
  const count = Math.max(0, Math.min(20, Math.floor((toSeconds - first) / step) + 1));
  return Array.from({ length: count }, (_, index) => first + index * step);
}
