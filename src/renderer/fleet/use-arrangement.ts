import { useTable } from '@tanstack/react-table';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ColumnId } from './columns.ts';
import { columns, features, isColumnId } from './columns.ts';
import type { Item } from './items.ts';
import { itemsOf } from './items.ts';
import { matches } from './match.ts';
import type { Query } from './query.ts';
import { parseQuery } from './query.ts';
import type { FleetRow } from './rows.ts';
import { consoleNow, useFleet } from './store.ts';
import { changeView, useView } from './view.ts';

/** How often figures may change the order of the lines, or which of them answer the filter. */
const rearrangeMs = 5_000;
/** A line does not move from under a pointer that was just used. */
const pointerRestMs = 2_500;

export interface Arrangement {
  readonly query: Query;
  /** The lines of the table, from top to bottom. */
  readonly items: readonly Item[];
  /** The hosts among them. */
  readonly order: readonly string[];
  /** All hosts that answer the filter, folded groups too. */
  readonly matching: ReadonlySet<string>;
  readonly shownColumns: readonly ColumnId[];
  readonly table: FleetTableModel;
  /** Call when the pointer moves over the lines. */
  readonly holdStill: () => void;
}

export type FleetTableModel = ReturnType<typeof useFleetTable>;

/**
 * Filters, sorts and groups the hosts. Done anew when hosts come, go or change their state or when the view is changed, but only every five
 * seconds for figures alone: lines that trade places four times a second cannot be read. What a line shows is always of now.
 */
export function useArrangement(folded: ReadonlySet<string>): Arrangement {
  const filter = useView((view) => view.filter);
  const grouped = useView((view) => view.group);
  const shape = useFleet((state) => state.shape);
  const { beat, holdStill } = useBeat();
  const query = useMemo(() => parseQuery(filter), [filter]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` and `beat` say when to look at the rows again
  const data = useMemo(() => {
    const now = consoleNow();
    return [...useFleet.getState().rows.values()].filter((row) => matches(query, row, now));
  }, [query, shape, beat]);
  const table = useFleetTable(data);
  const { rows } = table.getRowModel();
  const items = useMemo(
    () =>
      itemsOf(
        rows.map((row) => ({ id: row.id, group: row.original.host.group })),
        grouped,
        folded,
      ),
    [rows, grouped, folded],
  );
  const order = useMemo(() => items.flatMap((item) => (item.kind === 'host' ? [item.id] : [])), [items]);
  const matching = useMemo(() => new Set(data.map((row) => row.id)), [data]);
  const hidden = useView((view) => view.hiddenColumns);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table reads `hidden` as its state
  const shownColumns = useMemo(
    () =>
      table
        .getVisibleLeafColumns()
        .map((column) => column.id)
        .filter(isColumnId),
    [table, hidden],
  );
  return { query, items, order, matching, shownColumns, table, holdStill };
}

function useFleetTable(data: FleetRow[]) {
  const sort = useView((view) => view.sort);
  const hidden = useView((view) => view.hiddenColumns);
  const sorting = useMemo(() => {
    const byName = { id: 'name', desc: false };
    if (!sort || !isColumnId(sort.column)) return [byName];
    const chosen = { id: sort.column, desc: sort.descending };
    return sort.column === 'name' ? [chosen] : [chosen, byName];
  }, [sort]);
  const columnVisibility = useMemo(() => Object.fromEntries(hidden.map((id) => [id, false])), [hidden]);
  return useTable(
    {
      features,
      columns,
      data,
      getRowId: (row: FleetRow) => row.id,
      state: { sorting, columnVisibility },
      onSortingChange: (update) => {
        const next = (typeof update === 'function' ? update(sorting) : update)[0];
        changeView(() => ({ sort: next ? { column: next.id, descending: next.desc } : null }));
      },
      onColumnVisibilityChange: (update) => {
        const next = typeof update === 'function' ? update(columnVisibility) : update;
        changeView(() => ({ hiddenColumns: Object.keys(next).filter((id) => next[id] === false) }));
      },
      enableMultiSort: false,
    },
    (state) => ({ sorting: state.sorting, columnVisibility: state.columnVisibility }),
  );
}

function useBeat(): { readonly beat: number; readonly holdStill: () => void } {
  const [beat, setBeat] = useState(0);
  const pointerAt = useRef(Number.NEGATIVE_INFINITY);
  const holdStill = useRef(() => {
    pointerAt.current = performance.now();
  }).current;
  useEffect(() => {
    const timer = setInterval(() => {
      if (performance.now() - pointerAt.current > pointerRestMs) setBeat((before) => before + 1);
    }, rearrangeMs);
    return () => clearInterval(timer);
  }, []);
  return { beat, holdStill };
}
