import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { ProblemText } from '../app/act.tsx';
import { domainPath, fleetPath, go } from '../app/paths.ts';
import { SourceTip } from '../components/SourceTip.tsx';
import { LineTable, type LineTableHandle } from '../components/table/LineTable.tsx';
import { useTableKeys } from '../components/table/use-table-keys.ts';
import { toggled } from '../components/toggled.ts';
import { useFleet } from '../fleet/store.ts';
import { columnLooks, isColumnId } from './columns.ts';
import { DomainHeat } from './DomainHeat.tsx';
import { DomainLine, lineOrCellId } from './DomainLine.tsx';
import { DomainSelection } from './DomainSelection.tsx';
import classes from './DomainsPage.module.css';
import { DomainsToolbar } from './DomainsToolbar.tsx';
import { HostHeading } from './HostHeading.tsx';
import { HostTroubles } from './HostTroubles.tsx';
import { sourceOf } from './sources.ts';
import { useFollowXen, useXen } from './store.ts';
import { TotalsLine } from './TotalsLine.tsx';
import { useArrangement, useDomainsByName } from './use-arrangement.ts';
import { usedTwice } from './use-used-twice.ts';
import { changeDomainsView } from './view.ts';

/** Every domain of the fleet. */
export function DomainsPage(): ReactNode {
  useFollowXen();
  const loaded = useXen((state) => state.loaded);
  const empty = useXen((state) => state.hosts.size === 0 && state.domains.size === 0);
  if (!loaded) return <Loading />;
  return empty ? <NoXen /> : <LoadedDomains />;
}

function LoadedDomains(): ReactNode {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const arrangement = useArrangement(folded);
  const byName = useDomainsByName();
  const table = useRef<LineTableHandle>(null);
  const filter = useRef<HTMLInputElement>(null);
  const domains = useXen.getState().domains;
  const { selection, cell, onPick, onChooseAll, clear } = useTableKeys({
    order: arrangement.order,
    columns: arrangement.shownColumns,
    table,
    filter,
    exists: (key) => domains.has(key),
    onOpen: open,
    clearFilter,
  });
  const onFold = useCallback((key: string) => setFolded((before) => toggled(before, key)), []);
  return (
    <div className={classes.page}>
      <h1 className="hum-unseen">VMs</h1>
      <TotalsLine />
      <div>
        <HostTroubles />
      </div>
      <DomainHeat byName={byName} matching={arrangement.matching} />
      <DomainsToolbar arrangement={arrangement} field={filter} onLeave={() => table.current?.focus()} />
      <LineTable
        label="VMs"
        chooseAllLabel="Select all VMs that are shown"
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
        Line={DomainLine}
        elementId={lineOrCellId}
        Heading={HostHeading}
        tipFor={tipFor}
        empty={<NothingMatches />}
      />
      <DomainSelection chosen={selection.chosen} onClear={clear} />
    </div>
  );
}

function open(key: string): void {
  const row = useXen.getState().domains.get(key);
  if (row) go(domainPath(row.host, key));
}

function clearFilter(): void {
  changeDomainsView({ filter: '' });
}

function tipFor(key: string, column: string): ReactNode | null {
  const state = useXen.getState();
  const row = state.domains.get(key);
  if (!row || !isColumnId(column)) return null;
  const host = useFleet.getState().rows.get(row.host)?.host;
  const domain = { ...row, hostName: host?.name ?? row.host, tags: host?.tags ?? [], twice: usedTwice(state).get(key) ?? [] };
  const source = sourceOf(domain, column);
  return source ? <SourceTip source={source} /> : null;
}

function Loading(): ReactNode {
  const problem = useXen((state) => state.problem);
  return (
    <div className={classes.nothing} aria-busy="true" role={problem ? 'alert' : 'status'}>
      {problem ? <ProblemText problem={problem} /> : <p>Asking for the VMs of the fleet…</p>}
    </div>
  );
}

/** No host has Xen, or none has said so yet. */
function NoXen(): ReactNode {
  const hosts = useFleet((state) => state.rows.size);
  const waiting = useFleet((state) => [...state.rows.values()].some(({ status }) => status.state === 'connecting'));
  return (
    <div className={classes.nothing}>
      <h1 className="hum-unseen">VMs</h1>
      <h2>{waiting ? 'No Xen host has answered yet' : 'No host of the fleet runs Xen'}</h2>
      <p>
        {hosts === 0
          ? 'Add a Xen host, and its VMs appear here by themselves.'
          : 'A host counts as a Xen host when Hum is connected to its dom0 and finds xl, xm or xe there. Nothing has to be installed.'}
      </p>
      <Button variant="default" size="compact-sm" h={28} onClick={() => go(fleetPath)}>
        Go to the fleet
      </Button>
    </div>
  );
}

function NothingMatches(): ReactNode {
  return (
    <div className={classes.nothing}>
      <p>No VM answers this filter.</p>
      <Button size="compact-sm" variant="default" onClick={clearFilter}>
        Clear the filter
      </Button>
    </div>
  );
}
