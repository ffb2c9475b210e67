import type { AxisTop, ChartUnit } from './chart-axis.ts';

/** The figures of one moment; `values` in the order of the chart's `columns`, null where there is none. */
export interface ChartSample {
  /** Epoch ms. */
  readonly at: number;
  readonly values: readonly (number | null)[];
}

/** A line or a layer of a chart. */
export interface ChartSeries<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  /** A custom property of chart.module.css. */
  readonly colour: string;
  /** Where the figure comes from, on the host. */
  readonly source: string;
  /** Drawn as a dashed line; in a stacked chart it stands before the layers instead of among them. */
  readonly dashed?: true;
}

export interface ChartKind<Name extends string = string> {
  readonly id: string;
  readonly title: string;
  readonly unit: ChartUnit;
  readonly stacked: boolean;
  /** The names of a sample's values, in their order. */
  readonly columns: readonly Name[];
  readonly series: readonly ChartSeries<Name>[];
  /** What the axis reaches: a fixed ratio, at least so much, or another series (the memory that there is). */
  readonly top: AxisTop | { readonly series: Name };
  /** A level that the figures are to be read against: all cores busy. */
  readonly level?: { readonly label: string; readonly source: string };
}

/** Sentences below a legend, and where they come from. */
export interface ChartNote {
  readonly lines: readonly string[];
  readonly tip: string;
}

/** The value of a series in a sample; null where there is no such figure. */
export function figureOf(kind: ChartKind, sample: ChartSample | undefined, series: string): number | null {
  return sample?.values[kind.columns.indexOf(series)] ?? null;
}
