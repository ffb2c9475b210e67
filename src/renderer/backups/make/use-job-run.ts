import { useEffect, useState } from 'react';
import type { JobRunView } from '../../../shared/contract/backup-jobs.ts';
import type { Problem } from '../../../shared/errors.ts';
import { subscribe } from '../../app/client.ts';

export interface WatchedJobRun {
  /** Null until it is known. */
  readonly run: JobRunView | null;
  readonly problem: Problem | null;
}

/** A run as it goes; of none where there is none. */
export function useJobRun(id: string | null): WatchedJobRun {
  const [run, setRun] = useState<JobRunView | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    setRun(null);
    setProblem(null);
    if (id === null) return undefined;
    return subscribe((console, signal) => console.backupJobs.watchRun({ id }, { signal }), setRun, { onProblem: setProblem });
  }, [id]);
  return { run, problem };
}
