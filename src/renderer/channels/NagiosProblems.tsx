import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconHelp, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { NagiosProblem } from '../../shared/contract/channels.ts';
import { formatDuration } from '../../shared/units.ts';
import classes from './channels.module.css';

interface NagiosProblemsProps {
  /** Of the Nagios. */
  readonly name: string;
  readonly problems: readonly NagiosProblem[];
  readonly count: number;
}

const firstShown = 20;
const looks = {
  down: ['Down', 'bad', IconX],
  critical: ['Critical', 'bad', IconX],
  unreachable: ['Unreachable', 'bad', IconHelp],
  warning: ['Warning', 'warn', IconAlertTriangle],
  unknown: ['Unknown', 'warn', IconHelp],
} as const satisfies Record<NagiosProblem['state'], unknown>;

/** The problems of a Nagios, those first that nobody has in hand. */
export function NagiosProblems({ name, problems, count }: NagiosProblemsProps): ReactNode {
  const [all, setAll] = useState(false);
  if (count === 0) {
    return (
      <p className={classes.mark} data-tone="good">
        <IconCheck size={14} aria-hidden="true" /> Nagios has no problem.
      </p>
    );
  }
  const shown = all ? problems : problems.slice(0, firstShown);
  return (
    <>
      <table className={classes.problems} aria-label={`Problems of ${name}`}>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Host</th>
            <th scope="col">Service</th>
            <th scope="col">For</th>
            <th scope="col">What Nagios says</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((problem) => (
            <Line key={`${problem.host}\n${problem.service ?? ''}`} problem={problem} />
          ))}
        </tbody>
      </table>
      {count > shown.length ? (
        <p className={classes.quiet}>
          {count - shown.length} more.{' '}
          {all ? null : (
            <Button variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
              Show {Math.min(count, problems.length)}
            </Button>
          )}
        </p>
      ) : null}
    </>
  );
}

function Line({ problem }: { readonly problem: NagiosProblem }): ReactNode {
  const { host, service, state, hard, output, since, acknowledged, downtime } = problem;
  const [word, tone, Icon] = looks[state];
  const inHand = [acknowledged ? 'acknowledged' : '', downtime ? 'downtime' : '', hard ? '' : 'not sure yet'].filter((each) => each !== '');
  return (
    <tr data-in-hand={acknowledged || downtime || undefined}>
      <td>
        <span className={classes.mark} data-tone={tone}>
          <Icon size={14} stroke={2} aria-hidden="true" />
          {word}
        </span>
      </td>
      <td className="hum-mono">{host}</td>
      <td className="hum-mono">{service ?? 'the host itself'}</td>
      <td className="hum-mono">{since === null ? '–' : formatDuration(Date.now() - since)}</td>
      <td>
        {output}
        {inHand.length > 0 ? <span className={classes.quiet}> ({inHand.join(', ')})</span> : null}
      </td>
    </tr>
  );
}
