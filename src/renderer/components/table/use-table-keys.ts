import type { RefObject } from 'react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useKeys } from '../../app/keys.ts';
import type { LineTableHandle } from './LineTable.tsx';
import type { Pick, Selection } from './selection.ts';
import { moved, noSelection, picked, pruned } from './selection.ts';

interface TableKeysOptions<Column extends string> {
  /** The rows that are shown, from top to bottom. */
  readonly order: readonly string[];
  readonly columns: readonly Column[];
  readonly table: RefObject<LineTableHandle | null>;
  readonly filter: RefObject<HTMLInputElement | null>;
  readonly exists: (id: string) => boolean;
  readonly onOpen: (id: string) => void;
  readonly clearFilter: () => void;
}

interface TableKeys<Column extends string> {
  readonly selection: Selection;
  /** The cell at the cursor that is asked where its figure comes from. */
  readonly cell: Column | null;
  readonly onPick: (id: string, pick: Pick) => void;
  readonly onChooseAll: () => void;
  readonly clear: () => void;
}

const pageOfLines = 16;

/** The selection of a page that is a table, and the keys that move in it. */
export function useTableKeys<Column extends string>(options: TableKeysOptions<Column>): TableKeys<Column> {
  const { order, columns, table, filter, onOpen } = options;
  const [held, setSelection] = useState<Selection>(noSelection);
  const [cell, setCell] = useState<Column | null>(null);
  const selection = pruned(held, options.exists);
  const latestOrder = useRef(order);
  useEffect(() => {
    latestOrder.current = order;
  });

  const onPick = useCallback((id: string, pick: Pick) => {
    setSelection((before) => picked(before, latestOrder.current, id, pick));
    setCell(null);
  }, []);
  const onChooseAll = useCallback(
    () =>
      setSelection((before) => {
        const all = latestOrder.current;
        return { ...before, chosen: new Set(before.chosen.size >= all.length ? [] : all) };
      }),
    [],
  );
  const clear = useCallback(() => setSelection((before) => ({ ...before, chosen: new Set(), anchor: null })), []);
  const move = (by: number, extend: boolean) => {
    const next = moved(selection, order, by, extend);
    setSelection(next);
    if (next.cursor !== null) table.current?.reveal(next.cursor);
    table.current?.focus();
  };
  const moveCell = (by: number) => {
    if (selection.cursor === null) move(1, false);
    setCell((before) => neighbourCell(columns, before, by));
    table.current?.focus();
  };

  useKeys({
    '/': () => filter.current?.select(),
    j: () => move(1, false),
    k: () => move(-1, false),
    'shift+j': () => move(1, true),
    'shift+k': () => move(-1, true),
    arrowdown: (event) => move(1, event.shiftKey),
    arrowup: (event) => move(-1, event.shiftKey),
    arrowright: () => moveCell(1),
    arrowleft: () => moveCell(-1),
    pagedown: (event) => move(pageOfLines, event.shiftKey),
    pageup: (event) => move(-pageOfLines, event.shiftKey),
    home: (event) => move(-order.length, event.shiftKey),
    end: (event) => move(order.length, event.shiftKey),
    x: () => selection.cursor !== null && onPick(selection.cursor, 'toggle'),
    enter: (event) => openCursor(event, selection.cursor, onOpen),
    'ctrl+a': onChooseAll,
    escape: () => {
      if (cell !== null) setCell(null);
      else if (selection.chosen.size > 0) clear();
      else options.clearFilter();
    },
  });

  return { selection, cell, onPick, onChooseAll, clear };
}

/** The column beside `from`; null, which is the line as a whole, stands before the first. */
function neighbourCell<Column extends string>(columns: readonly Column[], from: Column | null, by: number): Column | null {
  const at = from === null ? -1 : columns.indexOf(from);
  return columns[Math.min(columns.length - 1, at + by)] ?? null;
}

/** Enter on a button or a link is its own; elsewhere on the page it opens the row at the cursor. */
function openCursor(event: KeyboardEvent, cursor: string | null, onOpen: (id: string) => void): void {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (target?.closest('button, a')) target.click();
  else if (cursor !== null) onOpen(cursor);
}
