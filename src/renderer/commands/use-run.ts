import { useEffect, useState } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { client, subscribe } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { applyRunEvent, type WatchedRun } from './run-events.ts';

/** A run as it goes; null until it is known. `problem`: why it cannot be shown. */
export function useRun(id: string): { readonly watched: WatchedRun | null; readonly problem: Problem | null } {
  const [watched, setWatched] = useState<WatchedRun | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(
    () =>
      subscribe(
        (console, signal) => console.commands.watch({ id }, { signal }),
        (event) => setWatched((before) => applyRunEvent(before, event)),
        { onProblem: setProblem },
      ),
    [id],
  );
  return { watched, problem };
}

/** Outputs never change: those that were looked at lately are kept, by run and name. */
const known = new Map<string, string>();
const mostKnown = 100;

export interface ReadOutput {
  /** Undefined until it has come. */
  readonly text: string | undefined;
  readonly problem: Problem | null;
}

/** What a host printed; '' where it printed nothing. */
export function useOutput(run: string, name: string | null): ReadOutput {
  const key = `${run} ${name}`;
  const [read, setRead] = useState<{ readonly key: string } & ReadOutput>({ key: '', text: undefined, problem: null });
  useEffect(() => {
    if (name === null || known.has(key)) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const { text } = await client.commands.output({ run, output: name }, { signal: stopping.signal });
        const [oldest] = known.keys();
        if (known.size >= mostKnown && oldest !== undefined) known.delete(oldest);
        known.set(key, text);
        if (!stopping.signal.aborted) setRead({ key, text, problem: null });
      } catch (error) {
        if (!stopping.signal.aborted) setRead({ key, text: undefined, problem: problemFrom(error) });
      }
    };
    void ask();
    return () => stopping.abort();
  }, [run, name, key]);
  if (name === null) return { text: '', problem: null };
  const text = known.get(key) ?? (read.key === key ? read.text : undefined);
  return { text, problem: read.key === key ? read.problem : null };
}

const lookMs = 1_000;

/** What a host where the command runs has printed up to now, asked for once a second. */
export function useOutputSoFar(run: string, host: string): string {
  const [text, setText] = useState('');
  useEffect(() => {
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const output = await client.commands.soFar({ run, host }, { signal: stopping.signal });
        if (!stopping.signal.aborted && output.text !== '') setText(output.text);
      } catch {
        // Hum cannot be reached, which the page says already.
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), lookMs);
    return () => {
      clearInterval(timer);
      stopping.abort();
    };
  }, [run, host]);
  return text;
}
