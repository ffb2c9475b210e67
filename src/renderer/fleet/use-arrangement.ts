import { useTable } from '@tanstack/react-table';
import { useDeferredValue, useMemo } from 'react';
import { compareNames } from '../components/compare-names.ts';
import { type Item, itemsOf } from '../components/table/items.ts';
import { useBeat } from '../components/table/use-beat.ts';
import type { ColumnId } from './columns.ts';
import { columns, features, isColumnId, isMoving } from './columns.ts';
import { matches } from './match.ts';
import type { Query } from './query.ts';
import { asksForFigures, parseQuery } from './query.ts';
import type { FleetRow } from './rows.ts';
import { consoleNow, useFleet } from './store.ts';
import { changeView, useView } from './view.ts';

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
  // Typing goes on while thousands of hosts are filtered.
  const filter = useDeferredValue(useView((view) => view.filter));
  const grouped = useView((view) => view.group);
  const query = useMemo(() => parseQuery(filter), [filter]);
  const sortedBy = useView((view) => view.sort?.column);
  // With no filter, and in an order that no state changes, a host that comes and goes moves nothing.
  const statesMatter = query.terms.length > 0 || sortedBy === 'state';
  const version = useFleet((state) => (statesMatter ? state.shape : state.roster));
  const { beat, holdStill } = useBeat(asksForFigures(query) || (sortedBy !== undefined && isColumnId(sortedBy) && isMoving(sortedBy)));
  const byName = useHostsByName();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` and `beat` say when to look at the rows again
  const data = useMemo(() => {
    const { rows } = useFleet.getState();
    const now = consoleNow();
    return byName.flatMap((id) => {
      const row = rows.get(id);
      return row && matches(query, row, now) ? row : [];
    });
  }, [query, byName, version, beat]);
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
  const order = useMemo(() => items.flatMap((item) => (item.kind === 'row' ? [item.id] : [])), [items]);
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
  // Hosts that are equal in the chosen column stay in the order of their names, in which they come.
  const sorting = useMemo(() => [sort && isColumnId(sort.column) ? { id: sort.column, desc: sort.descending } : firstSort], [sort]);
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

const firstSort = { id: 'name', desc: false };

/** All hosts in the order of their names. Comparing names as people read them is slow: it is done when a name changes, not when a figure does. */
function useHostsByName(): readonly string[] {
  const roster = useFleet((state) => state.roster);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `roster` says when hosts came, went or were edited
  return useMemo(() => {
    const hosts = [...useFleet.getState().rows.values()].map((row) => row.host);
    return hosts.sort((left, right) => compareNames(left.name, right.name)).map((host) => host.id);
  }, [roster]);
}
