/** The past that is kept. */
export const windowMs = 15 * 60_000;

const shortestWindowMs = 2 * 60_000;

/** How much of the past the charts show when the oldest sample is of `oldest`: what there is, so that a young chart is not mostly empty. */
export function shownMs(oldest: number | undefined, now: number): number {
  return Math.min(windowMs, Math.max(shortestWindowMs, now - (oldest ?? now)));
}

/** A sample a second for the window, and room for a clock that ran ahead: nothing a host does makes the window longer. */
export const maxSamples = 1000;

/**
 * The window with one more sample: what fell out of the last 15 minutes is dropped. A sample that is not newer than the newest is not
 * taken (the console's clock was set back, or it is the one that the snapshot already had).
 */
export function appendSample<Sample extends { readonly at: number }>(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const newest = samples.at(-1);
  if (newest && sample.at <= newest.at) return samples;
  const from = sample.at - windowMs;
  const kept = samples.filter((held) => held.at >= from);
  return [...kept.slice(Math.max(0, kept.length + 1 - maxSamples)), sample];
}

/** Below this a pause between two samples is never a gap: a hidden window samples every 15 s. */
const shortestGapMs = 20_000;

/**
 * True where nothing was sampled between two neighbours, so that no line may join them. The rhythm changes (1 s looked at, 5 s in the
 * fleet, slower for a slow host), so a pause is a gap when it is long by the measure of the pauses around it.
 */
export function isGap(samples: readonly { readonly at: number }[], index: number): boolean {
  const before = samples[index - 1];
  const here = samples[index];
  if (!before || !here) return false;
  const pause = here.at - before.at;
  const pauseBefore = before.at - (samples[index - 2]?.at ?? before.at);
  const pauseAfter = (samples[index + 1]?.at ?? here.at) - here.at;
  return pause > Math.max(shortestGapMs, 2.5 * Math.max(pauseBefore, pauseAfter));
}
