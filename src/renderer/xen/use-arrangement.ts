import { useTable } from '@tanstack/react-table';
import { useDeferredValue, useMemo } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import { compareNames } from '../components/compare-names.ts';
import { type Item, itemsOf } from '../components/table/items.ts';
import { useBeat } from '../components/table/use-beat.ts';
import { consoleNow, useFleet } from '../fleet/store.ts';
import { type ColumnId, columns, features, isColumnId, isMoving, type ListedDomain } from './columns.ts';
import { domainMatches } from './match.ts';
import { asksForFigures, type DomainQuery, parseDomainQuery } from './query.ts';
import { useXen } from './store.ts';
import { usedTwice } from './use-used-twice.ts';
import { changeDomainsView, useDomainsView } from './view.ts';

export interface Arrangement {
  readonly query: DomainQuery;
  /** The lines of the table, from top to bottom. */
  readonly items: readonly Item[];
  /** The keys of the domains among them. */
  readonly order: readonly string[];
  /** All domains that answer the filter, folded groups too. */
  readonly matching: ReadonlySet<string>;
  /** How many of those are no dom0. */
  readonly guests: number;
  readonly shownColumns: readonly ColumnId[];
  readonly table: DomainTableModel;
  readonly holdStill: () => void;
}

export type DomainTableModel = ReturnType<typeof useDomainTable>;

/** Filters, sorts and groups the domains: at once when one comes, goes or changes its state, and every five seconds for figures alone. */
export function useArrangement(folded: ReadonlySet<string>): Arrangement {
  const filter = useDeferredValue(useDomainsView((view) => view.filter));
  const grouped = useDomainsView((view) => view.group);
  const query = useMemo(() => parseDomainQuery(filter), [filter]);
  const sortedBy = useDomainsView((view) => view.sort?.column);
  const version = useXen((state) => state.shape);
  const fleetRoster = useFleet((state) => state.roster);
  const { beat, holdStill } = useBeat(asksForFigures(query) || (sortedBy !== undefined && isColumnId(sortedBy) && isMoving(sortedBy)));
  const byName = useDomainsByName();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version`, `fleetRoster` and `beat` say when to look at the rows again
  const data = useMemo(() => listedDomains(byName, query), [query, byName, version, fleetRoster, beat]);
  const table = useDomainTable(data);
  const { rows } = table.getRowModel();
  const items = useMemo(() => {
    if (!grouped)
      return itemsOf(
        rows.map((row) => ({ id: row.id, group: null })),
        false,
        folded,
      );
    return itemsOf(
      rows.map((row) => ({ id: row.id, group: row.original.hostName })),
      true,
      folded,
    );
  }, [rows, grouped, folded]);
  const order = useMemo(() => items.flatMap((item) => (item.kind === 'row' ? [item.id] : [])), [items]);
  const matching = useMemo(() => new Set(data.map((row) => row.key)), [data]);
  const guests = useMemo(() => data.filter((row) => !row.facts.control).length, [data]);
  const hidden = useDomainsView((view) => view.hiddenColumns);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table reads `hidden` as its state
  const shownColumns = useMemo(
    () =>
      table
        .getVisibleLeafColumns()
        .map((column) => column.id)
        .filter(isColumnId),
    [table, hidden],
  );
  return { query, items, order, matching, guests, shownColumns, table, holdStill };
}

function listedDomains(keys: readonly string[], query: DomainQuery): ListedDomain[] {
  const xen = useXen.getState();
  const hosts = useFleet.getState().rows;
  const twice = usedTwice(xen);
  const now = consoleNow();
  return keys.flatMap((key) => {
    const row = xen.domains.get(key);
    if (!row) return [];
    const host = hosts.get(row.host)?.host;
    const hostName = host?.name ?? row.host;
    const tags = host?.tags ?? [];
    const around = { hostName, group: host?.group ?? null, tags, twice: twice.has(key), now };
    return domainMatches(query, row, around) ? [{ ...row, hostName, tags }] : [];
  });
}

function useDomainTable(data: ListedDomain[]) {
  const sort = useDomainsView((view) => view.sort);
  const hidden = useDomainsView((view) => view.hiddenColumns);
  const sorting = useMemo(() => [sort && isColumnId(sort.column) ? { id: sort.column, desc: sort.descending } : firstSort], [sort]);
  const columnVisibility = useMemo(() => Object.fromEntries(hidden.map((id) => [id, false])), [hidden]);
  return useTable(
    {
      features,
      columns,
      data,
      getRowId: (row: ListedDomain) => row.key,
      state: { sorting, columnVisibility },
      onSortingChange: (update) => {
        const next = (typeof update === 'function' ? update(sorting) : update)[0];
        changeDomainsView({ sort: next ? { column: next.id, descending: next.desc } : null });
      },
      onColumnVisibilityChange: (update) => {
        const next = typeof update === 'function' ? update(columnVisibility) : update;
        changeDomainsView({ hiddenColumns: Object.keys(next).filter((id) => next[id] === false) });
      },
      enableMultiSort: false,
    },
    (state) => ({ sorting: state.sorting, columnVisibility: state.columnVisibility }),
  );
}

const firstSort = { id: 'name', desc: false };

/** All keys in the order of their names, dom0 behind the domains of its host. Comparing names as people read them is slow: done when domains come and go. */
export function useDomainsByName(): readonly string[] {
  const roster = useXen((state) => state.roster);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `roster` says when domains came or went
  return useMemo(() => [...useXen.getState().domains.values()].sort(byControlThenName).map((row) => row.key), [roster]);
}

function byControlThenName(left: DomainRow, right: DomainRow): number {
  if (left.facts.control !== right.facts.control) return left.facts.control ? 1 : -1;
  return compareNames(left.name, right.name) || compareNames(left.key, right.key);
}
