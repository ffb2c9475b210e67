import { useEffect, useState } from 'react';
import type { AuditQuery, PlanView } from '../../shared/contract/plans.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { useConnection } from '../app/connection.ts';
import { problemFrom } from '../app/problem.ts';
import { usePlans } from './store.ts';

export interface Audit {
  /** Newest first; null until the first answer. What was known stays while a new answer is on its way. */
  readonly plans: readonly PlanView[] | null;
  readonly more: boolean;
  readonly problem: Problem | null;
  readonly showMore: () => void;
}

interface Answer {
  readonly plans: readonly PlanView[] | null;
  readonly more: boolean;
  readonly problem: Problem | null;
}

const typingPauseMs = 200;
/** As the contract has it. */
const longestText = 200;

/** What the audit log answers to a query, asked again when a plan has ended and when the connection is back. */
export function useAudit(typed: string, states: AuditQuery['states']): Audit {
  const text = typed.slice(0, longestText);
  const endings = usePlans((state) => state.endings);
  const connected = useConnection((connection) => connection.state === 'connected');
  const [answer, setAnswer] = useState<Answer>({ plans: null, more: false, problem: null });
  const wanted = states.join(' ');

  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` stands for `states`, whose identity changes; `endings` says that there is more
  useEffect(() => {
    if (!connected) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const page = await client.plans.audit({ text, states, before: null }, { signal: stopping.signal });
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
  }, [text, wanted, endings, connected]);

  const showMore = async () => {
    const last = answer.plans?.at(-1);
    if (last === undefined) return;
    try {
      const page = await client.plans.audit({ text, states, before: last.id });
      // Unless another answer has come meanwhile.
      setAnswer((now) =>
        now.plans === answer.plans ? { plans: [...(now.plans ?? []), ...page.plans], more: page.more, problem: null } : now,
      );
    } catch (error) {
      setAnswer((before) => ({ ...before, problem: problemFrom(error) }));
    }
  };
  return { ...answer, showMore: () => void showMore() };
}
