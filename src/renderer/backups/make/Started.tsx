import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { JobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { scheduleWords } from '../../../shared/schedule-words.ts';
import { backupsPath, go } from '../../app/paths.ts';
import { PlanPanel } from '../../plans/PlanPanel.tsx';
import { isUnderWay } from '../../plans/plan-list.ts';
import { usePlans } from '../../plans/store.ts';
import classes from './make.module.css';
import { RunNow } from './RunNow.tsx';

interface StartedProps {
  readonly plans: readonly string[];
  /** The job that was saved; null for one that is removed or changed otherwise. */
  readonly job: JobDefinition | null;
  readonly hosts: readonly string[];
  /** Null where there is no job any more to go back to. */
  readonly onAgain: (() => void) | null;
}

/** How the change goes, host by host, and what comes next. */
export function Started({ plans: ids, job, hosts, onAgain }: StartedProps): ReactNode {
  const plans = usePlans((state) => state.plans);
  const known = ids.flatMap((id) => plans.get(id) ?? []);
  const moving = known.length < ids.length || known.some(isUnderWay);
  const well = known.length === ids.length && known.every(({ state }) => state === 'done');
  const [host] = hosts;
  return (
    <div className={classes.started}>
      <h1 aria-live="polite">{heading()}</h1>
      {ids.map((id) => (
        <PlanPanel key={id} id={id} />
      ))}
      {well && job !== null && host !== undefined ? <RunNow host={host} definition={job} /> : null}
      <div className={classes.labels}>
        <Button onClick={() => go(backupsPath)}>To the backups</Button>
        {onAgain === null ? null : (
          <Button variant="default" onClick={onAgain}>
            Back to the form
          </Button>
        )}
      </div>
    </div>
  );

  function heading(): string {
    if (moving) return 'Being written…';
    if (!well) return 'Not everything went well';
    return job === null ? 'Done' : `Saved: ${job.name} runs ${scheduleWords(job.schedule)}`;
  }
}
