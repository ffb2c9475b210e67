import { type ReactNode, useMemo } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import { formatBytes, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { domainPath, go } from '../app/paths.ts';
import { compareNames } from '../components/compare-names.ts';
import { type HeatSource, HeatStrip } from '../components/heat/HeatStrip.tsx';
import classes from '../components/heat/HeatTip.module.css';
import { useFleet, useFleetRow } from '../fleet/store.ts';
import { DomainStateMark } from './DomainStateMark.tsx';
import { domainHeat } from './domain-heat.ts';
import { domainStateLooks } from './domain-states.ts';
import { useDomain, useXen } from './store.ts';

/** A cell for each domain, host by host. Those that the filter leaves out are faint. */
export function DomainHeat({
  byName,
  matching,
}: {
  readonly byName: readonly string[];
  readonly matching: ReadonlySet<string>;
}): ReactNode {
  const hosts = useFleet((state) => state.roster);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `hosts` says when a host was renamed
  const order = useMemo(() => stripOrder(byName), [byName, hosts]);
  return <HeatStrip source={source} order={order} matching={matching} label={`CPU use of ${order.length} domains`} />;
}

const source: HeatSource<DomainRow> = {
  rowOf: (key) => useXen.getState().domains.get(key),
  cellOf: domainHeat,
  subscribe: (listener) => useXen.subscribe(listener),
  open: (key) => {
    const row = useXen.getState().domains.get(key);
    if (row) go(domainPath(row.host, key));
  },
  Tip: HeatTip,
  wordsOf,
};

/** By the names of the hosts; within a host the order stays as it was. Dom0 is left out. */
function stripOrder(byName: readonly string[]): readonly string[] {
  const { domains } = useXen.getState();
  const hosts = useFleet.getState().rows;
  const byHost = new Map<string, string[]>();
  for (const key of byName) {
    const row = domains.get(key);
    if (!row || row.facts.control) continue;
    const keys = byHost.get(row.host);
    if (keys) keys.push(key);
    else byHost.set(row.host, [key]);
  }
  const nameOf = (id: string) => hosts.get(id)?.host.name ?? id;
  return [...byHost].sort(([left], [right]) => compareNames(nameOf(left), nameOf(right))).flatMap(([, keys]) => keys);
}

function HeatTip({ id }: { readonly id: string }): ReactNode {
  const row = useDomain(id);
  const host = useFleetRow(row?.host ?? '');
  if (!row) return null;
  const { load } = row;
  return (
    <>
      <div className={classes.head}>
        <span className="hum-mono">{visibleText(row.name, 80)}</span>
        <DomainStateMark state={load.state} />
      </div>
      <div className={`hum-mono ${classes.aside}`}>
        {visibleText(host?.host.name ?? row.host, 80)}
        {load.id === null ? '' : ` · ${formatBytes(load.memory)}`}
        {load.cpuUsed === null ? '' : ` · CPU ${formatRatio(load.cpuUsed)}`}
      </div>
    </>
  );
}

function wordsOf(key: string): string {
  const row = useXen.getState().domains.get(key);
  if (!row) return '';
  const cpu = row.load.cpuUsed === null ? '' : `, CPU ${formatRatio(row.load.cpuUsed)}`;
  return `${visibleText(row.name, 80)}, ${domainStateLooks[row.load.state].word}${cpu}`;
}
