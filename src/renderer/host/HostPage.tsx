import { type ReactNode, useEffect } from 'react';
import type { HostState } from '../../shared/contract/fleet.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { ChartKind } from '../components/chart/chart-kind.ts';
import type { DrawnLevel } from '../components/chart/chart-levels.ts';
import { LiveChart } from '../components/chart/LiveChart.tsx';
import { shownMs } from '../components/chart/sample-window.ts';
import { EventList } from '../components/EventList.tsx';
import { TipArea, tipText } from '../components/TipArea.tsx';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow, useFleet, useFleetRow } from '../fleet/store.ts';
import { HostCharts } from '../history/HostCharts.tsx';
import { useChartLevels } from '../incidents/use-chart-levels.ts';
import { HostXen } from '../xen/HostXen.tsx';
import { chartHeadline } from './chart-headline.ts';
import { chartKinds, fullestDisk, pastChartKinds } from './chart-kinds.ts';
import { Facts } from './Facts.tsx';
import { FileSystems } from './FileSystems.tsx';
import { HostAbsent } from './HostAbsent.tsx';
import { HostHeader } from './HostHeader.tsx';
import classes from './host.module.css';
import type { HostDetail } from './host-detail.ts';
import { interfacesNote } from './interfaces-note.ts';
import { missingFigures, noSamplesText } from './missing-figures.ts';
import { Processes } from './Processes.tsx';
import { SshConfig } from './SshConfig.tsx';
import { useHostDetail } from './use-host-detail.ts';
import { useHostKeys } from './use-host-keys.ts';

/** Everything about one host, live. The address of the page names it: `#/hosts/<id>`. */
export function HostPage({ id }: { readonly id: string }): ReactNode {
  const loaded = useFleet((state) => state.loaded);
  const row = useFleetRow(id);
  const { detail, problem } = useHostDetail(id, row !== undefined);
  useHostKeys(id);
  const levelsOf = useChartLevels(id, pastChartKinds);
  const name = row?.host.name ?? detail?.row.host.name;
  useTitle(name);

  if (loaded && !row) return <HostAbsent name={detail?.row.host.name ?? null} />;
  if (!row) return <div className={classes.page} aria-busy="true" />;
  const online = row.status.state === 'online';
  return (
    <TipArea tipFor={tipText} className={classes.page ?? ''}>
      <HostHeader row={row} streamProblem={problem} />
      <HostCharts
        key={id}
        host={id}
        hostName={row.host.name}
        kinds={pastChartKinds}
        cores={detail?.facts?.cores ?? detail?.row.live?.cores ?? null}
        levelsOf={levelsOf}
        chartsClass={classes.charts ?? ''}
        live={<Charts levelsOf={levelsOf} detail={detail} hostName={row.host.name} state={row.status.state} />}
      />
      <HostXen host={id} />
      <div className={classes.columns}>
        <div>
          <Processes id={id} hostName={row.host.name} online={online} />
          <FileSystems disks={detail?.disks ?? null} levels={levelsOf(fullestDisk)} online={online} />
        </div>
        <div>
          <Facts facts={detail?.facts ?? null} online={online} />
          {row.host.sshAlias === undefined ? null : <SshConfig id={id} />}
          <EventList events={detail?.events ?? null} />
        </div>
      </div>
    </TipArea>
  );
}

interface ChartsProps {
  readonly detail: HostDetail | null;
  readonly hostName: string;
  readonly state: HostState;
  readonly levelsOf: (kind: ChartKind) => readonly DrawnLevel[];
}

function Charts({ detail, hostName, state, levelsOf }: ChartsProps): ReactNode {
  const clock = useEachSecond(() => Math.ceil(consoleNow() / 1000) * 1000);
  const samples = detail?.samples ?? noSamples;
  // While samples come each second they move the charts; the clock would only draw them a second time.
  const newest = samples.at(-1)?.at ?? 0;
  const now = clock - newest < 3000 ? newest : clock;
  const span = shownMs(samples[0]?.at, now);
  const cores = detail?.facts?.cores ?? detail?.row.live?.cores ?? null;
  const nothing = detail !== null && samples.length === 0 ? noSamplesText(state) : null;
  if (nothing !== null) return <p className={classes.noCharts}>{nothing}</p>;
  return (
    <section className={classes.charts} aria-label="Charts of the last 15 minutes">
      {chartKinds.map((kind, index) => (
        <LiveChart
          key={kind.id}
          kind={kind}
          samples={samples}
          now={now}
          span={span}
          level={cores}
          levels={levelsOf(kind)}
          hostName={hostName}
          height={index === 0 ? wideHeight : height}
          headline={chartHeadline(kind, samples.at(-1), cores)}
          missing={missingFigures(kind, samples)}
          note={kind.id === 'network' && state === 'online' ? interfacesNote(detail?.interfaces ?? null) : undefined}
          old={state !== 'online'}
        />
      ))}
    </section>
  );
}

const noSamples: HostDetail['samples'] = [];
const wideHeight = 216;
const height = 168;

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
