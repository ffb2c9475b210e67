import type { ReactNode } from 'react';
import { trendStepMs } from '../../shared/trend.ts';
import { formatAge, formatBytes, formatDuration, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostPath } from '../app/paths.ts';
import { formatUsedOf } from '../components/bytes-of.ts';
import { Figure, NoFigure } from '../components/Figure.tsx';
import { StateMark } from '../components/StateMark.tsx';
import { sparkPath } from '../components/spark-path.ts';
import { useEachSecond } from '../components/ticker.ts';
import classes from './cells.module.css';
import type { ColumnId } from './columns.ts';
import { isLate, memoryRatio, memoryStrain, pressureStrain } from './figures.ts';
import type { FleetRow } from './rows.ts';
import { consoleNow } from './store.ts';

interface CellProps {
  readonly row: FleetRow;
}

/** How each column draws a row. */
export const cells: Readonly<Record<ColumnId, (props: CellProps) => ReactNode>> = {
  state: ({ row }) => <StateMark state={row.status.state} />,
  name: NameCell,
  address: ({ row }) => <span className={`hum-mono ${classes.words}`}>{visibleText(row.host.address, 120)}</span>,
  group: ({ row }) => <span className={classes.words}>{visibleText(row.host.group ?? '', 80)}</span>,
  tags: ({ row }) => <span className={classes.words}>{row.host.tags.map((tag) => visibleText(tag, 80)).join(', ')}</span>,
  memory: MemoryCell,
  trend: TrendCell,
  swap: SwapCell,
  pressure: PressureCell,
  load: ({ row }) => (row.live ? <Figure text={row.live.load1.toFixed(2)} /> : <NoFigure why="Not known yet" />),
  cpu: ({ row }) => (row.live?.cpuUsed == null ? <NoFigure why="Not known yet" /> : <Figure text={formatRatio(row.live.cpuUsed)} />),
  uptime: ({ row }) => (row.live ? <Figure text={formatDuration(row.live.uptimeMs)} /> : <NoFigure why="Not known yet" />),
  age: AgeCell,
  system: ({ row }) => <span className={classes.words}>{visibleText(row.system ?? '', 120)}</span>,
};

function NameCell({ row }: CellProps): ReactNode {
  const { problem } = row.status;
  return (
    <>
      <a className={`hum-mono ${classes.name}`} href={`#${hostPath(row.id)}`} tabIndex={-1}>
        {visibleText(row.host.name, 120)}
      </a>
      {problem && row.live ? <span className={classes.reason}>{visibleText(problem.message, 160)}</span> : null}
    </>
  );
}

function MemoryCell({ row: { live } }: CellProps): ReactNode {
  const ratio = memoryRatio(live);
  if (!live || ratio === undefined) return <NoFigure why="Not known yet" />;
  const strain = memoryStrain(ratio);
  return (
    <span className={classes.memory} data-strain={strain}>
      <span className={classes.track}>
        <span className={classes.bar} style={{ width: `${(Math.min(1, ratio) * 100).toFixed(2)}%` }} />
      </span>
      <span className={classes.usedOf}>
        {live.memoryApproximate ? '≈ ' : ''}
        <Figure text={formatUsedOf(live.memoryUsed, live.memoryTotal)} />
      </span>
      <span className={classes.strain}>
        <StrainMark strain={strain} />
        <Figure text={formatRatio(ratio)} />
      </span>
    </span>
  );
}

/** The shape beside a figure that is too high: its colour is not the only sign. */
function StrainMark({ strain }: { readonly strain: 'none' | 'warn' | 'bad' }): ReactNode {
  if (strain === 'none') return null;
  return (
    <svg viewBox="0 0 8 8" width="8" height="8" role="img" aria-label={strain === 'bad' ? 'much too high' : 'high'}>
      <path
        d={strain === 'bad' ? 'M4 0 8 7.5H0Z' : 'M4 1.4 6.8 6.8H1.2Z'}
        fill={strain === 'bad' ? 'currentColor' : 'none'}
        stroke="currentColor"
      />
    </svg>
  );
}

const trendWidth = 88;
const trendHeight = 20;

function TrendCell({ row }: CellProps): ReactNode {
  const path = sparkPath(row.trend, Math.floor(consoleNow() / trendStepMs), trendWidth, trendHeight);
  return (
    <svg
      className={classes.trend}
      data-strain={memoryStrain(memoryRatio(row.live))}
      viewBox={`0 0 ${trendWidth} ${trendHeight}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className={classes.base} d={`M0 ${trendHeight}H${trendWidth}`} />
      <path className={classes.area} d={path.area} />
      <path className={classes.line} d={path.line} />
    </svg>
  );
}

function SwapCell({ row: { live } }: CellProps): ReactNode {
  if (!live) return <NoFigure why="Not known yet" />;
  return live.swapTotal > 0 ? <Figure text={formatBytes(live.swapUsed)} /> : <NoFigure why="No swap" />;
}

function PressureCell({ row: { live } }: CellProps): ReactNode {
  if (live?.pressureSome == null) return <NoFigure why={live ? 'This kernel reports no pressure' : 'Not known yet'} />;
  const strain = pressureStrain(live);
  return (
    <span className={classes.strain} data-strain={strain}>
      <StrainMark strain={strain} />
      <Figure text={formatRatio(live.pressureSome)} />
    </span>
  );
}

function AgeCell({ row: { live } }: CellProps): ReactNode {
  const age = useEachSecond(() => (live ? formatAge(consoleNow() - live.sampledAt) : null));
  const late = useEachSecond(() => live !== null && isLate(consoleNow() - live.sampledAt, live.intervalMs));
  if (age === null) return <NoFigure why="No figures yet" />;
  return (
    <span className={classes.age} data-late={late || undefined}>
      <Figure text={age} />
    </span>
  );
}
