import { useEffect, useState } from 'react';
import type { DomainConfig, DomainRow } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';

export interface ConfigView {
  /** The last answer; kept when the next question fails. */
  readonly config: DomainConfig | null;
  readonly problem: Problem | null;
  readonly asking: boolean;
  readonly ask: () => void;
}

/** The configuration of a domain, asked for when its page opens, when it starts or ends, and when a person wants it. */
export function useConfig({ host, key, load, facts }: DomainRow): ConfigView {
  const [config, setConfig] = useState<DomainConfig | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState(false);
  const [round, setRound] = useState(0);
  const { control } = facts;
  const differs = facts.differs.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another id is another start; `round` and `differs` say to ask again
  useEffect(() => {
    if (control) return undefined;
    const stopping = new AbortController();
    const read = async () => {
      setAsking(true);
      try {
        const answer = await client.xen.config({ host, key }, { signal: stopping.signal });
        if (stopping.signal.aborted) return;
        setConfig(answer);
        setProblem(null);
      } catch (error) {
        if (!stopping.signal.aborted) setProblem(problemFrom(error));
      } finally {
        if (!stopping.signal.aborted) setAsking(false);
      }
    };
    void read();
    return () => stopping.abort();
  }, [host, key, load.id, control, differs, round]);
  return { config, problem, asking, ask: () => setRound((before) => before + 1) };
}
