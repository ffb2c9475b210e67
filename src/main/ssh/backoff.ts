export type RetryKind = 'unreachable' | 'auth-failed';

/**
 * Unreachable: a second, doubling to two minutes. A refused login comes from a person's mistake, and each try is a line in the host's log
 * that fail2ban counts (5 in 10 minutes by default): half a minute, doubling to ten minutes.
 */
const bounds = {
  unreachable: { firstMs: 1000, capMs: 120_000 },
  'auth-failed': { firstMs: 30_000, capMs: 600_000 },
} as const satisfies Record<RetryKind, { firstMs: number; capMs: number }>;

/**
 * How long to wait after the `failures`-th failure in a row (from 1), ms. Exponential with full jitter, so that a fleet that went away
 * together does not come back together; never less than a quarter of the bound, so that nobody is hammered.
 */
export function retryDelay(kind: RetryKind, failures: number, random: () => number = Math.random): number {
  const { firstMs, capMs } = bounds[kind];
  const bound = Math.min(capMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(bound * (0.25 + 0.75 * random()));
}
