import { useEffect, useState } from 'react';
import type { Channel } from '../../shared/contract/channels.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';

export interface Preview {
  /** The last that could be made; kept while what is written cannot be. */
  readonly text: string;
  readonly problem: Problem | null;
}

const settleMs = 300;

/** What would be sent for an example, asked anew a moment after the channel was changed. */
export function usePreview(channel: Channel): Preview {
  const [preview, setPreview] = useState<Preview>({ text: '', problem: null });
  const written = JSON.stringify(channel);
  useEffect(() => {
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const { text } = await client.channels.preview({ channel: JSON.parse(written), secret: undefined }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setPreview({ text, problem: null });
      } catch (error) {
        if (!stopping.signal.aborted) setPreview((before) => ({ ...before, problem: calm(problemFrom(error)) }));
      }
    };
    const timer = setTimeout(() => void ask(), settleMs);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [written]);
  return preview;
}

/** While something is being written it is not yet right; its name within the contract helps nobody. */
function calm(problem: Problem): Problem {
  return problem.hint.startsWith('Change “channel.') ? { ...problem, hint: '' } : problem;
}
