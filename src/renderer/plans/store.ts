import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { PlanView } from '../../shared/contract/plans.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { applyPlans, hasEnded, type PlanMap } from './plan-list.ts';

export interface PlansState {
  /** False until the first snapshot. */
  readonly loaded: boolean;
  /** Those under way, those that need a decision, and some that ended lately; oldest first. */
  readonly plans: PlanMap;
  /** Counts up when a plan ended: the audit log has more by then. */
  readonly endings: number;
  /** Why the stream broke, while it is broken though the connection stands. */
  readonly problem: Problem | null;
}

/** The plans of the console, fed by `followPlans`. */
export const usePlans = create<PlansState>(() => ({ loaded: false, plans: new Map(), endings: 0, problem: null }));

/** Feeds the store from the console until the function that it returns is called. */
export function followPlans(): () => void {
  return subscribe(
    (client, signal) => client.plans.watch(undefined, { signal }),
    (event) =>
      usePlans.setState((before) => ({
        loaded: true,
        plans: applyPlans(before.plans, event),
        endings: event.kind === 'snapshot' || event.plans.some(hasEnded) ? before.endings + 1 : before.endings,
        problem: null,
      })),
    { onProblem: (problem) => usePlans.setState({ problem }) },
  );
}

/** One plan, drawn again only when it changes; undefined when it ended long ago, or the stream has not told of it yet. */
export function usePlan(id: string): PlanView | undefined {
  return usePlans((state) => state.plans.get(id));
}

/** The plans that were asked for together, in the order in which they were. */
export function useBatch(batch: string): readonly PlanView[] {
  return usePlans(useShallow((state) => [...state.plans.values()].filter((plan) => plan.batch === batch)));
}

/** The plan that is under way, or waits for a decision, for one subject: there is one at most. */
export function usePlanOf(subject: string): PlanView | undefined {
  return usePlans((state) => {
    for (const plan of state.plans.values()) if (plan.subject === subject && !hasEnded(plan)) return plan;
    return undefined;
  });
}
