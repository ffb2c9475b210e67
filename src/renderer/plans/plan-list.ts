import type { PlansEvent, PlanView } from '../../shared/contract/plans.ts';

export type PlanMap = ReadonlyMap<string, PlanView>;

/** How many plans that have ended stay in mind; the audit log has the others. */
const endedKept = 200;

/** The plans after an event of the stream, oldest first. Plans that did not change stay the same objects. */
export function applyPlans(before: PlanMap, event: PlansEvent): PlanMap {
  const after = new Map(event.kind === 'snapshot' ? [] : before);
  for (const plan of event.plans) after.set(plan.id, plan);
  const over = [...after.values()].filter(hasEnded);
  over.sort((left, right) => (left.endedAt ?? 0) - (right.endedAt ?? 0));
  for (const plan of over.slice(0, Math.max(0, over.length - endedKept))) after.delete(plan.id);
  return after;
}

/** It moves, or waits for its turn. */
export function isUnderWay({ state }: PlanView): boolean {
  return state === 'queued' || state === 'running' || state === 'undoing';
}

/** A person must say what becomes of it. */
export function needsDecision({ state }: PlanView): boolean {
  return state === 'interrupted' || state === 'stuck';
}

/** It is over, for good. */
export function hasEnded(plan: PlanView): boolean {
  return !isUnderWay(plan) && !needsDecision(plan);
}

export interface PlanCounts {
  readonly underWay: number;
  readonly undecided: number;
}

/** How many plans are under way, and how many wait for a decision. */
export function countPlans(plans: PlanMap): PlanCounts {
  let [underWay, undecided] = [0, 0];
  for (const plan of plans.values()) {
    if (isUnderWay(plan)) underWay += 1;
    else if (needsDecision(plan)) undecided += 1;
  }
  return { underWay, undecided };
}

/** What `counts` mean, for who cannot see a mark: "Activity, 2 under way, 1 needs a decision". */
export function activityLabel({ underWay, undecided }: PlanCounts): string {
  const parts = ['Activity'];
  if (underWay > 0) parts.push(`${underWay} under way`);
  if (undecided > 0) parts.push(`${undecided} ${undecided === 1 ? 'needs' : 'need'} a decision`);
  return parts.join(', ');
}
