const firstDelayMs = 250;
const longestDelayMs = 10_000;

/**
 * How long to wait before the next try, ms: doubles from 250 ms to 10 s, and `random` (0..1) spreads the upper half, so that the tabs of a
 * restarted console do not all come back in the same moment.
 */
export function backoffDelay(failures: number, random: number): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 16));
  return Math.round(ceiling * (0.5 + random / 2));
}
