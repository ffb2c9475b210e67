import { HumError } from '../../../shared/errors.ts';
import { formatBytes, formatDuration, formatRate } from '../../../shared/units.ts';
import type { Json, StepContext } from '../../plans/plan.ts';
import { pause } from '../../stream.ts';
import { xenScript } from '../scripts.ts';

/** Between two looks, ms: each costs the host a few processes. The host ends a copy that nobody has looked at for a minute. */
const lookEveryMs = 1000;
/** With the 30 s that a look may take, well below that minute, ms. */
const mostRestMs = 15_000;
/** A copy that is over by then needs no progress, ms. */
const firstLookMs = 2000;

/** Over which time a rate is taken, ms: a cache that is written out makes a copy go by fits and starts. */
const rateOverMs = 10_000;

interface Look {
  readonly at: number;
  readonly done: number;
}

/**
 * Tells how far a disk is while `make` makes it: bytes, rate, time left. `args` are those of disk-look.sh, `total` the bytes of its image where
 * the host does not say how many it will be.
 * @throws what `make` rejects with
 */
export async function watchCopy(
  args: readonly string[],
  total: Json | undefined,
  context: StepContext,
  make: () => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const watching = watch(args, typeof total === 'number' ? total : 0, context, AbortSignal.any([context.signal, over.signal]));
  try {
    await make();
  } catch (error) {
    over.abort();
    // What comes now is an undo, and a look that is under way would be in its way.
    await watching;
    throw error;
  }
  // A look that is under way still is in nobody's way.
  over.abort();
  watching.catch(() => undefined);
}

async function watch(args: readonly string[], total: number, context: StepContext, signal: AbortSignal): Promise<void> {
  let looks: readonly Look[] = [];
  let restMs = firstLookMs;
  for (;;) {
    await pause(restMs, signal);
    if (signal.aborted) return;
    const asked = performance.now();
    try {
      // Not cut off: on its host it would go on, and be in the way of an undo.
      const { stdout } = await context.runner().run(xenScript('disk-look'), args, { timeoutMs: 30_000 });
      if (signal.aborted) return;
      const [, phase, wanted, done] = /^(copy|check|grow) (\d+) (\d+)$/m.exec(stdout.toString()) ?? [];
      if (phase === 'check') context.progress('comparing the checksum');
      if (phase === 'grow') context.progress('growing it');
      if (phase !== 'copy') continue;
      const look = { at: Date.now(), done: Number(done) };
      looks = [...looks.filter(({ at }) => at > look.at - rateOverMs), look];
      context.progress(progressOf(looks, Number(wanted) || total));
    } catch (error) {
      // The copy itself says what is wrong with the connection.
      if (!(error instanceof HumError)) throw error;
    }
    // A host that takes its time to answer has it for the copy.
    restMs = Math.min(mostRestMs, Math.max(lookEveryMs, 3 * (performance.now() - asked)));
  }
}

/** "1.2 GiB of 4.0 GiB, 85.0 MiB/s, 33 s left". Looks are in order; nothing is said of what cannot be told yet. Pure. */
export function progressOf(looks: readonly Look[], total: number): string {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined) return '';
  const done = total > 0 ? Math.min(last.done, total) : last.done;
  const parts = [total > 0 ? `${formatBytes(done)} of ${formatBytes(total)}` : formatBytes(done)];
  const rate = last.at > first.at ? ((last.done - first.done) / (last.at - first.at)) * 1000 : 0;
  if (rate > 0) {
    parts.push(formatRate(rate));
    if (total > done) parts.push(`${formatDuration(((total - done) / rate) * 1000)} left`);
  }
  return parts.join(', ');
}
