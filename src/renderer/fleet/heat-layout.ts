/** Where the cells of the heat strip are: `columns` by `rows`, each `cellWidth` by `cellHeight` with `gap` between, in CSS pixels. */
export interface HeatLayout {
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
  readonly height: number;
}

const tallestCell = 32;
const widestCell = 160;

/** The largest cells that fit `count` hosts into `width` by `maxHeight`: one row of wide cells for a dozen, a fine grid for thousands. */
export function heatLayout(count: number, width: number, maxHeight: number): HeatLayout {
  if (count <= 0 || width <= 0) return { columns: 0, rows: 0, cellWidth: 0, cellHeight: 0, gap: 0, height: 0 };
  for (let rows = 1; ; rows += 1) {
    const pitchY = Math.floor(maxHeight / rows);
    const gap = pitchY >= 12 ? 2 : 1;
    const cellHeight = Math.max(1, Math.min(tallestCell, pitchY - gap));
    const columns = Math.ceil(count / rows);
    const cellWidth = Math.floor((width + gap) / columns) - gap;
    const squarish = cellWidth >= Math.min(cellHeight, 18);
    if (squarish || pitchY <= 3) {
      const clamped = Math.max(1, Math.min(widestCell, cellWidth));
      const fit = Math.max(1, Math.floor((width + gap) / (clamped + gap)));
      const needed = Math.ceil(count / Math.min(columns, fit));
      return {
        columns: Math.min(columns, fit),
        rows: needed,
        cellWidth: clamped,
        cellHeight,
        gap,
        height: needed * (cellHeight + gap) - gap,
      };
    }
  }
}

/** The number of the cell under a point, or -1 beside all of them. A gap belongs to the cell before it. */
export function cellAt(layout: HeatLayout, count: number, x: number, y: number): number {
  const column = Math.floor(x / (layout.cellWidth + layout.gap));
  const row = Math.floor(y / (layout.cellHeight + layout.gap));
  if (x < 0 || y < 0 || column >= layout.columns || row >= layout.rows) return -1;
  const index = row * layout.columns + column;
  return index < count ? index : -1;
}
