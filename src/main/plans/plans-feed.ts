import type { PlansEvent } from '../../shared/contract/plans.ts';
import { type Bell, pause, settled } from '../stream.ts';
import { type PlanRecord, planView } from './record.ts';

/** A little more than a quarter of a second, so that no second ever holds five. */
const patchSpacingMs = 260;

/** Of each step's output in the stream, characters: what fits a panel. The audit log has all of it. */
const streamedOutput = 8 * 1024;

export interface PlansState {
  /** Those under way, those that need a decision, and some that ended lately; by id, oldest first. */
  readonly plans: ReadonlyMap<string, PlanRecord>;
  /** Counts every change; `changedAt` is the count at which a plan changed last. */
  readonly revision: number;
  readonly changedAt: ReadonlyMap<string, number>;
  readonly bell: Bell;
  readonly undoable: (plan: PlanRecord) => boolean;
}

/** First all plans that are kept in mind, then each that changed. A slow reader gets the newest state next, however much it missed. */
export async function* plansFeed(
  state: PlansState,
  signal: AbortSignal,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<PlansEvent, void, void> {
  const ready = async () => {
    if (writable !== undefined) await settled(writable(), signal);
    return !signal.aborted;
  };
  const view = (plan: PlanRecord) => planView(plan, { outputLimit: streamedOutput, undoable: state.undoable(plan) });
  const viewsSince = (seen: number) => [...state.plans.values()].filter((plan) => (state.changedAt.get(plan.id) ?? 0) > seen).map(view);

  if (!(await ready())) return;
  let seen = state.revision;
  yield { kind: 'snapshot', plans: [...state.plans.values()].map(view) };
  let sentAt = performance.now();

  while (!signal.aborted) {
    if (state.revision === seen) await state.bell.wait(signal);
    await pause(sentAt + patchSpacingMs - performance.now(), signal);
    if (!(await ready())) return;
    const plans = viewsSince(seen);
    seen = state.revision;
    if (plans.length > 0) yield { kind: 'patch', plans };
    sentAt = performance.now();
  }
}
