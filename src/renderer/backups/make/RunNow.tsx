import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { JobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { act } from '../../app/act.tsx';
import { client } from '../../app/client.ts';
import classes from './make.module.css';
import { RunPanel } from './RunPanel.tsx';
import { useJobRun } from './use-job-run.ts';

interface RunNowProps {
  readonly host: string;
  readonly definition: JobDefinition;
  readonly onRun?: () => void;
}

/** Runs a job for real and shows how it goes. */
export function RunNow({ host, definition, onRun }: RunNowProps): ReactNode {
  const [id, setId] = useState<string | null>(null);
  const { run, problem } = useJobRun(id);
  const runs = id !== null && problem === null && run?.state !== 'ended';
  const begin = async () => {
    const begun = await act({ doing: 'Running the backup', run: () => client.backupJobs.run({ host, definition }), done: () => null });
    if (begun === undefined) return;
    setId(begun.id);
    onRun?.();
  };
  return (
    <>
      {id === null ? null : <RunPanel run={run} problem={problem} />}
      {runs ? null : (
        <div className={classes.runNow}>
          <Button size="compact-sm" h={28} variant="default" leftSection={<IconPlayerPlay size={14} />} onClick={() => void begin()}>
            {id === null ? 'Run it now' : 'Run it once more'}
          </Button>
          <span className={classes.about}>For real, just as its schedule will, with the progress here.</span>
        </div>
      )}
    </>
  );
}
