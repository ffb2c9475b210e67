import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SeriesName } from '../../shared/contract/fleet.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act, ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { useKeys } from '../app/keys.ts';
import type { ChartKind } from '../components/chart/chart-kind.ts';
import type { DrawnLevel } from '../components/chart/chart-levels.ts';
import { downloadBlob, downloadText } from '../components/download.ts';
import { consoleNow, useFleetRow } from '../fleet/store.ts';
import { PastChart } from './PastChart.tsx';
import classes from './past.module.css';
import { rangeCsv, withCompared } from './past-data.ts';
import { chartsPicture } from './picture.ts';
import { PastTools, RangeChooser } from './RangeBar.tsx';
import { customSpan, exportName, type Preset, panned, presetSpan, refreshMs, type Span, spanName, zoomed } from './span.ts';
import { usePast } from './use-past.ts';

interface PastChartsProps {
  readonly host: string;
  readonly hostName: string;
  readonly kinds: readonly ChartKind<SeriesName>[];
  readonly cores: number | null;
  /** Where rules fire, in each chart. */
  readonly levelsOf: (kind: ChartKind) => readonly DrawnLevel[];
  /** The stylesheet's class of a section of charts: the first is wide. */
  readonly chartsClass: string;
  readonly live: ReactNode;
}

/** The charts of a host: live, as `live` draws them, or of a stretch of the past. */
export function HostCharts(props: PastChartsProps): ReactNode {
  /** The stretches that were shown, the newest last; empty while the charts are live. */
  const [spans, setSpans] = useState<readonly Span[]>([]);
  const span = spans.at(-1) ?? null;
  const choose = (preset: Preset | null) =>
    setSpans((before) => (preset === null ? [] : keptSpans(before, presetSpan(preset, consoleNow()))));
  const chooser = <RangeChooser span={span} onChoose={choose} />;
  if (span !== null) return <PastCharts {...props} chooser={chooser} span={span} spans={spans} setSpans={setSpans} />;
  return (
    <>
      <div className={classes.bar}>{chooser}</div>
      {props.live}
    </>
  );
}

/** More steps back than this nobody takes. */
const mostSpans = 50;
const keptSpans = (before: readonly Span[], next: Span) => [...before, next].slice(-mostSpans);

interface ShownPastProps extends PastChartsProps {
  readonly chooser: ReactNode;
  readonly span: Span;
  readonly spans: readonly Span[];
  readonly setSpans: (change: (before: readonly Span[]) => readonly Span[]) => void;
}

function PastCharts({ host, hostName, kinds, cores, levelsOf, chartsClass, chooser, span, spans, setSpans }: ShownPastProps): ReactNode {
  const [other, setOther] = useState<string | null>(null);
  const section = useRef<HTMLElement>(null);
  const widths = usePlotWidths(section);
  const { past, problem } = usePast({ host, span, other, widths });
  const otherName = useFleetRow(other ?? '')?.host.name ?? null;
  const shownKinds = useMemo(
    () => kinds.map((kind) => (kind.id === 'memory' && otherName !== null ? withCompared(kind, visibleText(otherName, 24)) : kind)),
    [kinds, otherName],
  );

  const go = useCallback((next: (span: Span, now: number) => Span) => setSpans((before) => withNext(before, next)), [setSpans]);
  const select = useCallback((from: number, to: number) => go((_, now) => customSpan(from, to, now)), [go]);
  const pan = (direction: -1 | 1) => go((shown, now) => panned(shown, direction, now));
  const zoom = (how: 'in' | 'out') => go((shown, now) => zoomed(shown, how, now));
  const back = () => setSpans((before) => (before.length > 1 ? before.slice(0, -1) : before));
  useKeys({ arrowleft: () => pan(-1), arrowright: () => pan(1), '+': () => zoom('in'), '-': () => zoom('out'), backspace: back });

  // A stretch that ends at the present goes along with it.
  const { preset } = span;
  const every = refreshMs(span);
  useEffect(() => {
    if (preset === null) return undefined;
    const timer = setInterval(() => setSpans((before) => [...before.slice(0, -1), presetSpan(preset, consoleNow())]), every);
    return () => clearInterval(timer);
  }, [preset, every, setSpans]);

  const exportCsv = () =>
    act({
      doing: 'Exporting the history',
      run: async () => {
        const range = await client.history.range({ host, from: span.from, to: span.to, points: csvPoints });
        downloadText(exportName(hostName, span, 'csv'), rangeCsv(range), 'text/csv');
        return range.at.length;
      },
      done: (points) => `${points.toLocaleString('en')} points were exported.`,
    });
  const exportPng = () =>
    act({
      doing: 'Making the picture',
      run: async () => {
        if (section.current === null) return;
        const blob = await chartsPicture(section.current, `${visibleText(hostName, 120)}, ${spanName(span)}`);
        downloadBlob(exportName(hostName, span, 'png'), blob);
      },
      done: () => 'The charts were saved as a picture.',
    });

  const nothing = past !== null && past.wide.at.length === 0;
  return (
    <>
      <div className={classes.bar}>
        {chooser}
        <PastTools
          host={host}
          span={span}
          other={other}
          canGoBack={spans.length > 1}
          canExport={past !== null && !nothing}
          onOther={setOther}
          onPan={pan}
          onZoom={zoom}
          onBack={back}
          onCsv={() => void exportCsv()}
          onPng={() => void exportPng()}
        />
      </div>
      {problem === null ? null : (
        <div role="status" className={classes.problem}>
          <ProblemText problem={problem} />
        </div>
      )}
      {nothing ? (
        <p className={classes.nothing}>Nothing was kept of this host in this range. Hum keeps what it samples while it runs.</p>
      ) : null}
      <section
        ref={section}
        className={`${chartsClass} ${classes.section}`}
        aria-label={`Charts of ${spanName(span)}`}
        aria-busy={past === null}
        hidden={nothing}
      >
        {past === null
          ? null
          : shownKinds.map((kind, index) => (
              <PastChart
                key={kind.id}
                kind={kind}
                range={index === 0 ? past.wide : past.narrow}
                compared={index === 0 ? past.compared : null}
                level={cores}
                levels={levelsOf(kind)}
                hostName={hostName}
                height={index === 0 ? wideHeight : height}
                onSelect={select}
              />
            ))}
      </section>
    </>
  );
}

const csvPoints = 4000;
const wideHeight = 216;
const height = 168;

function withNext(before: readonly Span[], next: (span: Span, now: number) => Span): readonly Span[] {
  const shown = before.at(-1);
  return shown === undefined ? before : keptSpans(before, next(shown, consoleNow()));
}

/** The legend and its distance, and the axis (chart.module.css, chart-options.ts). */
const besidePlot = 196 + 16 + 80;
const leastPoints = 100;
const mostPoints = 4000;

/** How many pixels the plots of the wide and the narrow charts have, so that no more points are asked for; in steps, so that no hair's breadth reads anew. */
function usePlotWidths(section: { readonly current: HTMLElement | null }): { readonly wide: number; readonly narrow: number } | null {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = section.current;
    if (element === null) return undefined;
    const measure = () => {
      // While nothing is there to be shown the section has no width.
      if (element.clientWidth > 0) setWidth(Math.ceil(element.clientWidth / 20) * 20);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [section]);
  return useMemo(() => {
    if (width === 0) return null;
    const points = (pixels: number) => Math.max(leastPoints, Math.min(mostPoints, Math.round(pixels - besidePlot)));
    const columns = width >= 850 ? 2 : 1;
    return { wide: points(width), narrow: points((width - 40 * (columns - 1)) / columns) };
  }, [width]);
}
