import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { go, hostPath } from '../app/paths.ts';
import { toggled } from '../components/toggled.ts';
import type { ColumnId } from './columns.ts';
import classes from './FleetPage.module.css';
import type { FleetTableHandle } from './FleetTable.tsx';
import { FleetTable } from './FleetTable.tsx';
import { HeatStrip } from './HeatStrip.tsx';
import { LoadingFleet } from './LoadingFleet.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import type { Pick, Selection } from './selection.ts';
import { moved, noSelection, picked, pruned } from './selection.ts';
import { useFleet } from './store.ts';
import { Toolbar } from './Toolbar.tsx';
import { TotalsStrip } from './TotalsStrip.tsx';
import { useArrangement } from './use-arrangement.ts';
import { changeView, restoreView } from './view.ts';

/** The whole fleet at a glance. */
export function FleetPage(): ReactNode {
  const loaded = useFleet((state) => state.loaded);
  useEffect(restoreView, []);
  return loaded ? <LoadedFleet /> : <LoadingFleet />;
}

function LoadedFleet(): ReactNode {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const arrangement = useArrangement(folded);
  const { order } = arrangement;
  const [held, setSelection] = useState<Selection>(noSelection);
  /** The cell at the cursor that is asked where its figure comes from. */
  const [cell, setCell] = useState<ColumnId | null>(null);
  const rows = useFleet.getState().rows;
  const selection = pruned(held, (id) => rows.has(id));
  const table = useRef<FleetTableHandle>(null);
  const field = useRef<HTMLInputElement>(null);
  const latestOrder = useRef(order);
  useEffect(() => {
    latestOrder.current = order;
  });

  const onPick = useCallback((id: string, pick: Pick) => {
    setSelection((before) => picked(before, latestOrder.current, id, pick));
    setCell(null);
  }, []);
  const onFold = useCallback((key: string) => setFolded((before) => toggled(before, key)), []);
  const onChooseAll = useCallback(
    () =>
      setSelection((before) => {
        const all = latestOrder.current;
        return { ...before, chosen: new Set(before.chosen.size >= all.length ? [] : all) };
      }),
    [],
  );
  const move = (by: number, extend: boolean) => {
    const next = moved(selection, order, by, extend);
    setSelection(next);
    if (next.cursor !== null) table.current?.reveal(next.cursor);
    table.current?.focus();
  };
  const moveCell = (by: number) => {
    if (selection.cursor === null) move(1, false);
    setCell((before) => neighbourCell(arrangement.shownColumns, before, by));
    table.current?.focus();
  };
  const clear = () => setSelection((before) => ({ ...before, chosen: new Set(), anchor: null }));

  useKeys({
    '/': () => field.current?.select(),
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
    enter: (event) => openCursor(event, selection.cursor),
    'ctrl+a': onChooseAll,
    escape: () => {
      if (cell !== null) setCell(null);
      else if (selection.chosen.size > 0) clear();
      else changeView(() => ({ filter: '' }));
    },
  });

  return (
    <div className={classes.page}>
      <h1 className="hum-unseen">Fleet</h1>
      <TotalsStrip />
      <HeatStrip matching={arrangement.matching} />
      <Toolbar arrangement={arrangement} field={field} onLeave={() => table.current?.focus()} />
      <FleetTable
        arrangement={arrangement}
        selection={selection}
        cell={cell}
        folded={folded}
        onFold={onFold}
        onPick={onPick}
        onChooseAll={onChooseAll}
        handle={table}
        empty={<NothingMatches />}
      />
      <SelectionBar chosen={selection.chosen} onClear={clear} />
    </div>
  );
}

const pageOfLines = 16;

/** The column beside `from`; null, which is the line as a whole, stands before the first. */
function neighbourCell(columns: readonly ColumnId[], from: ColumnId | null, by: number): ColumnId | null {
  const at = from === null ? -1 : columns.indexOf(from);
  return columns[Math.min(columns.length - 1, at + by)] ?? null;
}

/** Enter on a button or a link is its own; elsewhere on the page it opens the host at the cursor. */
function openCursor(event: KeyboardEvent, cursor: string | null): void {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (target?.closest('button, a')) target.click();
  else if (cursor !== null) go(hostPath(cursor));
}

function NothingMatches(): ReactNode {
  return (
    <div className={classes.nothing}>
      <p>No host answers this filter.</p>
      <Button size="compact-sm" variant="default" onClick={() => changeView(() => ({ filter: '' }))}>
        Clear the filter
      </Button>
    </div>
  );
}
