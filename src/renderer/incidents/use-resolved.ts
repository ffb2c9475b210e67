import { useEffect, useState } from 'react';
import type { IncidentPage } from '../../shared/contract/alerts.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { useConnection } from '../app/connection.ts';
import { problemFrom } from '../app/problem.ts';
import { useIncidents } from './store.ts';

export interface Resolved {
  /** Null until the first answer. */
  readonly page: IncidentPage | null;
  readonly problem: Problem | null;
  readonly showMore: () => void;
}

/** The incidents that were resolved, opened before `until` (epoch ms; null: up to now); asked for anew when another one is. */
export function useResolved(until: number | null): Resolved {
  const connected = useConnection((connection) => connection.state === 'connected');
  const endings = useIncidents((state) => state.endings);
  const [answer, setAnswer] = useState<Omit<Resolved, 'showMore'>>({ page: null, problem: null });
  const asked = { host: null, rule: null, until };

  // biome-ignore lint/correctness/useExhaustiveDependencies: each ending asks again
  useEffect(() => {
    if (!connected) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const page = await client.alerts.resolved({ ...asked, before: null }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setAnswer({ page, problem: null });
      } catch (error) {
        if (!stopping.signal.aborted) setAnswer((before) => ({ ...before, problem: problemFrom(error) }));
      }
    };
    void ask();
    return () => stopping.abort();
  }, [until, connected, endings]);

  const showMore = async () => {
    const last = answer.page?.incidents.at(-1);
    if (last === undefined) return;
    try {
      const more = await client.alerts.resolved({ ...asked, before: last.id });
      setAnswer(({ page }) => ({ page: { ...more, incidents: [...(page?.incidents ?? []), ...more.incidents] }, problem: null }));
    } catch (error) {
      setAnswer((before) => ({ ...before, problem: problemFrom(error) }));
    }
  };
  return { ...answer, showMore: () => void showMore() };
}
