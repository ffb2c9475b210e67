// biome-ignore-all lint/a11y/useSemanticElements: a table's elements cannot be laid out line by line; the ARIA grid pattern is used instead
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active line (aria-activedescendant)
// biome-ignore-all lint/a11y/useKeyWithClickEvents: keys are handled for the whole page (FleetPage)
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, type ReactNode, type RefObject, useEffect, useImperativeHandle, useRef } from 'react';
import { go, hostPath } from '../app/paths.ts';
import { TipArea, type TipHandle } from '../components/TipArea.tsx';
import type { ColumnId } from './columns.ts';
import { columnLooks, isColumnId } from './columns.ts';
import classes from './FleetTable.module.css';
import { GroupLine } from './GroupLine.tsx';
import { HostLine, lineOrCellId } from './HostLine.tsx';
import { SourceTip } from './SourceTip.tsx';
import type { Pick, Selection } from './selection.ts';
import { sourceOf } from './sources.ts';
import { useFleet } from './store.ts';
import { TableHead } from './TableHead.tsx';
import type { Arrangement } from './use-arrangement.ts';

const lineHeight = 32;
const overscan = 8;

export interface FleetTableHandle {
  focus(): void;
  reveal(id: string): void;
}

interface FleetTableProps {
  readonly arrangement: Arrangement;
  readonly selection: Selection;
  /** The cell at the cursor that the keyboard has gone to, null for the whole line. */
  readonly cell: ColumnId | null;
  readonly folded: ReadonlySet<string>;
  readonly onFold: (key: string) => void;
  readonly onPick: (id: string, pick: Pick) => void;
  readonly onChooseAll: () => void;
  readonly handle: RefObject<FleetTableHandle | null>;
  /** Stands in the table's place when no line is left. */
  readonly empty: ReactNode;
}

/** The hosts, line by line; only the lines in sight exist. */
export function FleetTable(props: FleetTableProps): ReactNode {
  const { arrangement, selection, cell, folded, onFold, onPick, handle } = props;
  const { items, shownColumns } = arrangement;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => keyOf(items[index]),
    overscan,
    scrollPaddingStart: lineHeight,
    scrollPaddingEnd: 56,
  });
  useImperativeHandle(handle, () => ({
    focus: () => scroller.current?.focus(),
    reveal: (id) => {
      const index = items.findIndex((item) => item.kind === 'host' && item.id === id);
      if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
    },
  }));
  useColumnWidths(scroller, shownColumns);
  const lines = virtualizer.getVirtualItems();
  const cursorShown = lines.some(({ index }) => keyOf(items[index]) === selection.cursor);
  const active = cursorShown && selection.cursor !== null ? lineOrCellId(selection.cursor, cell) : undefined;
  const tips = useRef<TipHandle>(null);
  // After each drawing: a line that was scrolled into view is there only now.
  useEffect(() => tips.current?.ask(cell !== null && active !== undefined ? document.getElementById(active) : null));

  const onClick = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.closest<HTMLElement>('[data-id]')?.dataset.id;
    if (id === undefined || target?.closest('a')) return;
    if (event.shiftKey) onPick(id, 'range');
    else if (event.ctrlKey || event.metaKey || target?.closest('[data-check]')) onPick(id, 'toggle');
    else onPick(id, 'only');
  };
  const onDoubleClick = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.closest('[data-check]') ? undefined : target?.closest<HTMLElement>('[data-id]')?.dataset.id;
    if (id !== undefined) go(hostPath(id));
  };

  return (
    <TipArea tipFor={tipFor} className={classes.area ?? ''} handle={tips}>
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label="Hosts"
        aria-rowcount={items.length + 1}
        aria-colcount={shownColumns.length + 1}
        aria-multiselectable="true"
        aria-activedescendant={active}
        className={classes.grid}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onPointerMove={arrangement.holdStill}
      >
        <TableHead
          table={arrangement.table}
          columns={shownColumns}
          chosen={selection.chosen.size}
          all={arrangement.order.length}
          onChooseAll={props.onChooseAll}
        />
        {items.length === 0 ? props.empty : null}
        <div role="rowgroup" className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
          {lines.map(({ index, key, start }) => {
            const item = items[index];
            if (!item) return null;
            return item.kind === 'host' ? (
              <HostLine
                key={key}
                id={item.id}
                rowIndex={index + 2}
                top={start}
                columns={shownColumns}
                chosen={selection.chosen.has(item.id)}
                atCursor={selection.cursor === item.id}
                cell={selection.cursor === item.id ? cell : null}
              />
            ) : (
              <GroupLine
                key={key}
                item={item}
                rowIndex={index + 2}
                top={start}
                span={shownColumns.length + 1}
                folded={folded.has(item.key)}
                onFold={onFold}
              />
            );
          })}
        </div>
      </div>
    </TipArea>
  );
}

function keyOf(item: Arrangement['items'][number] | undefined): string {
  return item === undefined ? '' : item.kind === 'host' ? item.id : item.key;
}

function tipFor(element: HTMLElement): ReactNode | null {
  const id = element.closest<HTMLElement>('[data-id]')?.dataset.id;
  const column = element.dataset.tip ?? '';
  const row = id === undefined ? undefined : useFleet.getState().rows.get(id);
  const source = row && isColumnId(column) ? sourceOf(row, column) : null;
  return source ? <SourceTip source={source} /> : null;
}

/** Sets the columns' widths on the table as one grid template, so that a line carries no widths of its own. */
function useColumnWidths(scroller: RefObject<HTMLDivElement | null>, shown: readonly ColumnId[]): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const widths = (narrow: boolean) =>
      shown.map((id) => {
        const width = narrow ? columnLooks[id].narrow : columnLooks[id].width;
        return id === 'name' ? `minmax(${width}px, 1fr)` : `${width}px`;
      });
    const needed = shown.reduce((sum, id) => sum + columnLooks[id].width, 0);
    const setWidths = () => {
      const narrow = element.clientWidth < needed + 40;
      element.dataset.narrow = String(narrow);
      element.style.setProperty('--columns', `36px ${widths(narrow).join(' ')}`);
      element.style.setProperty(
        '--least',
        `${36 + shown.reduce((sum, id) => sum + (narrow ? columnLooks[id].narrow : columnLooks[id].width), 0)}px`,
      );
    };
    setWidths();
    const observer = new ResizeObserver(setWidths);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, shown]);
}
