/**
 * Where the cells of the heat strip are: `columns` by `rows`, with `gap` between, in CSS pixels. `pitch` is a column with its gap and need
 * not be whole: `cellBox` gives whole pixels, so that the cells fill the width and stay sharp.
 */
export interface HeatLayout {
  readonly columns: number;
  readonly rows: number;
  readonly pitch: number;
  readonly cellHeight: number;
  readonly gap: number;
  readonly height: number;
}

const tallestCell = 32;
const widestCell = 160;

/** The largest cells that fit `count` hosts into `width` by `maxHeight`: one row of wide cells for a dozen, a fine grid for thousands. */
export function heatLayout(count: number, width: number, maxHeight: number): HeatLayout {
  if (count <= 0 || width <= 0) return { columns: 0, rows: 0, pitch: 0, cellHeight: 0, gap: 0, height: 0 };
  for (let rows = 1; ; rows += 1) {
    const pitchY = Math.floor(maxHeight / rows);
    const gap = pitchY >= 12 ? 2 : 1;
    const cellHeight = Math.max(1, Math.min(tallestCell, pitchY - gap));
    const columns = Math.ceil(count / rows);
    const pitch = (width + gap) / columns;
    if (pitch - gap < Math.min(cellHeight, 18) && pitchY > 3) continue;
    return {
      columns,
      rows: Math.ceil(count / columns),
      pitch: Math.min(widestCell, pitch),
      cellHeight,
      gap,
      height: Math.ceil(count / columns) * (cellHeight + gap) - gap,
    };
  }
}

/** Where a cell is, in whole CSS pixels. */
export function cellBox({ columns, pitch, cellHeight, gap }: HeatLayout, index: number): CellBox {
  const column = index % columns;
  const x = Math.round(column * pitch);
  return {
    x,
    y: Math.floor(index / columns) * (cellHeight + gap),
    width: Math.max(1, Math.round((column + 1) * pitch) - x - gap),
    height: cellHeight,
  };
}

export interface CellBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The number of the cell under a point, or -1 beside all of them. A gap belongs to the cell before it. */
export function cellAt(layout: HeatLayout, count: number, x: number, y: number): number {
  const column = Math.floor(x / layout.pitch);
  const row = Math.floor(y / (layout.cellHeight + layout.gap));
  if (x < 0 || y < 0 || column >= layout.columns || row >= layout.rows) return -1;
  const index = row * layout.columns + column;
  return index < count ? index : -1;
}
