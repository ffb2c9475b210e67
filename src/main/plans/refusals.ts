import type { PlanState } from '../../shared/contract/plans.ts';
import { HumError } from '../../shared/errors.ts';
import type { Plan } from './plan.ts';
import type { PlanRecord } from './record.ts';

const stateWords: Readonly<Record<PlanState, string>> = {
  queued: 'waits for its turn',
  running: 'is under way',
  undoing: 'is being undone',
  done: 'is done',
  failed: 'has failed',
  cancelled: 'was cancelled',
  undone: 'was undone',
  stuck: 'could not be undone and needs a decision',
  interrupted: 'was interrupted and needs a decision',
  dismissed: 'was left as it is',
};

/** Its subject has a plan already: `other`, or another one of those that were asked for together. */
export function alreadyBusy(plan: Pick<Plan, 'title' | 'host'>, other: PlanRecord | undefined): HumError {
  return new HumError({
    code: 'conflict',
    message:
      other === undefined
        ? `“${plan.title}” was asked for twice, or with something else for the same.`
        : `“${other.title}” ${stateWords[other.state]}; “${plan.title}” has to wait.`,
    hint: 'See Activity: wait for it, cancel it, or decide what becomes of it.',
    host: plan.host,
  });
}

/** The plan is not in a state for that. `what` as in "cannot be … now". */
export function notNow(plan: PlanRecord, what: string): HumError {
  return new HumError({
    code: 'conflict',
    message: `“${plan.title}” ${stateWords[plan.state]}: it cannot be ${what} now.`,
    hint: 'Look at it again in Activity; somebody else may have decided meanwhile.',
    host: plan.host,
  });
}

/** No plan with this id is under way, undecided or recent. */
export function noSuchPlan(): HumError {
  return new HumError({
    code: 'not-found',
    message: 'There is no such plan any more.',
    hint: 'It has ended long ago. The audit log in Activity has it.',
  });
}
