import type { HostStatus } from '../../shared/contract/fleet.ts';
import type { Problem } from '../../shared/errors.ts';
import type { SessionStatus } from '../ssh/session.ts';

/** What decides the state of a host. */
export interface Situation {
  readonly enabled: boolean;
  /** Undefined while there is none. */
  readonly session: SessionStatus | undefined;
  /** A good sample has come over this connection. */
  readonly sampled: boolean;
  /** Why the figures are no longer to be trusted, although the connection stands; without a session, why there is none. */
  readonly fault: Problem | undefined;
  /** A person asked for this attempt, and wants to see it. */
  readonly asked: boolean;
}

/**
 * The state of a host. The very same object as `before` when nothing changed. An attempt that Hum makes by itself leaves the bad state
 * standing until it is known how the attempt ended, without `retryAt`: a dead host shall not flicker all day.
 */
export function nextStatus(before: HostStatus, situation: Situation, now: number): HostStatus {
  const next = stateOf(before, situation);
  const status: HostStatus = { ...next, since: next.state === before.state ? before.since : now };
  return same(before, status) ? before : status;
}

function stateOf(before: HostStatus, { enabled, session, sampled, fault, asked }: Situation): Omit<HostStatus, 'since'> {
  if (!enabled) return { state: 'disabled' };
  if (session === undefined) return fault === undefined ? { state: 'connecting' } : { state: 'unreachable', problem: fault };
  switch (session.state) {
    case 'idle':
    case 'connecting': {
      if (session.state === 'connecting' && session.waiting !== undefined) return { state: 'connecting', problem: session.waiting };
      const failed = before.state === 'unreachable' || before.state === 'auth-failed';
      return failed && !asked && before.problem !== undefined ? { state: before.state, problem: before.problem } : { state: 'connecting' };
    }
    case 'online':
      if (fault !== undefined) return { state: 'stale', problem: fault };
      return { state: sampled ? 'online' : 'connecting' };
    case 'host-key-unknown':
      return { state: session.state, problem: session.problem, offeredKey: session.offeredKey };
    case 'unreachable':
    case 'auth-failed':
    case 'host-key-changed':
      return {
        state: session.state,
        problem: session.problem,
        ...(session.retryAt === undefined ? {} : { retryAt: session.retryAt }),
        ...(session.offeredKey === undefined ? {} : { offeredKey: session.offeredKey }),
        ...(session.knownKeys === undefined ? {} : { knownKeys: session.knownKeys }),
      };
  }
}

function same(a: HostStatus, b: HostStatus): boolean {
  return (
    a.state === b.state &&
    a.retryAt === b.retryAt &&
    a.problem?.code === b.problem?.code &&
    a.problem?.message === b.problem?.message &&
    a.problem?.detail === b.problem?.detail &&
    a.offeredKey?.fingerprint === b.offeredKey?.fingerprint
  );
}
