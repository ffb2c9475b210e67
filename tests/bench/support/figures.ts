/** The middle value, to a tenth. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const value = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return Math.round((value ?? 0) * 10) / 10;
}

/** Rows of equal length, in columns as wide as their widest cell. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
    );
}

/** The middle of some times, in words. */
export function ms(values: readonly number[]): string {
  return `${median(values)} ms`;
}

/** How many times theirs is ours, by the medians. */
export function ratio(theirs: readonly number[], ours: readonly number[]): number {
  return Number((median(theirs) / median(ours)).toFixed(2));
}

/** A bench takes minutes: says where it is, on stderr, which is not the result. */
export function progress(step: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${step}\n`);
}
