const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

/** How much disk the history of the hosts may take, bytes: at first, at least and at most. */
export const firstHistoryBytes = 4 * gibibyte;
export const leastHistoryBytes = 64 * mebibyte;
export const mostHistoryBytes = 1024 * gibibyte;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long each tier of the history is kept, ms. */
export const keptMs = { sample: 2 * dayMs, minute: 30 * dayMs, hour: 730 * dayMs } as const;

/** Where the disk is short, the samples are shortened first, down to this; then the minutes, then the hours. */
export const keptAtLeastMs = { sample: 6 * hourMs, minute: 2 * dayMs, hour: 30 * dayMs } as const;

type PerTier = Readonly<Record<keyof typeof keptMs, number>>;

/** How many hosts a limit keeps everything of. */
export function hostsWithin(limitBytes: number, bytesPerHostDay: PerTier): number {
  return Math.floor(limitBytes / bytesOfAll(keptMs, bytesPerHostDay));
}

/** How far back each tier of so many hosts reaches within a limit, ms, shortened in the order in which the oldest are removed. */
export function reachWithin(limitBytes: number, hosts: number, bytesPerHostDay: PerTier): PerTier {
  const reach: Record<keyof PerTier, number> = { ...keptMs };
  for (const tier of ['sample', 'minute', 'hour'] as const) {
    const over = hosts * bytesOfAll(reach, bytesPerHostDay) - limitBytes;
    // Bytes are whole: less than one is the rounding of this arithmetic.
    if (over < 1) break;
    const perMs = (hosts * bytesPerHostDay[tier]) / dayMs;
    reach[tier] = Math.max(keptAtLeastMs[tier], reach[tier] - over / perMs);
  }
  return reach;
}

function bytesOfAll(ms: PerTier, bytesPerDay: PerTier): number {
  return (ms.sample * bytesPerDay.sample + ms.minute * bytesPerDay.minute + ms.hour * bytesPerDay.hour) / dayMs;
}
