import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { go, hostPath } from '../app/paths.ts';
import { commandOn } from '../commands/composer.ts';
import { SourceTip } from '../components/SourceTip.tsx';
import { LineTable, type LineTableHandle } from '../components/table/LineTable.tsx';
import type { Selection } from '../components/table/selection.ts';
import { useTableKeys } from '../components/table/use-table-keys.ts';
import { toggled } from '../components/toggled.ts';
import { openShells } from '../terminals/dock-store.ts';
import { columnLooks, isColumnId } from './columns.ts';
import { FleetHeat } from './FleetHeat.tsx';
import classes from './FleetPage.module.css';
import { GroupHeading } from './GroupHeading.tsx';
import { HostLine, lineOrCellId } from './HostLine.tsx';
import { LoadingFleet } from './LoadingFleet.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { sourceOf } from './sources.ts';
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
  const table = useRef<LineTableHandle>(null);
  const filter = useRef<HTMLInputElement>(null);
  const rows = useFleet.getState().rows;
  const { selection, cell, onPick, onChooseAll, clear } = useTableKeys({
    order: arrangement.order,
    columns: arrangement.shownColumns,
    table,
    filter,
    exists: (id) => rows.has(id),
    onOpen: open,
    clearFilter,
  });
  useKeys({
    s: () => openShells(actedOn(selection)),
    c() {
      const hosts = actedOn(selection);
      if (hosts.length > 0) commandOn(hosts);
    },
  });
  const onFold = useCallback((key: string) => setFolded((before) => toggled(before, key)), []);

  return (
    <div className={classes.page}>
      <h1 className="hum-unseen">Fleet</h1>
      <TotalsStrip />
      <FleetHeat matching={arrangement.matching} />
      <Toolbar arrangement={arrangement} field={filter} onLeave={() => table.current?.focus()} />
      <LineTable
        label="Hosts"
        chooseAllLabel="Select all hosts that are shown"
        items={arrangement.items}
        order={arrangement.order}
        columns={arrangement.shownColumns}
        looks={columnLooks}
        table={arrangement.table}
        selection={selection}
        cell={cell}
        folded={folded}
        onFold={onFold}
        onPick={onPick}
        onChooseAll={onChooseAll}
        onOpen={open}
        onPointerMove={arrangement.holdStill}
        handle={table}
        Line={HostLine}
        elementId={lineOrCellId}
        Heading={GroupHeading}
        tipFor={tipFor}
        empty={<NothingMatches />}
      />
      <SelectionBar chosen={selection.chosen} onClear={clear} />
    </div>
  );
}

/** The hosts that are selected, or the one at the cursor. */
function actedOn({ chosen, cursor }: Selection): readonly string[] {
  if (chosen.size > 0) return [...chosen];
  return cursor === null ? [] : [cursor];
}

function open(id: string): void {
  go(hostPath(id));
}

function clearFilter(): void {
  changeView(() => ({ filter: '' }));
}

function tipFor(id: string, column: string): ReactNode | null {
  const row = useFleet.getState().rows.get(id);
  const source = row && isColumnId(column) ? sourceOf(row, column) : null;
  return source ? <SourceTip source={source} /> : null;
}

function NothingMatches(): ReactNode {
  return (
    <div className={classes.nothing}>
      <p>No host answers this filter.</p>
      <Button size="compact-sm" variant="default" onClick={clearFilter}>
        Clear the filter
      </Button>
    </div>
  );
}
