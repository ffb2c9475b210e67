import { useEffect, useState } from 'react';
import type { ImageFolder } from '../../shared/contract/images.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { useConnection } from '../app/connection.ts';
import { problemFrom } from '../app/problem.ts';
import { useSettings } from '../app/settings.ts';
import { useTransfers } from './store.ts';

export interface Folders {
  /** Null until the first answer; kept while the next is on its way. */
  readonly folders: readonly ImageFolder[] | null;
  readonly problem: Problem | null;
  readonly asking: boolean;
  readonly ask: () => void;
}

/** As many as the contract takes in one question. */
const hostsAtOnce = 1000;

/** The image folders of these hosts, asked for when the page opens, when a transfer has ended, when the settings name others, and when a person wants it. */
export function useFolders(hosts: readonly string[]): Folders {
  const connected = useConnection((connection) => connection.state === 'connected');
  const endings = useTransfers((state) => state.endings);
  const [folders, setFolders] = useState<readonly ImageFolder[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState(false);
  const [round, setRound] = useState(0);
  const wanted = hosts.join(' ');
  const named = useSettings((state) => state.settings?.imageFolders.join('\n'));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` stands for `hosts`; `endings`, `named` and `round` say to ask again
  useEffect(() => {
    if (!connected || wanted === '') return undefined;
    const stopping = new AbortController();
    const read = async () => {
      setAsking(true);
      try {
        const parts = [];
        for (let at = 0; at < hosts.length; at += hostsAtOnce) parts.push(hosts.slice(at, at + hostsAtOnce));
        const answers = await Promise.all(parts.map((part) => client.images.list({ hosts: part }, { signal: stopping.signal })));
        const answer = answers.flat();
        if (stopping.signal.aborted) return;
        setFolders(answer);
        setProblem(null);
      } catch (error) {
        if (!stopping.signal.aborted) setProblem(problemFrom(error));
      } finally {
        if (!stopping.signal.aborted) setAsking(false);
      }
    };
    void read();
    return () => stopping.abort();
  }, [wanted, endings, named, round, connected]);
  return { folders, problem, asking, ask: () => setRound((before) => before + 1) };
}
