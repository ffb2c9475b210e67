import { useEffect, useState } from 'react';
import type { TemplateCheck } from '../../shared/contract/templates.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { useConnection } from '../app/connection.ts';
import { problemFrom } from '../app/problem.ts';

export interface CheckedText {
  /** The last answer; kept while the next is on its way. */
  readonly check: TemplateCheck | null;
  /** The answer is for the text as it is now. */
  readonly current: boolean;
  readonly problem: Problem | null;
}

const settleMs = 300;

/** What a text comes to as a template, asked anew a moment after it was changed. */
export function useCheck(text: string): CheckedText {
  const connected = useConnection((connection) => connection.state === 'connected');
  const [answer, setAnswer] = useState<{ check: TemplateCheck | null; of: string | null; problem: Problem | null }>({
    check: null,
    of: null,
    problem: null,
  });
  const asked = answer.of !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` only says how soon
  useEffect(() => {
    if (!connected) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const check = await client.templates.check({ text }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setAnswer({ check, of: text, problem: null });
      } catch (error) {
        if (!stopping.signal.aborted) setAnswer((before) => ({ ...before, of: text, problem: problemFrom(error) }));
      }
    };
    const timer = setTimeout(() => void ask(), asked ? settleMs : 0);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [text, connected]);
  return { check: answer.check, current: answer.of === text, problem: answer.of === text ? answer.problem : null };
}
