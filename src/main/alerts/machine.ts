import { isBeyond, isClear, type RuleKind, type RuleLevels, type RuleSettings } from '../../shared/alert-rules.ts';
import type { Severity } from '../../shared/incident.ts';

/** How one level does: which of the last samples were bad (bits, the newest lowest), and since when enough of them were. */
export interface Track {
  readonly recent: number;
  readonly since: number | null;
}

/** What is known of one figure of one host. Plain data: it is written down as it is, and goes on from there after a restart. */
export interface Watch {
  readonly phase: 'ok' | 'pending' | 'firing';
  /** While it fires. */
  readonly severity: Severity | null;
  /** When it became bad; of no meaning while `ok`. */
  readonly since: number;
  readonly warning: Track;
  readonly critical: Track;
  /** Since when it has been clear, and clear of the critical level; null while it is not. */
  readonly clearSince: number | null;
  readonly easeSince: number | null;
  /** Nothing fires or worsens before this: it has just cleared or eased. */
  readonly heldUntil: number;
  /** The newest sample, epoch ms. */
  readonly at: number;
}

const blank: Track = { recent: 0, since: null };
export const unwatched: Watch = {
  phase: 'ok',
  severity: null,
  since: 0,
  warning: blank,
  critical: blank,
  clearSince: null,
  easeSince: null,
  heldUntil: 0,
  at: 0,
};

/** Without a figure for this long nothing is known of the time between: what had begun begins anew. */
export const gapMs = 150_000;

export interface Observation {
  /** Epoch ms. */
  readonly at: number;
  /** In the unit of the rule. */
  readonly value: number;
  /** Whether something keeps a severity from firing now: quiet hours, a downtime, a jump host that is gone. */
  readonly holds: Readonly<Record<Severity, boolean>>;
}

export type WatchEvent = 'opened' | 'worsened' | 'eased' | 'resolved';
export interface Step {
  readonly watch: Watch;
  readonly event: WatchEvent | null;
}

export const freely = { warning: false, critical: false } as const;

/**
 * What becomes of a watch with the next figure. Pure. A watch that has cleared does not fire within the rule's clear time, and clears only
 * after as much time in which every figure was clear. A figure that is not newer than the last one changes nothing.
 */
export function step(before: Watch, kind: Pick<RuleKind, 'worse'>, rule: RuleSettings, { at, value, holds }: Observation): Step {
  if (at <= before.at && at > before.at - gapMs) return { watch: before, event: null };
  const apart = before.at === 0 || at - before.at > gapMs || at < before.at;
  const bad = (levels: RuleLevels | null) => levels !== null && isBeyond(kind, value, levels.set);
  const lowest = rule.warning ?? rule.critical;
  const warning = tracked(apart ? blank : before.warning, bad(rule.warning), rule, at);
  const critical = tracked(apart ? blank : before.critical, bad(rule.critical), rule, at);
  const since = (begun: number | null, clear: number | undefined) =>
    clear === undefined || !isClear(kind, value, clear) ? null : ((apart ? null : begun) ?? at);
  const next: Watch = {
    ...before,
    warning,
    critical,
    clearSince: since(before.clearSince, lowest?.clear),
    easeSince: since(before.easeSince, rule.critical?.clear),
    // A clock that was set back must not hold it for long.
    heldUntil: Math.min(before.heldUntil, at + rule.clearForMs),
    at,
  };
  return before.phase === 'firing' ? whileFiring(next, rule, holds) : whileNot(next, rule, holds);
}

/** A rule that was switched off, or a host that has gone: nothing of it fires any more. */
export function ended(before: Watch): Step {
  return { watch: { ...unwatched, at: before.at, heldUntil: before.heldUntil }, event: before.phase === 'firing' ? 'resolved' : null };
}

function tracked(before: Track, bad: boolean, { hits, of }: RuleSettings, at: number): Track {
  const recent = ((before.recent << 1) | (bad ? 1 : 0)) & ((1 << of) - 1);
  if (recent === before.recent && before.since === null && recent === 0) return before;
  return { recent, since: ones(recent) >= hits ? (before.since ?? at) : null };
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

const isDue = ({ since }: Track, { forMs }: RuleSettings, at: number) => since !== null && at - since >= forMs;

function whileFiring(watch: Watch, rule: RuleSettings, holds: Observation['holds']): Step {
  const { at, clearSince, easeSince } = watch;
  if (clearSince !== null && at - clearSince >= rule.clearForMs) {
    return { watch: { ...unwatched, heldUntil: at + rule.clearForMs, at }, event: 'resolved' };
  }
  if (watch.severity === 'warning') {
    const worse = isDue(watch.critical, rule, at) && !holds.critical && at >= watch.heldUntil;
    return worse ? { watch: { ...watch, severity: 'critical' }, event: 'worsened' } : { watch, event: null };
  }
  // What is clear altogether is about to resolve: nobody needs to hear of a warning in between.
  if (rule.warning !== null && clearSince === null && easeSince !== null && at - easeSince >= rule.clearForMs) {
    return { watch: { ...watch, severity: 'warning', heldUntil: at + rule.clearForMs, easeSince: null }, event: 'eased' };
  }
  return { watch, event: null };
}

function whileNot(watch: Watch, rule: RuleSettings, holds: Observation['holds']): Step {
  const { at, warning, critical } = watch;
  if (warning.recent === 0 && critical.recent === 0) {
    return { watch: watch.phase === 'ok' ? watch : { ...watch, phase: 'ok', since: 0 }, event: null };
  }
  const since = watch.phase === 'pending' ? watch.since : at;
  const pending: Watch = { ...watch, phase: 'pending', since };
  if (at < watch.heldUntil) return { watch: pending, event: null };
  const due = (severity: Severity) => isDue(watch[severity], rule, at) && !holds[severity];
  const severity = due('critical') ? 'critical' : due('warning') ? 'warning' : null;
  return severity === null ? { watch: pending, event: null } : { watch: { ...pending, phase: 'firing', severity }, event: 'opened' };
}
