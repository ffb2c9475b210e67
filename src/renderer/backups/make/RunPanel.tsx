import { Button } from '@mantine/core';
import { IconAlertOctagon, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { JobRunView } from '../../../shared/contract/backup-jobs.ts';
import { exitMeaning } from '../../../shared/rsync-exit-codes.ts';
import { formatBytes, formatDuration, formatRate, formatRatio } from '../../../shared/units.ts';
import { act, ProblemText } from '../../app/act.tsx';
import { client } from '../../app/client.ts';
import { CodeText } from '../../components/CodeText.tsx';
import progress from '../../components/progress.module.css';
import { useEachSecond } from '../../components/ticker.ts';
import { consoleNow } from '../../fleet/store.ts';
import classes from './make.module.css';
import type { WatchedJobRun } from './use-job-run.ts';

/** A run under way, or how it ended. */
export function RunPanel({ run, problem }: WatchedJobRun): ReactNode {
  if (problem !== null) {
    return (
      <div className={classes.problem} role="alert">
        <ProblemText problem={problem} />
      </div>
    );
  }
  return run === null ? null : <Run run={run} />;
}

function Run({ run }: { readonly run: JobRunView }): ReactNode {
  const { id, name, state, startedAt, endedAt, output, exit, problem } = run;
  const took = useEachSecond(() => formatDuration((endedAt ?? consoleNow()) - startedAt));
  const stop = () => act({ doing: 'Stopping the backup', run: () => client.backupJobs.stopRun({ id }), done: () => null });
  const well = exit === 0 || exit === 24;
  return (
    <section className={classes.run} aria-label={`Run of ${name}`} data-state={state === 'ended' ? (well ? 'well' : 'badly') : 'running'}>
      <div className={classes.runLine}>
        <strong className={classes.runTitle} role="status">
          {state !== 'ended' ? (
            state === 'stopping' ? (
              'Stopping'
            ) : (
              'Running'
            )
          ) : (
            <>
              {well ? (
                <IconCheck size={14} className={classes.icon} data-tone="good" aria-hidden="true" />
              ) : (
                <IconAlertOctagon size={14} className={classes.icon} data-tone="bad" aria-hidden="true" />
              )}
              {endWords(run)}
            </>
          )}
        </strong>
        <span className={`hum-mono ${classes.figures}`}>
          {took}
          {figures(run)}
        </span>
        <span className={classes.spacer} />
        {state === 'running' ? (
          <Button size="compact-sm" h={28} variant="default" onClick={() => void stop()}>
            Stop the run
          </Button>
        ) : null}
      </div>
      {state === 'ended' ? null : (
        <progress
          className={progress.bar}
          aria-label={`Progress of ${name}`}
          max={1}
          {...(run.progress === null ? {} : { value: run.progress.share })}
        />
      )}
      {problem === undefined ? null : (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {state !== 'ended' || exit === null || well || exit === 20 ? null : <p className={classes.about}>{exitMeaning(exit).hint}</p>}
      {output.trim() === '' ? null : (
        <details open={(state === 'ended' && !well) || undefined}>
          <summary>What it printed</summary>
          <CodeText text={output} label="What the run printed" most={200} />
        </details>
      )}
    </section>
  );
}

function figures({ progress: now, state }: JobRunView): string {
  if (now === null) return '';
  const left = state === 'ended' || now.leftMs === null ? '' : ` · ${formatDuration(now.leftMs)} left`;
  const rate = state === 'ended' ? '' : ` · ${formatRatio(now.share)} · ${formatRate(now.rate)}`;
  return ` · ${formatBytes(now.bytes)} · ${now.files.toLocaleString('en')} ${now.files === 1 ? 'file' : 'files'}${rate}${left}`;
}

function endWords({ exit, problem }: JobRunView): string {
  if (problem !== undefined) return 'It is not known how it ended';
  switch (exit) {
    case 0:
      return 'Done';
    case 24:
      return 'Done; some files vanished meanwhile';
    case 20:
      return 'Stopped';
    case null:
      return 'It was ended from outside';
    default:
      return `Status ${exit}: ${exitMeaning(exit).words}`;
  }
}
