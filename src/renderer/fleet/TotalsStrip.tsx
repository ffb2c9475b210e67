import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { HostState } from '../../shared/host-states.ts';
import { hostStates } from '../../shared/host-states.ts';
import { formatRatio } from '../../shared/units.ts';
import { formatUsedOf } from '../components/bytes-of.ts';
import { Figure, NoFigure } from '../components/Figure.tsx';
import { hostCount } from '../components/host-count.ts';
import { stateLooks } from '../components/host-states.ts';
import { StateIcon } from '../components/StateMark.tsx';
import { TipArea, tipText } from '../components/TipArea.tsx';
import classes from '../components/TotalsStrip.module.css';
import { shortOfMemoryFilter } from './figures.ts';
import { useFleet } from './store.ts';
import { totalsOf } from './totals.ts';
import { changeView, useView } from './view.ts';

/** The fleet in one line: hosts by state, memory in use, hosts that are short of it. Each part filters the table to what it counts. */
export function TotalsStrip(): ReactNode {
  const { byState, hosts, memoryUsed, memoryTotal, measured, short } = useFleet(
    useShallow((state) => {
      const totals = totalsOf(state.rows.values());
      return { ...totals, byState: hostStates.map((name) => totals.byState[name]).join(' ') };
    }),
  );
  const counts = byState.split(' ').map(Number);
  const ratio = memoryTotal > 0 ? memoryUsed / memoryTotal : 0;
  return (
    <section aria-label="Totals of the fleet">
      <TipArea tipFor={tipText} className={classes.strip ?? ''}>
        <div className={classes.states}>
          {hostStates.map((state, index) => (
            <StateCount key={state} state={state} count={counts[index] ?? 0} />
          ))}
        </div>
        <div
          className={classes.memory}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard can ask where the figure comes from
          tabIndex={0}
          data-tip={`Sum of MemTotal − MemAvailable over ${measured} of ${hostCount(hosts)} · /proc/meminfo of each`}
        >
          <span className={classes.label}>Memory used</span>
          <span className={classes.figures}>
            {measured === 0 ? <NoFigure why="No host has current figures" /> : <Figure text={formatUsedOf(memoryUsed, memoryTotal)} />}
            <span className={`hum-mono ${classes.ratio}`}>{measured === 0 ? '' : formatRatio(ratio)}</span>
          </span>
          <span className={classes.track} aria-hidden="true">
            <span className={classes.bar} style={{ width: `${(ratio * 100).toFixed(2)}%` }} />
          </span>
        </div>
        <FilterButton filter={shortOfMemoryFilter} count={short} tone="warn" title="Hosts that use 90 % of their memory or more">
          <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
            <path d="M7 2.2 12.4 11.6H1.6Z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
          </svg>
          Short of memory
        </FilterButton>
      </TipArea>
    </section>
  );
}

function StateCount({ state, count }: { readonly state: HostState; readonly count: number }): ReactNode {
  const { word, tone, meaning } = stateLooks[state];
  return (
    <FilterButton filter={`state:${state}`} count={count} tone={tone} title={meaning}>
      <StateIcon state={state} />
      {word}
    </FilterButton>
  );
}

function FilterButton(props: {
  readonly filter: string;
  readonly count: number;
  readonly tone: string;
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  const { filter, count, tone, title, children } = props;
  const active = useView((view) => view.filter.trim() === filter);
  return (
    <button
      type="button"
      className={classes.count}
      data-tone={tone}
      data-zero={(count === 0 && !active) || undefined}
      aria-pressed={active}
      data-tip={title}
      onClick={() => changeView(() => ({ filter: active ? '' : filter }))}
    >
      <span className={`hum-mono ${classes.number}`}>{count.toLocaleString('en')}</span>
      <span className={classes.word}>{children}</span>
    </button>
  );
}
