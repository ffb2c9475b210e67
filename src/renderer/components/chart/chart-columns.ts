import type { ChartSample } from './chart-kind.ts';
import { isGap } from './sample-window.ts';

export type Column = (number | null)[];

/** What a chart draws: `times` in epoch seconds (uPlot's unit), and a column for each series asked for, of the same length. */
export interface ChartColumns {
  readonly times: number[];
  readonly columns: readonly Column[];
}

/** The `series` of the samples, whose values are called `names`, as columns, with a row of nulls in each gap so that the line breaks there. */
export function columnsOf(samples: readonly ChartSample[], names: readonly string[], series: readonly string[]): ChartColumns {
  const indexes = series.map((name) => names.indexOf(name));
  const times: number[] = [];
  const columns: Column[] = series.map(() => []);
  samples.forEach((sample, at) => {
    const before = samples[at - 1];
    if (before && isGap(samples, at)) {
      times.push((before.at + sample.at) / 2000);
      for (const column of columns) column.push(null);
    }
    times.push(sample.at / 1000);
    columns.forEach((column, position) => {
      column.push(sample.values[indexes[position] ?? -1] ?? null);
    });
  });
  return { times, columns };
}

/**
 * Each column on top of those before it, for a stacked chart. A part that the host does not report adds nothing, but where no part is
 * known (a gap) nothing is drawn.
 */
export function stack(columns: readonly Column[]): Column[] {
  const length = columns[0]?.length ?? 0;
  const sums: Column = Array.from({ length }, (_, row) => (columns.every((column) => column[row] == null) ? null : 0));
  return columns.map((column) => {
    for (let row = 0; row < length; row += 1) {
      const sum = sums[row];
      if (sum != null) sums[row] = sum + (column[row] ?? 0);
    }
    return [...sums];
  });
}

/** The largest value of all columns; 0 when there is none. */
export function largest(columns: readonly Column[]): number {
  let most = 0;
  for (const column of columns) for (const value of column) if (value != null && value > most) most = value;
  return most;
}
