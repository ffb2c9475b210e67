import { Popover } from '@mantine/core';
import { IconColumns3, IconStack2 } from '@tabler/icons-react';
import type { ReactNode, RefObject } from 'react';
import { FilterField } from '../components/FilterField.tsx';
import classes from '../components/Toolbar.module.css';
import { columnIds, columnLooks } from './columns.ts';
import { vmCount } from './domain-count.ts';
import { useXen, type XenState } from './store.ts';
import type { Arrangement } from './use-arrangement.ts';
import { changeDomainsView, useDomainsView } from './view.ts';

interface DomainsToolbarProps {
  readonly arrangement: Arrangement;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onLeave: () => void;
}

/** What stands above the table of domains: the filter, how many answer it, grouping by host, columns. */
export function DomainsToolbar({ arrangement, field, onLeave }: DomainsToolbarProps): ReactNode {
  const filter = useDomainsView((view) => view.filter);
  const grouped = useDomainsView((view) => view.group);
  const all = useXen(guestCount);
  const shown = arrangement.guests;
  return (
    <div className={classes.bar} role="toolbar" aria-label="The table">
      <FilterField
        label="Filter VMs"
        placeholder="Filter: name, host:xen01, state:off, mem>4g, cpu>50"
        filter={filter}
        onChange={(text) => changeDomainsView({ filter: text })}
        error={arrangement.query.errors[0]}
        field={field}
        onLeave={onLeave}
      />
      <span className={`hum-mono ${classes.count}`} role="status">
        {shown === all ? vmCount(all) : `${shown.toLocaleString('en')} of ${vmCount(all)}`}
      </span>
      <button type="button" className={classes.button} aria-pressed={grouped} onClick={() => changeDomainsView({ group: !grouped })}>
        <IconStack2 size={14} aria-hidden="true" />
        By host
      </button>
      <ColumnsMenu arrangement={arrangement} />
    </div>
  );
}

/** Dom0 is part of its host, not one of the VMs. */
function guestCount({ domains }: XenState): number {
  let count = 0;
  for (const row of domains.values()) if (!row.facts.control) count += 1;
  return count;
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
