import { columnVisibilityFeature, createColumnHelper, createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import { compareNames } from '../components/compare-names.ts';
import { statesByUrgency } from '../components/host-states.ts';
import type { ColumnLooks } from '../components/table/column-look.ts';
import { memoryRatio } from './figures.ts';
import type { FleetRow } from './rows.ts';

/** What the table uses of TanStack Table. */
export const features = tableFeatures({ columnVisibilityFeature, rowSortingFeature, sortedRowModel: createSortedRowModel() });

/** Every column, in the order of the table. */
export const columnLooks = {
  state: { title: 'State', width: 128, narrow: 116, figures: false },
  name: { title: 'Name', width: 260, narrow: 132, figures: false },
  address: { title: 'Address', width: 168, narrow: 128, figures: false },
  group: { title: 'Group', width: 112, narrow: 78, figures: false },
  tags: { title: 'Tags', width: 136, narrow: 88, figures: false },
  memory: { title: 'Memory', width: 252, narrow: 184, figures: true },
  trend: { title: 'Trend', width: 112, narrow: 64, figures: false },
  swap: { title: 'Swap', width: 88, narrow: 74, figures: true },
  pressure: { title: 'Pressure', width: 78, narrow: 70, figures: true },
  load: { title: 'Load', width: 68, narrow: 54, figures: true },
  cpu: { title: 'CPU', width: 64, narrow: 52, figures: true },
  uptime: { title: 'Uptime', width: 96, narrow: 84, figures: true },
  age: { title: 'Age', width: 72, narrow: 58, figures: true },
  system: { title: 'System', width: 168, narrow: 128, figures: false },
} as const satisfies ColumnLooks;

export type ColumnId = keyof typeof columnLooks;
export const columnIds = Object.keys(columnLooks) as ColumnId[];

/** Whether a text, from saved settings or the page, names a column. */
export function isColumnId(text: string): text is ColumnId {
  return Object.hasOwn(columnLooks, text);
}

const settledColumns: ReadonlySet<ColumnId> = new Set(['state', 'name', 'address', 'group', 'tags']);

/** Whether a sample can change the order in which a column puts the hosts. */
export function isMoving(column: ColumnId): boolean {
  return !settledColumns.has(column);
}

/** What a column is sorted by; undefined sorts last either way. */
const sortValues: Readonly<Record<ColumnId, (row: FleetRow) => string | number | undefined>> = {
  state: (row) => statesByUrgency.indexOf(row.status.state),
  name: (row) => row.host.name,
  address: (row) => row.host.address,
  group: (row) => row.host.group ?? undefined,
  tags: (row) => (row.host.tags.length > 0 ? row.host.tags.join(' ') : undefined),
  memory: (row) => memoryRatio(row.live),
  trend: (row) => trendRise(row),
  swap: (row) => (row.live && row.live.swapTotal > 0 ? row.live.swapUsed : undefined),
  pressure: (row) => row.live?.pressureSome ?? undefined,
  load: (row) => row.live?.load1,
  cpu: (row) => row.live?.cpuUsed ?? undefined,
  uptime: (row) => row.live?.uptimeMs,
  age: (row) => (row.live ? -row.live.sampledAt : undefined),
  system: (row) => row.system ?? undefined,
};

/** The rise of used memory over the trend, as a ratio of the total: a trend is sorted by how fast it fills. */
function trendRise({ trend }: FleetRow): number | undefined {
  const known = trend.points.filter((point) => point !== null);
  const first = known[0];
  const last = known.at(-1);
  return first === undefined || last === undefined ? undefined : last - first;
}

const helper = createColumnHelper<typeof features, FleetRow>();

/** The columns as TanStack Table takes them. Figures sort from the largest first. */
export const columns = helper.columns(
  columnIds.map((id) =>
    helper.accessor(sortValues[id], {
      id,
      header: columnLooks[id].title,
      enableHiding: id !== 'state' && id !== 'name',
      sortUndefined: 'last',
      sortDescFirst: columnLooks[id].figures || id === 'trend',
      sortFn: (left, right, column) => compareValues(left.getValue(column), right.getValue(column)),
    }),
  ),
);

function compareValues(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return compareNames(String(left), String(right));
}
