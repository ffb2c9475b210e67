import { Popover } from '@mantine/core';
import { IconColumns3, IconStack2 } from '@tabler/icons-react';
import type { ReactNode, RefObject } from 'react';
import { FilterField } from '../components/FilterField.tsx';
import { hostCount } from '../components/host-count.ts';
import classes from '../components/Toolbar.module.css';
import { columnIds, columnLooks } from './columns.ts';
import { HeatLegend } from './HeatLegend.tsx';
import { useFleet } from './store.ts';
import type { Arrangement } from './use-arrangement.ts';
import { changeView, useView } from './view.ts';

interface ToolbarProps {
  readonly arrangement: Arrangement;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onLeave: () => void;
}

/** What stands above the table: the filter, how many hosts answer it, grouping, columns. */
export function Toolbar({ arrangement, field, onLeave }: ToolbarProps): ReactNode {
  const filter = useView((view) => view.filter);
  const grouped = useView((view) => view.group);
  const all = useFleet((state) => state.rows.size);
  return (
    <div className={classes.bar} role="toolbar" aria-label="The table">
      <FilterField
        label="Filter hosts"
        placeholder="Filter: name, tag:db, mem>80, state:unreachable"
        filter={filter}
        onChange={(text) => changeView(() => ({ filter: text }))}
        error={arrangement.query.errors[0]}
        field={field}
        onLeave={onLeave}
      />
      <span className={`hum-mono ${classes.count}`} role="status">
        {countText(arrangement.matching.size, all)}
      </span>
      <HeatLegend />
      <button
        type="button"
        className={classes.button}
        aria-pressed={grouped}
        onClick={() => changeView((view) => ({ group: !view.group }))}
      >
        <IconStack2 size={14} aria-hidden="true" />
        Group
      </button>
      <ColumnsMenu arrangement={arrangement} />
    </div>
  );
}

function countText(shown: number, all: number): string {
  return shown === all ? hostCount(all) : `${shown.toLocaleString('en')} of ${hostCount(all)}`;
}

function ColumnsMenu({ arrangement: { table, shownColumns } }: { readonly arrangement: Arrangement }): ReactNode {
  return (
    <Popover position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={classes.button}>
          <IconColumns3 size={14} aria-hidden="true" />
          Columns
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns of the table" className={classes.columns ?? ''}>
        {columnIds
          .filter((id) => table.getColumn(id)?.getCanHide())
          .map((id) => (
            <label key={id} className={classes.column}>
              <input type="checkbox" checked={shownColumns.includes(id)} onChange={() => table.getColumn(id)?.toggleVisibility()} />
              {columnLooks[id].title}
            </label>
          ))}
      </Popover.Dropdown>
    </Popover>
  );
}
