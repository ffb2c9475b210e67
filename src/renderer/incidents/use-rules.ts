import { useEffect, useState } from 'react';
import type { RulesView } from '../../shared/contract/alerts.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { useConnection } from '../app/connection.ts';
import { problemFrom } from '../app/problem.ts';

export interface Rules {
  /** Null until they are known. */
  readonly view: RulesView | null;
  readonly problem: Problem | null;
  /** Takes what an action has answered. */
  readonly take: (view: RulesView | undefined) => void;
}

/** The rules that were set, and the downtimes; asked for anew with each connection and whenever the window is looked at again. */
export function useRules(): Rules {
  const connected = useConnection((connection) => connection.state === 'connected');
  const [view, setView] = useState<RulesView | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (!connected) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const rules = await client.alerts.rules(undefined, { signal: stopping.signal });
        if (stopping.signal.aborted) return;
        setView(rules);
        setProblem(null);
      } catch (error) {
        if (!stopping.signal.aborted) setProblem(problemFrom(error));
      }
    };
    void ask();
    const again = () => void ask();
    window.addEventListener('focus', again);
    return () => {
      stopping.abort();
      window.removeEventListener('focus', again);
    };
  }, [connected]);
  return { view, problem, take: (next) => next !== undefined && setView(next) };
}
