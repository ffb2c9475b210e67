import { useEffect, useState } from 'react';
import type { ChangePreview, JobChange } from '../../../shared/contract/backup-jobs.ts';
import type { Problem } from '../../../shared/errors.ts';
import { client } from '../../app/client.ts';
import { problemFrom } from '../../app/problem.ts';

export interface PreviewState {
  /** The last answer; kept while the next is on its way. */
  readonly preview: ChangePreview | null;
  /** The answer is about what is asked now. */
  readonly current: boolean;
  readonly problem: Problem | null;
}

const settleMs = 400;

/** What a change would write on its hosts, asked anew a moment after it was changed; `round` asks again. Null asks for nothing. */
export function useChangePreview(hosts: readonly string[], change: JobChange | null, round: number): PreviewState {
  const wanted = change === null || hosts.length === 0 ? null : JSON.stringify({ hosts, change, round });
  const [state, setState] = useState<{ preview: ChangePreview | null; of: string | null; problem: Problem | null }>({
    preview: null,
    of: null,
    problem: null,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` holds the request as a text
  useEffect(() => {
    if (wanted === null || change === null) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const preview = await client.backupJobs.preview({ hosts: [...hosts], change }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setState({ preview, of: wanted, problem: null });
      } catch (error) {
        if (!stopping.signal.aborted) setState((before) => ({ ...before, of: wanted, problem: problemFrom(error) }));
      }
    };
    const timer = setTimeout(() => void ask(), state.of === null ? 0 : settleMs);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [wanted]);
  const mine = wanted !== null && state.of === wanted;
  return { preview: state.preview, current: mine, problem: mine ? state.problem : null };
}
