import { useEffect, useState } from 'react';
import type { RemovalPreview } from '../../shared/contract/deploy.ts';
import type { DomainRef } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';

export interface RemovalState {
  /** The last answer; kept while the next is on its way. */
  readonly preview: RemovalPreview | null;
  /** The answer is for what is asked now. */
  readonly current: boolean;
  readonly problem: Problem | null;
}

/** What a removal would do, asked anew when something is ticked; `round` asks again. */
export function useRemovalPreview(domain: DomainRef, disks: readonly string[], keepDays: number, round: number): RemovalState {
  const request = { domain, disks: [...disks], keepDays };
  const wanted = JSON.stringify({ request, round });
  const [state, setState] = useState<{ preview: RemovalPreview | null; of: string | null; problem: Problem | null }>({
    preview: null,
    of: null,
    problem: null,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` holds the request as a text
  useEffect(() => {
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const preview = await client.deploy.previewRemoval(request, { signal: stopping.signal });
        if (!stopping.signal.aborted) setState({ preview, of: wanted, problem: null });
      } catch (error) {
        if (!stopping.signal.aborted) setState((before) => ({ ...before, of: wanted, problem: problemFrom(error) }));
      }
    };
    const timer = setTimeout(() => void ask(), state.of === null ? 0 : 150);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [wanted]);
  return { preview: state.preview, current: state.of === wanted, problem: state.of === wanted ? state.problem : null };
}
