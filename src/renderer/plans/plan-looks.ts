import type { PlanState, PlanView, StepState, StepView } from '../../shared/contract/plans.ts';
import { formatDuration } from '../../shared/units.ts';

/** How loud it is: `quiet` is over, `live` moves, `good` went well, `warn` and `bad` want to be looked at. */
export type PlanTone = 'quiet' | 'live' | 'good' | 'warn' | 'bad';

interface Look {
  readonly word: string;
  readonly tone: PlanTone;
}

export const planLooks: Readonly<Record<PlanState, Look>> = {
  queued: { word: 'Waits its turn', tone: 'quiet' },
  running: { word: 'Under way', tone: 'live' },
  undoing: { word: 'Being undone', tone: 'live' },
  done: { word: 'Done', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'quiet' },
  undone: { word: 'Undone', tone: 'quiet' },
  stuck: { word: 'Not undone', tone: 'bad' },
  interrupted: { word: 'Interrupted', tone: 'warn' },
  dismissed: { word: 'Left as it is', tone: 'quiet' },
};

export const stepLooks: Readonly<Record<StepState, Look>> = {
  waiting: { word: 'Not begun', tone: 'quiet' },
  running: { word: 'Under way', tone: 'live' },
  done: { word: 'Done', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  undoing: { word: 'Being undone', tone: 'live' },
  undone: { word: 'Undone', tone: 'quiet' },
  'undo-failed': { word: 'Not undone', tone: 'bad' },
  kept: { word: 'Done, stays', tone: 'warn' },
  unknown: { word: 'Not known', tone: 'warn' },
};

/** What can be decided about a plan as it stands. */
export type Decision = 'cancel' | 'resume' | 'undo' | 'dismiss';

export const decisionLabels: Readonly<Record<Decision, string>> = {
  cancel: 'Cancel and undo',
  resume: 'Go on',
  undo: 'Undo',
  dismiss: 'Leave as it is',
};

/** The decisions that a person has, the likeliest first. */
export function decisionsFor({ state, direction, undoable }: Pick<PlanView, 'state' | 'direction' | 'undoable'>): readonly Decision[] {
  switch (state) {
    case 'queued':
    case 'running':
      return direction === 'forward' ? ['cancel'] : [];
    case 'interrupted':
      return direction === 'forward' ? ['resume', 'undo', 'dismiss'] : ['undo', 'dismiss'];
    case 'stuck':
      return ['undo', 'dismiss'];
    case 'done':
      return undoable === true ? ['undo'] : [];
    default:
      return [];
  }
}

/** How long a step took, or has taken until `now`; empty before it begins and where it is not known. Whole seconds while it runs. */
export function stepDuration({ startedAt, endedAt }: Pick<StepView, 'startedAt' | 'endedAt'>, state: StepState, now: number): string {
  if (startedAt === null) return '';
  if (endedAt === null) return state === 'running' || state === 'undoing' ? formatDuration(now - startedAt) : '';
  return formatTook(endedAt - startedAt);
}

/** How long something took, finely where it was short: `420 ms`, `3.4 s`, `12 s`. */
export function formatTook(ms: number): string {
  const took = Math.max(0, Math.round(ms));
  return took < 1000 ? `${took} ms` : took < 10_000 ? `${(took / 1000).toFixed(1)} s` : formatDuration(took);
}

/** How far a plan is: "step 2 of 3". */
export function planProgress({ steps }: Pick<PlanView, 'steps'>): string {
  const begun = steps.filter((step) => step.state !== 'waiting').length;
  return `step ${Math.max(1, begun)} of ${steps.length}`;
}
