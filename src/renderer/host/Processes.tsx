import { ActionIcon, Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { clockTime } from '../components/clock-time.ts';
import classes from './host.module.css';
import { useProcesses } from './use-processes.ts';

interface ProcessesProps {
  readonly id: string;
  readonly hostName: string;
  readonly online: boolean;
}

/** As many as the console answers with. The block keeps their height from the first moment (host.module.css). */
const rowCount = 10;

/** The ten processes with the most resident memory. */
export function Processes({ id, hostName, online }: ProcessesProps): ReactNode {
  const { answer, problem, asking, refresh } = useProcesses(id, online);
  const rows = answer?.processes ?? [];
  const note = noteOf(answer, problem?.message ?? null, online);
  return (
    <section className={classes.block}>
      <div className={classes.blockHead}>
        <h2 className={classes.blockTitle}>Largest processes</h2>
        <span className={classes.quiet}>{note}</span>
        {online ? (
          <Tooltip label="Refresh now">
            <ActionIcon variant="subtle" color="gray" size={28} onClick={refresh} aria-label="Refresh the processes" aria-busy={asking}>
              <IconRefresh size={16} />
            </ActionIcon>
          </Tooltip>
        ) : null}
      </div>
      <div className={classes.processRows} hidden={!online && answer === null}>
        <table className={classes.processes} data-old={!online || problem !== null}>
          <thead>
            <tr>
              <th scope="col">PID</th>
              <th scope="col">User</th>
              <th scope="col">Command</th>
              <th scope="col" data-tip={`/proc/<pid>/status: VmRSS · ${visibleText(hostName, 80)}`} tabIndex={0}>
                Resident
              </th>
            </tr>
          </thead>
          <tbody className="hum-mono">
            {rows.slice(0, rowCount).map((row) => (
              <tr key={row.pid}>
                <td>{row.pid}</td>
                <td>{visibleText(row.user, 32)}</td>
                <td>{visibleText(row.command, 120)}</td>
                <td>{formatBytes(row.residentBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function noteOf(answer: { readonly at: number } | null, problem: string | null, online: boolean): string {
  const asOf = answer ? `As of ${clockTime(answer.at)}` : '';
  if (problem !== null) return `${visibleText(problem, 120)}${asOf ? ` ${asOf}.` : ''}`;
  if (!online) return asOf ? `${asOf}, before the host went away.` : 'Shown when the host is online.';
  return asOf || 'Asking the host…';
}
