/** TCP segments since boot. `sent` leaves out those that were `retransmitted`. */
export interface SegmentFigures {
  readonly sent: number;
  readonly retransmitted: number;
}

export interface SegmentReading extends SegmentFigures {
  readonly uptimeMs: number;
}

/**
 * Of fewer segments no share is made: of a hundred, one that was lost is one percent, half of the level at which the rule warns. Of ten it would be
 * an alarm, and every connection loses one now and then.
 */
export const fewestSegments = 100;
/** So far back they are gathered on a host that sends little. */
const reachMs = 120_000;
/** A host is read once a second at most: more than these within the reach are a clock that stands still. */
const mostKept = reachMs / 1000;

/**
 * The share of the segments sent that were sent again, 0..1, over the shortest stretch up to `now` that has enough of them: on a busy host that since the
 * reading before. Null where there are not enough, where a counter fell (it wrapped, at 32 bits on old kernels, or the host was booted), and
 * where the host does not tell. `kept` are the readings that the next one is held against.
 */
export function shareSentAgain(
  before: readonly SegmentReading[],
  now: SegmentReading | null,
): { readonly share: number | null; readonly kept: readonly SegmentReading[] } {
  // A file that could not be read this once.
  if (now === null) return { share: null, kept: before };
  const last = before.at(-1);
  const fell = last !== undefined && (now.sent < last.sent || now.retransmitted < last.retransmitted || now.uptimeMs < last.uptimeMs);
  const within = fell ? [] : before.filter(({ uptimeMs }) => now.uptimeMs - uptimeMs <= reachMs);
  const from = within.findLastIndex((reading) => segmentsSince(reading, now) >= fewestSegments);
  const kept = [...within.slice(Math.max(0, from)), now].slice(-mostKept);
  const base = within[from];
  return { share: base === undefined ? null : (now.retransmitted - base.retransmitted) / segmentsSince(base, now), kept };
}

function segmentsSince(before: SegmentFigures, now: SegmentFigures): number {
  return now.sent - before.sent + (now.retransmitted - before.retransmitted);
}
