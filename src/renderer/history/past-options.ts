import type uPlot from 'uplot';
import type { Column } from '../components/chart/chart-columns.ts';
import { type ChartLook, chartOptions } from '../components/chart/chart-options.ts';
import { aloneIn, peakOf } from './past-data.ts';
import { spanSplits, splitLabels } from './span.ts';

/** Between the least and the greatest of a point; a hex opacity. */
const bandOpacity = '40';
/** A drag shorter than this was a click, CSS pixels. */
const shortestDrag = 6;

/** uPlot's options for a chart of the past: as the live ones, with edges (past-data.ts), and a stretch can be chosen by dragging (`onSelect`, epoch seconds). */
export function pastOptions(look: ChartLook, onSelect: (from: number, to: number) => void): uPlot.Options {
  const options = chartOptions(look);
  const { kind, colour, range } = look;
  const [timeAxis = {}, ...axes] = options.axes ?? [];
  const dots = (stroke: string): uPlot.Series.Points => ({
    show: true,
    size: 4,
    stroke,
    fill: stroke,
    filter: (chart, series) => aloneIn((chart.data[series] ?? []) as Column),
  });
  const firstEdge = options.series.length;
  const lines = kind.series.map((series) => ({ stroke: colour(series.colour) }));
  const edges: uPlot.Series[] =
    peakOf(kind) === undefined
      ? kind.stacked
        ? []
        : lines.flatMap(({ stroke }) => [{ points: dots(stroke) }, { points: dots(stroke) }])
      : [{ points: dots(colour('--chart-line')), label: 'Peak', stroke: colour('--chart-line'), width: 1 }];
  const bands = kind.stacked
    ? []
    : lines.map(({ stroke }, index) => ({
        series: [firstEdge + index * 2, firstEdge + index * 2 + 1] as [number, number],
        fill: `${stroke}${bandOpacity}`,
      }));
  const withDots = (series: uPlot.Series, stroke: string | undefined): uPlot.Series =>
    stroke === undefined ? series : { ...series, points: dots(stroke) };
  return {
    ...options,
    cursor: {
      ...options.cursor,
      drag: { x: true, y: false, setScale: false },
      // Only the crosshair is shared: a drag in one chart is chosen there, once.
      sync: { key: 'page', scales: ['x', null], filters: { pub: (type) => type !== 'mousedown' && type !== 'mouseup' } },
    },
    axes: [{ ...timeAxis, splits: () => spanSplits(range.from, range.to), values: (_, splits) => splitLabels(splits) }, ...axes],
    series: [...options.series.map((series, index) => withDots(series, lines[index - 1]?.stroke)), ...edges],
    bands: [...(options.bands ?? []), ...bands],
    hooks: {
      ...options.hooks,
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < shortestDrag) return;
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onSelect(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
        },
      ],
    },
  };
}
