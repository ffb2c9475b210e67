// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the keyboard can ask each figure where it comes from; the legend is one tab stop
import type { ReactNode } from 'react';
import { visibleText } from '../../../shared/visible-text.ts';
import { clockDate, clockTime } from '../clock-time.ts';
import { rove } from '../rove.ts';
import classes from './chart.module.css';
import { valueLabel } from './chart-axis.ts';
import type { ChartKind, ChartSeries } from './chart-kind.ts';

interface ChartLegendProps {
  readonly kind: ChartKind;
  /** The value of each series at `at`. */
  readonly figures: readonly (number | null)[];
  /** Where the level line is. */
  readonly level: number | null;
  readonly at: number | null;
  /** Whether the values are of another time than now: the crosshair's, or the last one heard. */
  readonly showTime: boolean;
  readonly hostName: string;
  /** The figures may be of another day: the time is shown with its date. */
  readonly dated?: boolean;
}

/** What each line is, its value, and where the value comes from. The topmost layer stands first, as in the picture. */
export function ChartLegend({ kind, figures, level, at, showTime, hostName, dated = false }: ChartLegendProps): ReactNode {
  const time = dated ? clockDate : clockTime;
  const entries = kind.series.map((series, index) => ({ series, figure: figures[index] ?? null }));
  if (kind.stacked) entries.reverse();
  const where = `${visibleText(hostName, 80)}${at === null ? '' : `, ${time(at)}`}`;
  return (
    <dl className={classes.legend} onKeyDown={rove}>
      {entries.map(({ series, figure }, index) => (
        <div key={series.name} className={classes.entry} data-tip={`${series.source} · ${where}`} tabIndex={index === 0 ? 0 : -1}>
          <dt>
            <Swatch kind={kind} series={series} />
            {series.label}
          </dt>
          <dd className="hum-mono">{valueLabel(kind.unit, figure)}</dd>
        </div>
      ))}
      {kind.level ? (
        <div className={classes.entry} data-tip={`${kind.level.source} · ${visibleText(hostName, 80)}`} tabIndex={-1}>
          <dt>
            <span className={classes.swatchLevel} />
            {kind.level.label}
          </dt>
          <dd className="hum-mono">{level ?? '–'}</dd>
        </div>
      ) : null}
      <div className={classes.when} data-shown={showTime}>
        <dt>At</dt>
        <dd className="hum-mono">{at === null ? '–' : time(at)}</dd>
      </div>
    </dl>
  );
}

/** The mark of a series. Its colour is a class: a style attribute would need a hole in the content security policy. */
function Swatch({ kind, series }: { readonly kind: ChartKind; readonly series: ChartSeries }): ReactNode {
  const shape = series.dashed ? classes.swatchDashed : kind.stacked ? classes.swatchLayer : classes.swatchLine;
  return <span className={`${shape} ${classes[series.colour.slice('--'.length)]}`} />;
}
