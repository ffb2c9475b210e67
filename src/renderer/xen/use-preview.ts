import { useEffect, useState } from 'react';
import type { ActionPreview, DomainAction, DomainRef } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';

export interface PreviewState {
  /** The last answer; kept while the next is on its way. */
  readonly preview: ActionPreview | null;
  /** The answer is for what is asked now. */
  readonly current: boolean;
  readonly problem: Problem | null;
}

const settleMs = 250;

/** What the action would do, asked anew a moment after it was changed; `round` asks again. */
export function usePreview(action: DomainAction | null, domains: readonly DomainRef[], round: number): PreviewState {
  const wanted = action === null ? null : JSON.stringify({ action, domains, round });
  const [state, setState] = useState<{ preview: ActionPreview | null; of: string | null; problem: Problem | null }>({
    preview: null,
    of: null,
    problem: null,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` holds the action and the domains as a text
  useEffect(() => {
    if (wanted === null || action === null) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const preview = await client.xen.preview({ action, domains: [...domains] }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setState({ preview, of: wanted, problem: null });
      } catch (error) {
        if (!stopping.signal.aborted) setState({ preview: null, of: wanted, problem: problemFrom(error) });
      }
    };
    const timer = setTimeout(() => void ask(), state.of === null ? 0 : settleMs);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [wanted]);
  return { preview: state.preview, current: state.of === wanted && wanted !== null, problem: state.of === wanted ? state.problem : null };
}
