import { useComputedColorScheme } from '@mantine/core';
import { memo, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { HistoryRange } from '../../shared/contract/history.ts';
import { formatBytes, formatRatio } from '../../shared/units.ts';
import { ChartLegend } from '../components/chart/ChartLegend.tsx';
import classes from '../components/chart/chart.module.css';
import { valueLabel } from '../components/chart/chart-axis.ts';
import type { ChartKind } from '../components/chart/chart-kind.ts';
import { type DrawnLevel, levelWords } from '../components/chart/chart-levels.ts';
import type { ChartRange } from '../components/chart/chart-options.ts';
import { clockDate } from '../components/clock-time.ts';
import { pastData, peakIn, peakOf, valueAt } from './past-data.ts';
import { pastOptions } from './past-options.ts';

interface PastChartProps {
  readonly kind: ChartKind;
  readonly range: HistoryRange;
  /** Of the host that is compared with, if there is one. */
  readonly compared: HistoryRange | null;
  readonly level: number | null;
  /** Where rules fire. */
  readonly levels: readonly DrawnLevel[];
  readonly hostName: string;
  readonly height: number;
  /** A stretch was chosen by dragging, epoch ms. */
  readonly onSelect: (from: number, to: number) => void;
}

/** One chart of the past, with its legend: the averages under the crosshair, or the last ones. */
export const PastChart = memo(function PastChart(props: PastChartProps): ReactNode {
  const { kind, range, compared, level, levels, hostName, height, onSelect } = props;
  const [point, setPoint] = useState<number | null>(null);
  const data = useMemo(() => pastData(kind, range, compared, level), [kind, range, compared, level]);
  const shown = Math.min(point ?? data.times.length - 1, data.times.length - 1);
  const at = data.times[shown];
  const empty = data.figures.every((column) => column.every((value) => value == null));
  const headline = pastHeadline(kind, range);
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <h2 className={classes.title}>{kind.title}</h2>
        <span className={`hum-mono ${classes.headline}`}>{headline}</span>
      </figcaption>
      {empty ? (
        <p className={classes.missing}>
          {kind.id === 'network'
            ? 'The network is read only while the page of the host is open.'
            : 'Nothing of this was kept in this range.'}
        </p>
      ) : (
        <div className={classes.body}>
          <Picture
            kind={kind}
            data={data}
            range={range}
            height={height}
            levels={levels}
            label={`${kind.title}. ${headline}${levelWords(levels, (value) => valueLabel(kind.unit, value))}`}
            onPoint={setPoint}
            onSelect={onSelect}
          />
          <ChartLegend
            kind={kind}
            figures={data.figures.map((column) => valueAt(column, shown))}
            level={level}
            at={at === undefined ? null : at * 1000}
            showTime={at !== undefined}
            hostName={hostName}
            dated={range.to - range.from > datedMs}
          />
        </div>
      )}
    </figure>
  );
});

/** Within this much the time of day says enough. */
const datedMs = 6 * 3_600_000;

/** What the range comes to: the peak of what matters most in it, and when it was. */
function pastHeadline(kind: ChartKind, range: HistoryRange): string {
  const name = peakOf(kind) ?? (kind.series[0]?.name as 'load1' | undefined);
  const peak = name === undefined ? null : peakIn(range, name);
  if (peak === null) return '';
  const total = kind.id === 'memory' ? peakIn(range, 'memoryTotal')?.value : undefined;
  const value = total ? `${formatBytes(peak.value)} used, ${formatRatio(peak.value / total)}` : valueLabel(kind.unit, peak.value);
  return `peak ${value} at ${clockDate(peak.at)}`;
}

interface PictureProps {
  readonly kind: ChartKind;
  readonly data: ReturnType<typeof pastData>;
  readonly range: HistoryRange;
  readonly levels: readonly DrawnLevel[];
  readonly height: number;
  readonly label: string;
  readonly onPoint: (index: number | null) => void;
  readonly onSelect: (from: number, to: number) => void;
}

function Picture({ kind, data, range: { from, to }, levels, height, label, onPoint, onSelect }: PictureProps): ReactNode {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const range = useRef<ChartRange>({ from: 0, to: 1, top: 1, levels });
  const scheme = useComputedColorScheme('dark');

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the colours read from the style are
  useLayoutEffect(() => {
    const element = holder.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const width = () => Math.max(120, element.clientWidth);
    const look = {
      kind,
      width: width(),
      height,
      range: range.current,
      colour: (property: string) => style.getPropertyValue(property).trim(),
      onPoint,
    };
    const plot = new uPlot(
      pastOptions(look, (first, last) => onSelect(first * 1000, last * 1000)),
      undefined,
      element,
    );
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: width(), height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [kind, height, onPoint, onSelect, scheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart made anew needs its data again
  useEffect(() => {
    Object.assign(range.current, { from: from / 1000, to: to / 1000, top: data.top, levels });
    const empty = data.times.length === 0;
    chart.current?.setData([empty ? [range.current.to] : data.times, ...data.drawn.map((column) => (empty ? [null] : column))]);
  }, [data, from, to, scheme, height, kind, onSelect, levels]);

  return <div ref={holder} role="img" aria-label={label} className={classes.plot} />;
}
