import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { formatRatio } from '../../shared/units.ts';
import { formatUsedOf } from '../components/bytes-of.ts';
import { Figure, NoFigure } from '../components/Figure.tsx';
import { hostCount } from '../components/host-count.ts';
import { TipArea, tipText } from '../components/TipArea.tsx';
import classes from '../components/TotalsStrip.module.css';
import { chipMeanings, chips } from './chips.ts';
import { DomainStateIcon } from './DomainStateMark.tsx';
import own from './DomainsPage.module.css';
import { domainStateLooks, domainStatesByUrgency } from './domain-states.ts';
import { useXen } from './store.ts';
import { type DomainTotals, domainTotals } from './totals.ts';
import { usedTwice } from './use-used-twice.ts';
import { changeDomainsView, useDomainsView } from './view.ts';

const statesInOrder = [...domainStatesByUrgency].sort((left, right) => rank(left) - rank(right));

/** What is well stands first, as on the page of the fleet. */
function rank(state: (typeof domainStatesByUrgency)[number]): number {
  return ['running', 'idle', 'paused', 'off', 'shut-down', 'dying', 'crashed'].indexOf(state);
}

/** All domains in one line: by state, the memory of their hosts; below, what is worth finding. Each part filters the table to what it counts. */
export function TotalsLine(): ReactNode {
  const shape = useXen((state) => state.shape);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when a domain or its state changed
  const totals = useMemo(() => {
    const state = useXen.getState();
    return domainTotals(state.domains.values(), state.hosts.values(), usedTwice(state));
  }, [shape]);
  return (
    <section aria-label="Totals of the VMs">
      <TipArea tipFor={tipText} className={classes.strip ?? ''}>
        <div className={classes.states}>
          {statesInOrder.map((state) => (
            <Count
              key={state}
              filter={`state:${state}`}
              count={totals.byState[state]}
              tone={domainStateLooks[state].tone}
              tip={domainStateLooks[state].meaning}
            >
              <DomainStateIcon state={state} />
              {domainStateLooks[state].word}
            </Count>
          ))}
        </div>
        <HostMemory totals={totals} />
      </TipArea>
      <TipArea tipFor={tipText} className={own.chips ?? ''}>
        {chips.map(({ id, label, filter, tone }) => (
          <Chip key={id} label={label} filter={filter} tone={tone} count={totals.byChip[id]} tip={chipMeanings[id]} />
        ))}
      </TipArea>
    </section>
  );
}

function HostMemory({ totals: { hosts, memoryFree, memoryTotal, memory } }: { readonly totals: DomainTotals }): ReactNode {
  const ratio = memoryTotal > 0 ? (memoryTotal - memoryFree) / memoryTotal : 0;
  return (
    <div
      className={classes.memory}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard can ask where the figure comes from
      tabIndex={0}
      data-tip={`Sum over ${hostCount(hosts)}: total_memory − free_memory of xl info. VMs hold ${formatUsedOf(memory, memoryTotal)}.`}
    >
      <span className={classes.label}>Memory given out</span>
      <span className={classes.figures}>
        {hosts === 0 ? <NoFigure why="No Xen host has answered" /> : <Figure text={formatUsedOf(memoryTotal - memoryFree, memoryTotal)} />}
        <span className={`hum-mono ${classes.ratio}`}>{hosts === 0 ? '' : formatRatio(ratio)}</span>
      </span>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.bar} style={{ width: `${(ratio * 100).toFixed(2)}%` }} />
      </span>
    </div>
  );
}

interface CountProps {
  readonly filter: string;
  readonly count: number;
  readonly tone: string;
  readonly tip: string;
  readonly children: ReactNode;
}

function Count({ filter, count, tone, tip, children }: CountProps): ReactNode {
  const active = useDomainsView((view) => view.filter.trim() === filter);
  return (
    <button
      type="button"
      className={classes.count}
      data-tone={tone}
      data-zero={(count === 0 && !active) || undefined}
      aria-pressed={active}
      data-tip={tip}
      onClick={() => changeDomainsView({ filter: active ? '' : filter })}
    >
      <span className={`hum-mono ${classes.number}`}>{count.toLocaleString('en')}</span>
      <span className={classes.word}>{children}</span>
    </button>
  );
}

function Chip({ label, filter, tone, count, tip }: Omit<CountProps, 'children'> & { readonly label: string }): ReactNode {
  const active = useDomainsView((view) => view.filter.trim() === filter);
  return (
    <button
      type="button"
      className={own.chip}
      data-tone={tone}
      data-zero={(count === 0 && !active) || undefined}
      aria-pressed={active}
      data-tip={tip}
      onClick={() => changeDomainsView({ filter: active ? '' : filter })}
    >
      {label} <span className="hum-mono">{count.toLocaleString('en')}</span>
    </button>
  );
}
