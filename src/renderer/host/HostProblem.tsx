import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { formatAge } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { openDialog } from '../app/dialogs.ts';
import { stateLooks } from '../components/host-states.ts';
import { useEachSecond } from '../components/ticker.ts';
import type { FleetRow } from '../fleet/rows.ts';
import { consoleNow } from '../fleet/store.ts';
import { retryHosts, setHostsEnabled } from '../inventory/actions.ts';
import classes from './HostHeader.module.css';
import { type Remedy, remediesFor, remedyLabels, retryText } from './host-situation.ts';

interface HostProblemProps {
  readonly row: FleetRow;
  readonly streamProblem: Problem | null;
}

/** What is wrong with the host, what to do about it, and the buttons that do it. Nothing at all while it is well. */
export function HostProblem({ row, streamProblem }: HostProblemProps): ReactNode {
  const { host, status, live } = row;
  const problem = status.problem ?? streamProblem;
  const remedies = remediesFor(status.state).filter((remedy) => remedy !== 'edit' || host.origin !== 'demo');
  if (!problem && remedies.length === 0) {
    return live?.memoryApproximate ? (
      <p className={classes.note}>This kernel (before Linux 3.14) has no MemAvailable: used memory is its documented approximation.</p>
    ) : null;
  }
  return (
    <div className={classes.problem} data-tone={stateLooks[status.state].tone} role="status">
      <div className={classes.problemText}>
        <strong>{problem ? visibleText(problem.message) : stateLooks[status.state].meaning}</strong>
        {problem ? <span>{visibleText(problem.hint)}</span> : null}
        {problem?.detail ? <code className={classes.problemDetail}>{visibleText(problem.detail)}</code> : null}
        <Waiting row={row} />
      </div>
      <div className={classes.remedies}>
        {remedies.map((remedy, index) => (
          <Button key={remedy} size="compact-sm" h={28} variant={index === 0 ? 'filled' : 'default'} onClick={() => apply(remedy, host.id)}>
            {remedyLabels[remedy]}
          </Button>
        ))}
      </div>
    </div>
  );
}

/** The countdown to the next attempt, and how old the figures on the page are. A live region of its own would speak every second. */
function Waiting({ row }: { readonly row: FleetRow }): ReactNode {
  const text = useEachSecond(() => {
    const now = consoleNow();
    const age = row.live && row.status.state !== 'online' ? `Last figures ${formatAge(now - row.live.sampledAt)} ago` : null;
    return [retryText(row.status, now), age].filter((part) => part !== null).join(' · ');
  });
  return text ? (
    <span className={`hum-mono ${classes.waiting}`} aria-live="off">
      {text}
    </span>
  ) : null;
}

function apply(remedy: Remedy, id: string): void {
  if (remedy === 'retry') void retryHosts([id]);
  else if (remedy === 'enable') void setHostsEnabled([id], true);
  else openDialog({ kind: remedy === 'edit' ? 'edit-hosts' : 'trust-keys', ids: [id] });
}
