import { columnVisibilityFeature, createColumnHelper, createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import type { DomainRow } from '../../shared/contract/xen.ts';
import { compareNames } from '../components/compare-names.ts';
import type { ColumnLooks } from '../components/table/column-look.ts';
import { domainStatesByUrgency } from './domain-states.ts';
import { diskRate, networkRate } from './figures.ts';

/** What the table uses of TanStack Table. */
export const features = tableFeatures({ columnVisibilityFeature, rowSortingFeature, sortedRowModel: createSortedRowModel() });

/** A domain with what the table must know of its host. */
export interface ListedDomain extends DomainRow {
  readonly hostName: string;
  readonly tags: readonly string[];
}

/** Every column, in the order of the table. */
export const columnLooks = {
  state: { title: 'State', width: 108, narrow: 98, figures: false },
  name: { title: 'Name', width: 220, narrow: 132, figures: false },
  host: { title: 'Host', width: 148, narrow: 96, figures: false },
  type: { title: 'Type', width: 56, narrow: 50, figures: false },
  memory: { title: 'Memory', width: 236, narrow: 148, figures: true },
  vcpus: { title: 'vCPUs', width: 66, narrow: 56, figures: true },
  cpu: { title: 'CPU', width: 112, narrow: 66, figures: true },
  network: { title: 'Network', width: 104, narrow: 90, figures: true },
  disk: { title: 'Disk', width: 104, narrow: 90, figures: true },
  uptime: { title: 'Uptime', width: 92, narrow: 82, figures: true },
  autostart: { title: 'Autostart', width: 84, narrow: 76, figures: false },
  tags: { title: 'Tags', width: 120, narrow: 80, figures: false },
} as const satisfies ColumnLooks;

export type ColumnId = keyof typeof columnLooks;
export const columnIds = Object.keys(columnLooks) as ColumnId[];

/** Whether a text names a column. */
export function isColumnId(text: string): text is ColumnId {
  return Object.hasOwn(columnLooks, text);
}

const movingColumns: ReadonlySet<ColumnId> = new Set(['memory', 'cpu', 'network', 'disk']);

/** Whether a sample can change the order in which a column puts the domains. */
export function isMoving(column: ColumnId): boolean {
  return movingColumns.has(column);
}

/** What a column is sorted by; undefined sorts last either way. */
const sortValues: Readonly<Record<ColumnId, (row: ListedDomain) => string | number | undefined>> = {
  state: (row) => domainStatesByUrgency.indexOf(row.load.state),
  name: (row) => row.name,
  host: (row) => row.hostName,
  type: (row) => row.facts.type ?? undefined,
  memory: (row) => (row.load.id === null ? undefined : row.load.memory),
  vcpus: (row) => (row.load.id === null ? undefined : row.load.vcpus),
  cpu: (row) => row.load.cpuUsed ?? undefined,
  network: (row) => networkRate(row.load) ?? undefined,
  disk: (row) => diskRate(row.load) ?? undefined,
  uptime: (row) => (row.facts.startedAt === null || row.load.id === null ? undefined : -row.facts.startedAt),
  autostart: (row) => (row.facts.autostart ? 0 : 1),
  tags: (row) => (row.tags.length > 0 ? row.tags.join(' ') : undefined),
};

const helper = createColumnHelper<typeof features, ListedDomain>();

/** The columns as TanStack Table takes them. Figures sort from the largest first. */
export const columns = helper.columns(
  columnIds.map((id) =>
    helper.accessor(sortValues[id], {
      id,
      header: columnLooks[id].title,
      enableHiding: id !== 'state' && id !== 'name',
      sortUndefined: 'last',
      sortDescFirst: columnLooks[id].figures,
      sortFn: (left, right, column) => compareValues(left.getValue(column), right.getValue(column)),
    }),
  ),
);

function compareValues(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return compareNames(String(left), String(right));
}
