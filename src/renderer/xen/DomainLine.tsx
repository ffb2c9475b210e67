// biome-ignore-all lint/a11y/useSemanticElements: a table's elements cannot be laid out line by line; the ARIA grid pattern is used instead
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active line (aria-activedescendant)
import { memo, type ReactNode } from 'react';
import type { LineProps } from '../components/table/LineTable.tsx';
import classes from '../components/table/table.module.css';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow, useFleetRow } from '../fleet/store.ts';
import { cells } from './cells.tsx';
import { type ColumnId, columnLooks } from './columns.ts';
import own from './DomainLine.module.css';
import { oldAfterMs } from './figures.ts';
import { toldAt, useDomain, useXen } from './store.ts';
import type { UsedTwice } from './twice.ts';
import { usedTwice } from './use-used-twice.ts';

/** The id in the page of a domain's line, or of a cell in it: without spaces, whatever the domain is called. */
export function lineOrCellId(key: string, cell: ColumnId | null): string {
  const id = `vm-${encodeURIComponent(key.toWellFormed())}`;
  return cell === null ? id : `${id}-${cell}`;
}

const nothingTwice: readonly UsedTwice[] = [];

/** A domain in the table. It reads its own row from the store: a patch draws again only the lines that it names. */
export const DomainLine = memo(function DomainLine(props: LineProps<ColumnId>): ReactNode {
  const { id, rowIndex, top, columns, chosen, atCursor, cell } = props;
  const row = useDomain(id);
  const twice = useXen((state) => usedTwice(state).get(id) ?? nothingTwice);
  const host = useFleetRow(row?.host ?? '');
  const online = host?.status.state === 'online';
  const old = useEachSecond(() => row !== undefined && row.load.id !== null && (!online || consoleNow() - toldAt(row.host) > oldAfterMs));
  if (!row) return null;
  const domain = { ...row, hostName: host?.host.name ?? row.host, tags: host?.host.tags ?? [], twice };
  return (
    <div
      role="row"
      id={lineOrCellId(id, null)}
      data-id={id}
      className={`${classes.line} ${own.line}`}
      style={{ top }}
      aria-rowindex={rowIndex}
      aria-selected={chosen}
      data-cursor={atCursor || undefined}
      data-old={old || undefined}
      data-control={row.facts.control || undefined}
      data-off={row.load.state === 'off' || undefined}
    >
      <span role="gridcell" className={classes.check} data-check>
        <span className={classes.box} aria-hidden="true" />
      </span>
      {columns.map((column) => {
        const Cell = cells[column];
        return (
          <span
            key={column}
            role="gridcell"
            id={cell === column ? lineOrCellId(id, cell) : undefined}
            className={classes.cell}
            data-tip={column}
            data-figures={columnLooks[column].figures || undefined}
          >
            <Cell row={domain} />
          </span>
        );
      })}
    </div>
  );
});
