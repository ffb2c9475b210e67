import { useCallback, useEffect, useRef, useState } from 'react';
import type { ProcessRow } from '../../shared/contract/fleet.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';

const refreshMs = 5_000;

export interface ProcessesView {
  /** The last answer; kept, with its time, when the next one fails. */
  readonly answer: { readonly at: number; readonly processes: readonly ProcessRow[] } | null;
  readonly problem: Problem | null;
  readonly asking: boolean;
  readonly refresh: () => void;
}

/** The largest processes of a host, asked for every 5 s while `active` and the page is seen. Never two questions at once. */
export function useProcesses(id: string, active: boolean): ProcessesView {
  const [answer, setAnswer] = useState<ProcessesView['answer']>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState(false);
  const underWay = useRef(false);

  const refresh = useCallback(async () => {
    if (underWay.current) return;
    underWay.current = true;
    setAsking(true);
    try {
      setAnswer(await client.fleet.processes({ id }));
      setProblem(null);
    } catch (error) {
      setProblem(problemFrom(error));
    } finally {
      underWay.current = false;
      setAsking(false);
    }
  }, [id]);

  useEffect(() => {
    if (!active) return undefined;
    void refresh();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refresh();
    }, refreshMs);
    return () => clearInterval(timer);
  }, [active, refresh]);

  return { answer, problem, asking, refresh: () => void refresh() };
}
