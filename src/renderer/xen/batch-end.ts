import type { PlanView } from '../../shared/contract/plans.ts';

const ended: ReadonlySet<PlanView['state']> = new Set(['done', 'failed', 'cancelled', 'undone', 'stuck', 'interrupted', 'dismissed']);

/** Whether nothing more happens to a plan by itself. */
export function hasEnded(plan: PlanView): boolean {
  return ended.has(plan.state);
}

export interface BatchTally {
  readonly all: number;
  readonly ended: number;
  readonly done: number;
  /** Failed, cancelled or stuck. */
  readonly failed: number;
  readonly stuck: number;
}

/** How far the plans of one batch have come. `all` is how many there are to be. */
export function tally(plans: readonly PlanView[], all: number): BatchTally {
  const count = (test: (plan: PlanView) => boolean) => plans.filter(test).length;
  return {
    all,
    ended: count(hasEnded),
    done: count((plan) => plan.state === 'done'),
    failed: count((plan) => hasEnded(plan) && plan.state !== 'done'),
    stuck: count((plan) => plan.state === 'stuck' || plan.state === 'interrupted'),
  };
}

/** How a batch ended, in one sentence; `of` is "Shut down 3 VMs" in pieces: "Shut down", and the whole count or the name. */
export function endSentence({ all, done, failed, stuck }: BatchTally, doneWord: string, which: string): string {
  if (failed === 0) return `${doneWord} ${which}.`;
  const left = stuck > 0 ? ` ${stuck === 1 ? 'One needs' : `${stuck} need`} a decision on the activity page.` : '';
  if (all === 1) return `${doneWord} ${which}: it failed.${left}`;
  return `${doneWord} ${done} of ${all}; ${failed} failed.${left}`;
}

/** What was undone of a plan that did not end well, in one sentence. */
export function undoneSentence(plan: PlanView): string {
  const undone = plan.steps.filter((step) => step.state === 'undone').length;
  const kept = plan.steps.filter((step) => step.state === 'kept').length;
  if (plan.state === 'stuck') return 'Undoing it failed too: something is left on the host.';
  if (undone + kept === 0) return 'Nothing had been changed.';
  const parts = [];
  if (undone > 0) parts.push(`${undone === 1 ? 'One step was' : `${undone} steps were`} undone`);
  if (kept > 0) parts.push(`${kept === 1 ? 'one stays' : `${kept} stay`} as it is, because nothing can undo it`);
  return `${parts.join(', and ')}.`;
}
