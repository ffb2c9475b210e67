import type { ReactNode } from 'react';
import { formatBytes, formatDuration, formatRate, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { domainPath, hostPath } from '../app/paths.ts';
import { formatUsedOf } from '../components/bytes-of.ts';
import { Figure, NoFigure } from '../components/Figure.tsx';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow } from '../fleet/store.ts';
import classes from './cells.module.css';
import type { ColumnId } from './columns.ts';
import { DomainStateMark } from './DomainStateMark.tsx';
import { cpuStrain, diskRate, memoryShare, networkRate, uptimeOf } from './figures.ts';
import type { DomainCell } from './listed.ts';
import { Signs } from './Signs.tsx';

interface CellProps {
  readonly row: DomainCell;
}

/** How each column draws a domain. */
export const cells: Readonly<Record<ColumnId, (props: CellProps) => ReactNode>> = {
  state: ({ row }) => <DomainStateMark state={row.load.state} />,
  name: NameCell,
  host: ({ row }) => (
    <a className={`hum-mono ${classes.host}`} href={`#${hostPath(row.host)}`} tabIndex={-1}>
      {visibleText(row.hostName, 120)}
    </a>
  ),
  type: ({ row }) =>
    row.facts.type ? <span className={classes.quiet}>{row.facts.type.toUpperCase()}</span> : <NoFigure why="Not known" />,
  memory: MemoryCell,
  vcpus: ({ row }) => (row.load.id === null ? <Off /> : <Figure text={String(row.load.vcpus)} />),
  cpu: CpuCell,
  network: ({ row }) => <Rate row={row} rate={networkRate(row.load)} />,
  disk: ({ row }) => <Rate row={row} rate={diskRate(row.load)} />,
  uptime: UptimeCell,
  autostart: ({ row }) => (row.facts.autostart ? <span>Yes</span> : <NoFigure why="No" />),
  tags: ({ row }) => <span className={classes.quiet}>{row.tags.map((tag) => visibleText(tag, 80)).join(', ')}</span>,
};

function Off(): ReactNode {
  return <NoFigure why="It is off" />;
}

function NameCell({ row }: CellProps): ReactNode {
  return (
    <>
      <a className={`hum-mono ${classes.name}`} href={`#${domainPath(row.host, row.key)}`} tabIndex={-1} dir="auto">
        {visibleText(row.name, 120) || 'no name'}
      </a>
      {row.facts.control ? <span className={classes.role}>dom0</span> : <Signs domain={row} />}
    </>
  );
}

function MemoryCell({ row }: CellProps): ReactNode {
  if (row.load.id === null) {
    return (
      <span className={classes.allotted}>{row.facts.memoryMax > 0 ? <Figure text={formatBytes(row.facts.memoryMax)} /> : <Off />}</span>
    );
  }
  const share = memoryShare(row);
  return (
    <span className={classes.memory}>
      <span className={classes.track}>
        <span className={classes.bar} style={{ width: `${((share ?? 0) * 100).toFixed(2)}%` }} />
      </span>
      <Figure text={share === null ? formatBytes(row.load.memory) : formatUsedOf(row.load.memory, row.facts.memoryMax)} />
    </span>
  );
}

function CpuCell({ row }: CellProps): ReactNode {
  const { cpuUsed } = row.load;
  if (cpuUsed === null) return row.load.id === null ? <Off /> : <NoFigure why="Not known yet" />;
  return (
    <span className={classes.cpu} data-strain={cpuStrain(cpuUsed)}>
      <span className={classes.track}>
        <span className={classes.bar} style={{ width: `${(Math.min(1, cpuUsed) * 100).toFixed(2)}%` }} />
      </span>
      <Figure text={formatRatio(cpuUsed)} />
    </span>
  );
}

function Rate({ row, rate }: { readonly row: DomainCell; readonly rate: number | null }): ReactNode {
  if (rate === null) return row.load.id === null ? <Off /> : <NoFigure why="Not known" />;
  return (
    <span className={rate === 0 ? classes.zero : undefined}>
      <Figure text={formatRate(rate)} />
    </span>
  );
}

function UptimeCell({ row }: CellProps): ReactNode {
  const text = useEachSecond(() => {
    const uptime = uptimeOf(row, consoleNow());
    return uptime === null ? null : formatDuration(uptime);
  });
  return text === null ? <NoFigure why={row.load.id === null ? 'It is off' : 'Not known'} /> : <Figure text={text} />;
}
