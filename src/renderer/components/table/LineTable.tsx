// biome-ignore-all lint/a11y/useSemanticElements: a table's elements cannot be laid out line by line; the ARIA grid pattern is used instead
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active line (aria-activedescendant)
// biome-ignore-all lint/a11y/useKeyWithClickEvents: keys are handled for the whole page (use-table-keys.ts)
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, type ReactNode, type RefObject, useEffect, useImperativeHandle, useRef } from 'react';
import { TipArea, type TipHandle } from '../TipArea.tsx';
import type { ColumnLooks } from './column-look.ts';
import { GroupLine } from './GroupLine.tsx';
import type { Item } from './items.ts';
import type { Pick, Selection } from './selection.ts';
import { type SortableTable, TableHead } from './TableHead.tsx';
import classes from './table.module.css';
import { useColumnWidths } from './use-column-widths.ts';

const lineHeight = 32;
const overscan = 8;

export interface LineTableHandle {
  focus(): void;
  reveal(id: string): void;
}

/** What one line of the table is drawn from. */
export interface LineProps<Column extends string> {
  readonly id: string;
  /** Counts from 1, the header among them (aria-rowindex). */
  readonly rowIndex: number;
  readonly top: number;
  readonly columns: readonly Column[];
  readonly chosen: boolean;
  readonly atCursor: boolean;
  /** The cell that the keyboard has gone to. */
  readonly cell: Column | null;
}

interface LineTableProps<Column extends string> {
  /** What the rows are: "Hosts". */
  readonly label: string;
  readonly chooseAllLabel: string;
  readonly items: readonly Item[];
  /** The rows among the items. */
  readonly order: readonly string[];
  readonly columns: readonly Column[];
  readonly looks: ColumnLooks;
  readonly table: SortableTable;
  readonly selection: Selection;
  /** The cell at the cursor that the keyboard has gone to, null for the whole line. */
  readonly cell: Column | null;
  readonly folded: ReadonlySet<string>;
  readonly onFold: (key: string) => void;
  readonly onPick: (id: string, pick: Pick) => void;
  readonly onChooseAll: () => void;
  readonly onOpen: (id: string) => void;
  /** The pointer moves over the lines. */
  readonly onPointerMove: () => void;
  readonly handle: RefObject<LineTableHandle | null>;
  /** A memoised component for a line; it reads its own row from its store. */
  readonly Line: (props: LineProps<Column>) => ReactNode;
  /** The id in the page of a line, or of a cell in it. */
  readonly elementId: (id: string, cell: Column | null) => string;
  /** The heading of a group: its words, and what it comes to. */
  readonly Heading: (props: { readonly name: string | null; readonly ids: readonly string[] }) => ReactNode;
  /** What a cell says when it is asked: the row's id, and the `data-tip` of the cell. */
  readonly tipFor: (id: string, cell: string) => ReactNode | null;
  /** Stands in the table's place when no line is left. */
  readonly empty: ReactNode;
}

/** Things line by line; only the lines in sight exist. */
export function LineTable<Column extends string>(props: LineTableProps<Column>): ReactNode {
  const { items, columns, selection, cell, folded, onPick, handle, Line, elementId } = props;
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
      const index = items.findIndex((item) => item.kind === 'row' && item.id === id);
      if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
    },
  }));
  useColumnWidths(scroller, columns, props.looks);
  const lines = virtualizer.getVirtualItems();
  const cursorShown = lines.some(({ index }) => keyOf(items[index]) === selection.cursor);
  const active = cursorShown && selection.cursor !== null ? elementId(selection.cursor, cell) : undefined;
  const tips = useRef<TipHandle>(null);
  // After each drawing: a line that was scrolled into view is there only now.
  useEffect(() => tips.current?.ask(cell !== null && active !== undefined ? document.getElementById(active) : null));

  const onClick = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const id = rowOf(target);
    if (id === undefined || target?.closest('a')) return;
    if (event.shiftKey) onPick(id, 'range');
    else if (event.ctrlKey || event.metaKey || target?.closest('[data-check]')) onPick(id, 'toggle');
    else onPick(id, 'only');
  };
  const onDoubleClick = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.closest('[data-check]') ? undefined : rowOf(target);
    if (id !== undefined) props.onOpen(id);
  };
  const tipFor = (element: HTMLElement) => {
    const id = rowOf(element);
    return id === undefined ? null : props.tipFor(id, element.dataset.tip ?? '');
  };

  return (
    <TipArea tipFor={tipFor} className={classes.area ?? ''} handle={tips}>
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={items.length + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-activedescendant={active}
        className={classes.grid}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        // Shift and a click choose lines; without this they would mark the text between them, too.
        onMouseDown={(event) => event.shiftKey && event.preventDefault()}
        onPointerMove={props.onPointerMove}
      >
        <TableHead
          table={props.table}
          columns={columns}
          looks={props.looks}
          chosen={selection.chosen.size}
          all={props.order.length}
          chooseAllLabel={props.chooseAllLabel}
          onChooseAll={props.onChooseAll}
        />
        {items.length === 0 ? props.empty : null}
        <div role="rowgroup" className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
          {lines.map(({ index, key, start }) => {
            const item = items[index];
            if (!item) return null;
            return item.kind === 'row' ? (
              <Line
                key={key}
                id={item.id}
                rowIndex={index + 2}
                top={start}
                columns={columns}
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
                span={columns.length + 1}
                folded={folded.has(item.key)}
                onFold={props.onFold}
                Heading={props.Heading}
              />
            );
          })}
        </div>
      </div>
    </TipArea>
  );
}

function rowOf(element: Element | null): string | undefined {
  return element?.closest<HTMLElement>('[data-id]')?.dataset.id;
}

function keyOf(item: Item | undefined): string {
  return item === undefined ? '' : item.kind === 'row' ? item.id : item.key;
}
