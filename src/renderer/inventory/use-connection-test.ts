import { useEffect, useRef, useState } from 'react';
import type { HostDraft, TestStep } from '../../shared/contract/inventory.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';

export interface ConnectionTestState {
  readonly started: boolean;
  readonly running: boolean;
  readonly steps: readonly TestStep[];
  /** Why the test itself could not be made; a step that failed carries its own. */
  readonly problem: Problem | null;
  readonly start: (draft: HostDraft) => Promise<void>;
  readonly stop: () => void;
}

const idle = { started: false, running: false, steps: [], problem: null } as const;

/** "Test connection", step by step as the console walks. Ends with the dialog. */
export function useConnectionTest(): ConnectionTestState {
  const [state, setState] = useState<Pick<ConnectionTestState, 'started' | 'running' | 'steps' | 'problem'>>(idle);
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);

  const start = async (draft: HostDraft) => {
    current.current?.abort();
    const stopping = new AbortController();
    current.current = stopping;
    setState({ ...idle, started: true, running: true });
    let problem: Problem | null = null;
    try {
      for await (const step of await client.inventory.test(draft, { signal: stopping.signal })) {
        if (stopping.signal.aborted) return;
        setState((before) => ({ ...before, steps: [...before.steps, step] }));
      }
    } catch (error) {
      problem = problemFrom(error);
    }
    if (!stopping.signal.aborted) setState((before) => ({ ...before, running: false, problem }));
  };

  const stop = () => {
    current.current?.abort();
    setState((before) => ({ ...before, running: false }));
  };

  return { ...state, start, stop };
}
