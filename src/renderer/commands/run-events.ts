import type { HostResult, RunEvent, RunView } from '../../shared/contract/commands.ts';

export interface WatchedRun {
  readonly run: RunView;
  /** In the order of the draft. */
  readonly results: readonly HostResult[];
}

/** A run with an event applied. */
export function applyRunEvent(before: WatchedRun | null, { kind, run, results }: RunEvent): WatchedRun {
  if (kind === 'snapshot' || before === null) return { run, results };
  if (results.length === 0) return { run, results: before.results };
  const changed = new Map(results.map((result) => [result.host, result]));
  return { run, results: before.results.map((result) => changed.get(result.host) ?? result) };
}
