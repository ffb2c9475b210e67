// biome-ignore-all lint/a11y/useSemanticElements: a table's elements cannot be laid out line by line; the ARIA grid pattern is used instead
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active line (aria-activedescendant)
import { memo, type ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { stateLooks } from '../components/host-states.ts';
import type { LineProps } from '../components/table/LineTable.tsx';
import classes from '../components/table/table.module.css';
import { cells } from './cells.tsx';
import type { ColumnId } from './columns.ts';
import { columnLooks } from './columns.ts';
import { isCurrent } from './figures.ts';
import type { FleetRow } from './rows.ts';
import { useFleetRow } from './store.ts';

/** The id in the page of a host's line, or of a cell in it: what the table names as active. */
export function lineOrCellId(id: string, cell: ColumnId | null): string {
  return cell === null ? `host-${id}` : `host-${id}-${cell}`;
}

/** A host in the table. It reads its own row from the store: a patch draws again only the lines whose hosts it names. */
export const HostLine = memo(function HostLine({ id, rowIndex, top, columns, chosen, atCursor, cell }: LineProps<ColumnId>): ReactNode {
  const row = useFleetRow(id);
  if (!row) return null;
  const figureCount = columns.filter(isFigure).length;
  const firstFigure = columns.find(isFigure);
  const why = whyNoFigures(row);
  const kept = row.live !== null && !isCurrent(row);
  return (
    <div
      role="row"
      id={lineOrCellId(id, null)}
      data-id={id}
      className={classes.line}
      style={{ top }}
      aria-rowindex={rowIndex}
      aria-selected={chosen}
      data-cursor={atCursor || undefined}
      data-kept={kept || undefined}
    >
      <span role="gridcell" className={classes.check} data-check>
        <span className={classes.box} aria-hidden="true" />
      </span>
      {columns.map((column) => {
        const Cell = cells[column];
        if (why !== null && isFigure(column)) {
          if (column !== firstFigure) return null;
          return (
            <span
              key="why"
              role="gridcell"
              id={cell !== null && isFigure(cell) ? lineOrCellId(id, cell) : undefined}
              aria-colspan={figureCount}
              className={classes.why}
              data-tip="state"
              style={{ gridColumn: `span ${figureCount}` }}
            >
              {why}
            </span>
          );
        }
        return (
          <span
            key={column}
            role="gridcell"
            id={cell === column ? lineOrCellId(id, cell) : undefined}
            className={classes.cell}
            data-tip={column}
            data-figures={columnLooks[column].figures || undefined}
          >
            <Cell row={row} />
          </span>
        );
      })}
    </div>
  );
});

/** The columns that stay empty, side by side, until the first sample. */
function isFigure(column: ColumnId): boolean {
  return columnLooks[column].figures || column === 'trend';
}

/** What stands where the figures would be of a host that never gave any; null when it did. */
function whyNoFigures({ live, status }: FleetRow): string | null {
  if (live !== null) return null;
  if (status.problem) return visibleText(`${status.problem.message} ${status.problem.hint}`, 300);
  return status.state === 'online' ? 'Waiting for the first figures.' : stateLooks[status.state].meaning;
}
