import { type ReactNode, useEffect, useMemo } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { useKeys } from '../app/keys.ts';
import { domainsPath, go } from '../app/paths.ts';
import { LiveChart } from '../components/chart/LiveChart.tsx';
import { shownMs } from '../components/chart/sample-window.ts';
import { EventList } from '../components/EventList.tsx';
import { TipArea, tipText } from '../components/TipArea.tsx';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow, useFleetRow } from '../fleet/store.ts';
import { ConfigSection } from './ConfigSection.tsx';
import { DomainAbsent } from './DomainAbsent.tsx';
import { DomainFactsList } from './DomainFactsList.tsx';
import { DomainHeader } from './DomainHeader.tsx';
import classes from './domain.module.css';
import { chartSample, domainCharts, domainHeadline, domainMissing } from './domain-charts.ts';
import type { DomainDetail } from './domain-detail.ts';
import { oldAfterMs } from './figures.ts';
import { toldAt, useDomain, useFollowXen, useXen } from './store.ts';
import { useDomainDetail } from './use-domain-detail.ts';

/** Everything about one domain, live. `domain` is its key. */
export function DomainPage({ host, domain }: { readonly host: string; readonly domain: string }): ReactNode {
  useFollowXen();
  const loaded = useXen((state) => state.loaded);
  const listed = useDomain(domain);
  const { detail, problem } = useDomainDetail(host, domain, listed !== undefined);
  useKeys({ u: () => go(domainsPath), escape: () => go(domainsPath) });
  const row = listed ?? detail?.row;
  useTitle(row?.name);
  if (row === undefined)
    return loaded ? (
      <DomainAbsent name={domain.slice(host.length + 1)} wasThere={false} />
    ) : (
      <div className={classes.page} aria-busy="true" />
    );
  if (listed === undefined) return <DomainAbsent name={row.name} wasThere />;
  return (
    <TipArea tipFor={tipText} className={classes.page ?? ''}>
      <DomainHeader row={row} streamProblem={problem} />
      <Charts row={row} detail={detail} />
      <div className={classes.columns}>
        <DomainFactsList row={row} />
        <EventList events={detail?.events ?? null} />
      </div>
      <ConfigSection row={row} />
    </TipArea>
  );
}

const height = 152;
const noSamples: DomainDetail['samples'] = [];

function Charts({ row, detail }: { readonly row: DomainRow; readonly detail: DomainDetail | null }): ReactNode {
  const clock = useEachSecond(() => Math.ceil(consoleNow() / 1000) * 1000);
  const host = useFleetRow(row.host);
  const samples = detail?.samples ?? noSamples;
  const { memoryMax } = row.facts;
  const drawn = useMemo(() => samples.map((sample) => chartSample(sample, memoryMax)), [samples, memoryMax]);
  const newest = samples.at(-1)?.at ?? 0;
  const now = clock - newest < 4000 ? newest : clock;
  if (row.load.id === null && !samples.some((sample) => sample.id !== null)) {
    return <p className={classes.noCharts}>Nothing is measured while it is off. The charts begin when it is started.</p>;
  }
  return (
    <section className={classes.charts} aria-label="Charts of the last 15 minutes">
      {domainCharts.map((kind) => (
        <LiveChart
          key={kind.id}
          kind={kind}
          samples={drawn}
          now={now}
          span={shownMs(samples[0]?.at, now)}
          level={null}
          hostName={host?.host.name ?? row.host}
          height={height}
          headline={domainHeadline(kind.id, row)}
          missing={domainMissing(kind.id, row, samples)}
          old={row.load.id === null || host?.status.state !== 'online' || clock - toldAt(row.host) > oldAfterMs}
        />
      ))}
    </section>
  );
}

function useTitle(name: string | undefined): void {
  useEffect(() => {
    if (name === undefined) return undefined;
    const before = document.title;
    document.title = `${visibleText(name, 80)} · Hum`;
    return () => {
      document.title = before;
    };
  }, [name]);
}
