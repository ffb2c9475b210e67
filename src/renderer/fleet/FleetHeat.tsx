import { type ReactNode, useMemo } from 'react';
import { formatAge, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { go, hostPath } from '../app/paths.ts';
import { formatUsedOf } from '../components/bytes-of.ts';
import { compareNames } from '../components/compare-names.ts';
import { type HeatSource, HeatStrip } from '../components/heat/HeatStrip.tsx';
import classes from '../components/heat/HeatTip.module.css';
import { stateLooks } from '../components/host-states.ts';
import { StateMark } from '../components/StateMark.tsx';
import { memoryRatio } from './figures.ts';
import { heatCell } from './heat-cell.ts';
import type { FleetRow } from './rows.ts';
import { consoleNow, useFleet, useFleetRow } from './store.ts';

/** A cell for each host, by groups and then names. Those that the filter leaves out are faint. */
export function FleetHeat({ matching }: { readonly matching: ReadonlySet<string> }): ReactNode {
  const roster = useFleet((state) => state.roster);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `roster` says when hosts came, went or were edited
  const order = useMemo(() => stripOrder(useFleet.getState().rows.values()), [roster]);
  return <HeatStrip source={source} order={order} matching={matching} label={`Memory of ${order.length} hosts`} />;
}

const source: HeatSource<FleetRow> = {
  rowOf: (id) => useFleet.getState().rows.get(id),
  cellOf: heatCell,
  subscribe: (listener) => useFleet.subscribe(listener),
  open: (id) => go(hostPath(id)),
  Tip: HeatTip,
  wordsOf: heatWords,
};

function stripOrder(rows: Iterable<FleetRow>): readonly string[] {
  const byGroup = (row: FleetRow) => row.host.group ?? '\u{10ffff}';
  return [...rows]
    .sort((left, right) => compareNames(byGroup(left), byGroup(right)) || compareNames(left.host.name, right.host.name))
    .map((row) => row.id);
}

function HeatTip({ id }: { readonly id: string }): ReactNode {
  const row = useFleetRow(id);
  if (!row) return null;
  const { live, status } = row;
  return (
    <>
      <div className={classes.head}>
        <span className="hum-mono">{visibleText(row.host.name, 80)}</span>
        <StateMark state={status.state} />
      </div>
      {live ? (
        <div className={`hum-mono ${classes.aside}`}>
          {formatRatio(memoryRatio(live) ?? 0)} · {formatUsedOf(live.memoryUsed, live.memoryTotal)} ·{' '}
          {formatAge(consoleNow() - live.sampledAt)}
        </div>
      ) : null}
      {status.problem ? <div className={classes.aside}>{visibleText(status.problem.message, 160)}</div> : null}
    </>
  );
}

function heatWords(id: string): string {
  const row = useFleet.getState().rows.get(id);
  if (!row) return '';
  const ratio = memoryRatio(row.live);
  return `${visibleText(row.host.name, 80)}, ${stateLooks[row.status.state].word}${ratio === undefined ? '' : `, memory ${formatRatio(ratio)}`}`;
}
