import { useComputedColorScheme } from '@mantine/core';
import { memo, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { ChartLegend } from './ChartLegend.tsx';
import classes from './chart.module.css';
import { valueLabel } from './chart-axis.ts';
import { chartData } from './chart-data.ts';
import type { ChartKind, ChartNote, ChartSample } from './chart-kind.ts';
import { type DrawnLevel, levelWords, noLevels } from './chart-levels.ts';
import { type ChartRange, chartOptions } from './chart-options.ts';

interface LiveChartProps {
  readonly kind: ChartKind;
  readonly samples: readonly ChartSample[];
  /** The right edge, epoch ms by the console's clock. */
  readonly now: number;
  /** How much of the past is shown, ms. */
  readonly span: number;
  /** Where the level line of the chart is, if it has one. */
  readonly level: number | null;
  readonly hostName: string;
  /** Where rules fire. */
  readonly levels?: readonly DrawnLevel[];
  readonly height: number;
  /** The one sentence that the chart comes to now; empty when unknown. */
  readonly headline: string;
  /** Why there is nothing to show, to stand in its place; null when there is. */
  readonly missing: string | null;
  /** What else is to be said of it, below the legend; its tip says where that comes from. */
  readonly note?: ChartNote | undefined;
  /** The figures are the last that were heard, not of now. */
  readonly old: boolean;
}

/** One live chart: its picture, and its legend with the value at the crosshair or, without one, the newest. */
export const LiveChart = memo(function LiveChart(props: LiveChartProps): ReactNode {
  const { kind, samples, now, span, level, hostName, height, headline, missing, note, old, levels = noLevels } = props;
  const [point, setPoint] = useState<number | null>(null);
  const data = useMemo(() => chartData(kind, samples, level), [kind, samples, level]);
  const newest = samples.at(-1);
  const pointedAt = point === null ? undefined : data.times[point];
  return (
    <figure className={classes.figure} data-old={old}>
      <figcaption className={classes.caption}>
        <h2 className={classes.title}>{kind.title}</h2>
        <span className={`hum-mono ${classes.headline}`}>{missing ? '' : headline}</span>
      </figcaption>
      {missing ? (
        <p className={classes.missing}>{missing}</p>
      ) : (
        <div className={classes.body}>
          <Plot
            kind={kind}
            data={data}
            now={now}
            span={span}
            height={height}
            onPoint={setPoint}
            levels={levels}
            label={`${kind.title}, last 15 minutes. ${headline}${levelWords(levels, (at) => valueLabel(kind.unit, at))}`}
          />
          <div>
            <ChartLegend
              kind={kind}
              figures={data.figures.map((column) => (point === null ? (column.at(-1) ?? null) : (column[point] ?? null)))}
              level={level}
              at={pointedAt === undefined ? (newest?.at ?? null) : pointedAt * 1000}
              showTime={point !== null || (old && newest !== undefined)}
              hostName={hostName}
            />
            {note === undefined ? null : (
              <ul className={classes.note} data-tip={note.tip}>
                {note.lines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
          </div>
        </div>
      )}
    </figure>
  );
});

interface PlotProps {
  readonly kind: ChartKind;
  readonly data: ReturnType<typeof chartData>;
  readonly now: number;
  readonly span: number;
  readonly height: number;
  readonly levels: readonly DrawnLevel[];
  readonly label: string;
  readonly onPoint: (index: number | null) => void;
}

function Plot({ kind, data, now, span, height, levels, label, onPoint }: PlotProps): ReactNode {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const range = useRef<ChartRange>({ from: 0, to: 1, top: 1, levels });
  const scheme = useComputedColorScheme('dark');

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the colours read from the style are
  useLayoutEffect(() => {
    const element = holder.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const plot = new uPlot(
      chartOptions({
        kind,
        width: Math.max(120, element.clientWidth),
        height,
        range: range.current,
        colour: (property) => style.getPropertyValue(property).trim(),
        onPoint,
      }),
      undefined,
      element,
    );
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(120, element.clientWidth), height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [kind, height, onPoint, scheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart made anew for another scheme needs its data again
  useEffect(() => {
    range.current.to = now / 1000;
    range.current.from = (now - span) / 1000;
    range.current.top = data.top;
    range.current.levels = levels;
    const empty = data.times.length === 0;
    const times = empty ? [range.current.to] : data.times;
    const columns = data.drawn.map((column) => (empty ? [null] : column));
    chart.current?.setData([times, ...columns]);
  }, [data, now, span, scheme, height, levels]);

  return <div ref={holder} role="img" aria-label={label} className={classes.plot} />;
}
