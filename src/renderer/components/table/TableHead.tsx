// biome-ignore-all lint/a11y/useSemanticElements: a table's elements cannot be laid out line by line; the ARIA grid pattern is used instead
// biome-ignore-all lint/a11y/useFocusableInteractive: the buttons in the headers have the focus
import { memo, type ReactNode } from 'react';
import type { ColumnLooks } from './column-look.ts';
import classes from './table.module.css';

/** What the headers need of TanStack Table. */
export interface SortableTable {
  getColumn(id: string): { getIsSorted(): false | 'asc' | 'desc'; toggleSorting(): void } | undefined;
}

interface TableHeadProps {
  readonly table: SortableTable;
  readonly columns: readonly string[];
  readonly looks: ColumnLooks;
  /** How many rows are chosen, and how many the table shows. */
  readonly chosen: number;
  readonly all: number;
  /** "Select all hosts that are shown". */
  readonly chooseAllLabel: string;
  readonly onChooseAll: () => void;
}

/** The headers: each sorts by its column. */
export const TableHead = memo(function TableHead(props: TableHeadProps): ReactNode {
  const { table, columns, looks, chosen, all, chooseAllLabel, onChooseAll } = props;
  const allChosen = all > 0 && chosen >= all;
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" className={classes.headRow} aria-rowindex={1}>
        <span role="columnheader" className={classes.check}>
          <button
            type="button"
            role="checkbox"
            aria-checked={allChosen ? 'true' : chosen > 0 ? 'mixed' : 'false'}
            aria-label={chooseAllLabel}
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
              data-figures={looks[id]?.figures || undefined}
              aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'}
            >
              <button type="button" className={classes.sort} onClick={() => column?.toggleSorting()}>
                <span className={classes.title}>{looks[id]?.title}</span>
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
