import type { Problem } from '../../shared/errors.ts';
import { isUntouched, type PlanRecord } from './record.ts';

/**
 * What becomes of a plan that the journal says is under way, when nothing runs any more: Hum ended in the middle. One that had not begun is
 * over; of the others a person decides. The step that was under way, or its undo, may be done, half done or not done.
 */
export function recover(plan: PlanRecord, now: number): void {
  if (isUntouched(plan)) {
    plan.state = 'cancelled';
    plan.endedAt = now;
    plan.problem = {
      code: 'interrupted',
      message: 'Hum ended before this began; nothing was done.',
      hint: 'Start it again if it is still wanted.',
    };
    return;
  }
  plan.state = 'interrupted';
  plan.endedAt = null;
  for (const step of plan.steps) if (step.state === 'running' || step.state === 'undoing') step.state = 'unknown';
  // Why it was being taken back is still why.
  if (plan.direction === 'forward' || plan.problem === undefined) plan.problem = interrupted(plan);
}

function interrupted(plan: PlanRecord): Problem {
  const under = plan.steps.find((step) => step.state === 'unknown');
  return {
    code: 'interrupted',
    message: under ? `Hum ended during “${under.title}”.` : 'Hum ended between two steps.',
    hint: 'Go on with it, undo what was done, or leave everything as it is.',
  };
}
