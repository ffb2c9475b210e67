import type { RunEvent } from '../../shared/contract/commands.ts';
import { pause, settled } from '../stream.ts';
import type { LiveRun } from './live-run.ts';

/** A little more than a quarter of a second, so that no second ever holds five. */
const patchSpacingMs = 260;

/** First the whole run, then what changed, up to its end. A slow reader gets the newest state next, however much it missed. */
export async function* runFeed(
  live: LiveRun,
  signal: AbortSignal,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<RunEvent, void, void> {
  const ready = async () => {
    if (writable !== undefined) await settled(writable(), signal);
    return !signal.aborted;
  };
  if (!(await ready())) return;
  let seen = live.revision;
  let over = live.over;
  yield { kind: 'snapshot', run: live.run, results: [...live.results] };
  let sentAt = performance.now();
  while (!over && !signal.aborted) {
    if (live.revision === seen) await live.bell.wait(signal);
    await pause(sentAt + patchSpacingMs - performance.now(), signal);
    if (!(await ready())) return;
    const results = live.results.filter((_, position) => (live.changedAt[position] ?? 0) > seen);
    seen = live.revision;
    over = live.over;
    yield { kind: 'patch', run: live.run, results };
    sentAt = performance.now();
  }
}
