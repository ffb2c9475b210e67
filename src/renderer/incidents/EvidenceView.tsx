import type { ReactNode } from 'react';
import type { Evidence, OomReport } from '../../shared/contract/alerts.ts';
import { formatBytes, formatDuration } from '../../shared/units.ts';
import { clockDate } from '../components/clock-time.ts';
import classes from './incidents.module.css';

const shownMemory = ['MemTotal', 'MemAvailable', 'AnonPages', 'Cached', 'Shmem', 'Slab', 'SwapTotal', 'SwapFree'] as const;

/** What was found on the host when its memory ran short. */
export function EvidenceView({ evidence }: { readonly evidence: Evidence }): ReactNode {
  const { at, oom, slabs, tmpfs, missing } = evidence;
  return (
    <section className={classes.block} aria-labelledby="evidence">
      <h2 id="evidence">
        Evidence of <span className="hum-mono">{clockDate(at)}</span>
      </h2>
      {oom.map((report) => (
        <Oom key={`${report.when} ${report.pid}`} report={report} />
      ))}
      <Processes evidence={evidence} />
      <div className={classes.small}>
        <Figures title="Memory" rows={memoryRows(evidence)} />
        <Figures title="Caches of the kernel" rows={slabs.map(({ name, bytes }) => [name, formatBytes(bytes)])} />
        <Figures title="tmpfs" rows={tmpfs.map(({ mount, used, size }) => [mount, `${formatBytes(used)} of ${formatBytes(size)}`])} />
      </div>
      {missing.map((sentence) => (
        <p key={sentence} className={classes.about}>
          {sentence}
        </p>
      ))}
    </section>
  );
}

function Oom({ report }: { readonly report: OomReport }): ReactNode {
  const { at, when, pid, victim, resident, total, user, cgroup, limitedBy, invoker } = report;
  return (
    <div className={classes.oom}>
      <strong>
        The kernel killed <span className="hum-mono">{victim}</span> ({pid})
        {at === null ? (when === '' ? '' : ` at ${when}`) : ` at ${clockDate(at)}`}
      </strong>
      <p>
        It had {formatBytes(resident)} resident, of {formatBytes(total)}
        {user === null ? '' : `, user ${user}`}.{' '}
        {limitedBy === null ? 'The whole host had no memory left.' : `${limitedBy} was at its limit.`}
        {invoker === null ? '' : ` ${invoker} had asked for memory.`}
      </p>
      {cgroup === null ? null : <p className="hum-mono">{cgroup}</p>}
    </div>
  );
}

function Processes({ evidence: { processes, growthOverMs } }: { readonly evidence: Evidence }): ReactNode {
  if (processes.length === 0) return null;
  return (
    <table className={classes.processes}>
      <caption className="hum-unseen">The largest processes, and those that grew most</caption>
      <thead>
        <tr>
          <th scope="col">PID</th>
          <th scope="col">User</th>
          <th scope="col">Command</th>
          <th scope="col">Resident</th>
          <th scope="col">Swap</th>
          <th scope="col">{growthOverMs === null ? 'Grown' : `Grown in ${formatDuration(growthOverMs)}`}</th>
        </tr>
      </thead>
      <tbody className="hum-mono">
        {processes.map(({ pid, user, command, resident, swap, grown }) => (
          <tr key={pid}>
            <td>{pid}</td>
            <td>{user}</td>
            <td>{command}</td>
            <td>{formatBytes(resident)}</td>
            <td>{swap === 0 ? '' : formatBytes(swap)}</td>
            <td data-grown={(grown ?? 0) > 64 * 1024 * 1024 || undefined}>{grown === null || grown === 0 ? '' : formatBytes(grown)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Row = readonly [name: string, figure: string];

function memoryRows({ memory, balloon, dom0 }: Evidence): Row[] {
  const told = (bytes: number | null) => (bytes === null ? 'not told' : formatBytes(bytes));
  const huge = memory.HugePages_Total ?? 0;
  const rows = shownMemory.flatMap((name): Row[] => (memory[name] === undefined ? [] : [[name, formatBytes(memory[name])]]));
  if (huge > 0) rows.push(['Huge pages free', `${memory.HugePages_Free ?? 0} of ${huge}`]);
  if (balloon !== null) rows.push(['Balloon: has', told(balloon.current)], ['Balloon: is to have', told(balloon.target)]);
  if (dom0 !== null) rows.push(['dom0 may have', formatBytes(dom0.most)]);
  return rows;
}

function Figures({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }): ReactNode {
  if (rows.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <dl className="hum-mono">
        {rows.map(([name, figure]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
