import { useState } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { problemFrom } from '../app/problem.ts';

export interface Submission {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Runs it and gives its result; a failure stays in the dialog as `problem`, beside what was typed, and gives undefined. */
  readonly submit: <T>(run: () => Promise<T>) => Promise<T | undefined>;
}

/** The sending of a dialog: once at a time, with its problem. */
export function useSubmission(): Submission {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit: Submission['submit'] = async (run) => {
    setBusy(true);
    setProblem(null);
    try {
      return await run();
    } catch (error) {
      setProblem(problemFrom(error));
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, submit };
}
