import { useEffect, useState } from 'react';
import type { DeployRequest } from '../../shared/contract/deploy.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { useConnection } from '../app/connection.ts';
import { applyPreview, type Preview } from './preview.ts';

export interface PreviewState {
  /** The last one; kept while the next is worked out. */
  readonly preview: Preview | null;
  /** It is about what is asked now, and its stream stands. */
  readonly current: boolean;
  readonly problem: Problem | null;
}

const settleMs = 250;

/** What would be deployed, followed live and asked anew a moment after the request was changed; `round` asks again. Null asks for nothing. */
export function useDeployPreview(request: DeployRequest | null, round: number): PreviewState {
  const connected = useConnection((connection) => connection.state === 'connected');
  const wanted = request === null ? null : JSON.stringify({ request, round });
  const [state, setState] = useState<{ preview: Preview | null; of: string | null; problem: Problem | null }>({
    preview: null,
    of: null,
    problem: null,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` holds the request as a text, and the first question need not wait
  useEffect(() => {
    if (wanted === null || request === null) return undefined;
    let stop = () => {};
    const ask = () => {
      stop = subscribe(
        (client, signal) => client.deploy.preview(request, { signal }),
        (event) =>
          setState((before) => ({ preview: applyPreview(before.of === wanted ? before.preview : null, event), of: wanted, problem: null })),
        { onProblem: (problem) => setState((before) => ({ ...before, of: wanted, problem })) },
      );
    };
    const timer = setTimeout(ask, state.of === null ? 0 : settleMs);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [wanted]);
  const mine = wanted !== null && state.of === wanted;
  return { preview: state.preview, current: mine && connected, problem: mine ? state.problem : null };
}
