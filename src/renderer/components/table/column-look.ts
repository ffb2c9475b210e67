/** How a column of a table looks. Widths in px: at ease, and in a narrow window; `name` takes what is left. */
export interface ColumnLook {
  readonly title: string;
  readonly width: number;
  readonly narrow: number;
  readonly figures: boolean;
}

export type ColumnLooks = Readonly<Record<string, ColumnLook>>;
