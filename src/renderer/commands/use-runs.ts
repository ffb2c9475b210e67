import { useEffect, useState } from 'react';
import type { RunView } from '../../shared/contract/commands.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { useConnection } from '../app/connection.ts';
import { problemFrom } from '../app/problem.ts';

export interface Runs {
  /** Newest first; null until the first answer. What was known stays while a new answer is on its way. */
  readonly runs: readonly RunView[] | null;
  readonly more: boolean;
  readonly problem: Problem | null;
  readonly showMore: () => void;
}

type Answer = Omit<Runs, 'showMore'>;

const typingPauseMs = 200;
/** How often it is asked for again while something is under way. */
const movingMs = 2_000;
/** As the contract has it. */
const longestText = 200;

/** What the journal of commands answers to a search. */
export function useRuns(typed: string): Runs {
  const text = typed.slice(0, longestText);
  const connected = useConnection((connection) => connection.state === 'connected');
  const [answer, setAnswer] = useState<Answer>({ runs: null, more: false, problem: null });
  const [asked, setAsked] = useState(0);
  const moving = answer.runs?.some(({ endedAt }) => endedAt === null) === true;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` asks again
  useEffect(() => {
    if (!connected) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const page = await client.commands.journal({ text, before: null }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setAnswer({ ...page, problem: null });
      } catch (error) {
        if (!stopping.signal.aborted) setAnswer((before) => ({ ...before, problem: problemFrom(error) }));
      }
    };
    const timer = setTimeout(() => void ask(), typingPauseMs);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [text, connected, asked]);

  useEffect(() => {
    if (!moving) return undefined;
    const timer = setInterval(() => setAsked((before) => before + 1), movingMs);
    return () => clearInterval(timer);
  }, [moving]);

  const showMore = async () => {
    const last = answer.runs?.at(-1);
    if (last === undefined) return;
    try {
      const page = await client.commands.journal({ text, before: last.id });
      // Unless another answer has come meanwhile.
      setAnswer((now) => (now.runs === answer.runs ? { runs: [...(now.runs ?? []), ...page.runs], more: page.more, problem: null } : now));
    } catch (error) {
      setAnswer((before) => ({ ...before, problem: problemFrom(error) }));
    }
  };
  return { ...answer, showMore: () => void showMore() };
}
