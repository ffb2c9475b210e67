import type { Problem } from '../../shared/errors.ts';
import type { PlanRecord, StepRecord } from './record.ts';

/** Why a plan is taken back that a person cancelled. */
export function cancelledProblem(by: string): Problem {
  return { code: 'cancelled', message: `${by} cancelled it.`, hint: '' };
}

/** Why a plan is taken back that was done. */
export function undoneProblem(by: string): Problem {
  return { code: 'undone', message: `${by} undid it after it was done.`, hint: '' };
}

/** That a plan which is done stays done: its first undo was refused, and changed nothing. */
export function notUndoneProblem(refusal: Problem): Problem {
  return { ...refusal, message: `It was not undone: ${refusal.message}`, hint: `What was done is still there. ${refusal.hint}`.trim() };
}

/** Why a plan failed or was cancelled, and what is left of it, once everything that can be undone is undone. */
export function failedProblem(plan: PlanRecord, reason: Problem): Problem {
  const undone = plan.steps.filter((step) => step.state === 'undone');
  const kept = plan.steps.filter((step) => step.state === 'kept');
  const unsure = plan.steps.filter((step) => step.state === 'unknown');
  const left = [
    undone.length > 0 ? 'What had been done was undone.' : '',
    kept.length > 0 ? `${titles(kept)} cannot be undone and stays.` : '',
    unsure.length > 0 ? `Whether ${titles(unsure)} was done is not known: look at the host.` : '',
    undone.length + kept.length + unsure.length === 0 ? 'Nothing was left to undo.' : '',
  ];
  return { ...reason, hint: [reason.hint, ...left].filter((part) => part !== '').join(' ') };
}

/** That an undo failed: something is left on a host that a person must look at. */
export function stuckProblem(plan: PlanRecord, reason: Problem): Problem {
  const failed = plan.steps.filter((step) => step.state === 'undo-failed');
  const undone = plan.steps.filter((step) => step.state === 'undone');
  const first = failed[0];
  const rest = undone.length === 0 ? '' : ` ${titles(undone)} ${undone.length === 1 ? 'was' : 'were'} undone.`;
  return {
    code: 'undo-failed',
    message: `${reason.message} Undoing ${titles(failed)} did not work: ${first?.problem?.message ?? ''}${rest}`,
    hint: 'Mend what stands in the way and undo again, or look at the host and leave everything as it is.',
    ...(first === undefined ? {} : { host: first.host }),
    ...(first?.problem?.detail === undefined ? {} : { detail: first.problem.detail }),
  };
}

function titles(steps: readonly StepRecord[]): string {
  return steps.map((step) => `“${step.title}”`).join(', ');
}
