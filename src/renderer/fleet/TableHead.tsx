// biome-ignore-all lint/a11y/useSemanticElements: a table's elements cannot be laid out line by line; the ARIA grid pattern is used instead
// biome-ignore-all lint/a11y/useFocusableInteractive: the buttons in the headers have the focus
import { memo, type ReactNode } from 'react';
import type { ColumnId } from './columns.ts';
import { columnLooks } from './columns.ts';
import classes from './FleetTable.module.css';
import type { FleetTableModel } from './use-arrangement.ts';

interface TableHeadProps {
  readonly table: FleetTableModel;
  readonly columns: readonly ColumnId[];
  /** How many hosts are chosen, and how many the table shows. */
  readonly chosen: number;
  readonly all: number;
  readonly onChooseAll: () => void;
}

/** The headers: each sorts by its column. */
export const TableHead = memo(function TableHead({ table, columns, chosen, all, onChooseAll }: TableHeadProps): ReactNode {
  const allChosen = all > 0 && chosen >= all;
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" className={classes.headRow} aria-rowindex={1}>
        <span role="columnheader" className={classes.check}>
          <button
            type="button"
            role="checkbox"
            aria-checked={allChosen ? 'true' : chosen > 0 ? 'mixed' : 'false'}
            aria-label="Select all hosts that are shown"
            className={classes.box}
            data-checked={allChosen || undefined}
            data-mixed={(chosen > 0 && !allChosen) || undefined}
            onClick={onChooseAll}
          />
        </span>
        {columns.map((id) => {
          const column = table.getColumn(id);
          const sorted = column?.getIsSorted() ?? false;
          return (
            <span
              key={id}
              role="columnheader"
              className={classes.headCell}
              data-figures={columnLooks[id].figures || undefined}
              aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'}
            >
              <button type="button" className={classes.sort} onClick={() => column?.toggleSorting()}>
                <span className={classes.title}>{columnLooks[id].title}</span>
                {sorted === false ? null : (
                  <span aria-hidden="true" className={classes.arrow}>
                    {sorted === 'asc' ? '↑' : '↓'}
                  </span>
                )}
              </button>
            </span>
          );
        })}
      </div>
    </div>
  );
});
