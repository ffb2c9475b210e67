import { randomUUID } from 'node:crypto';
import type { PlanState, PlanView, StepState, StepView } from '../../shared/contract/plans.ts';
import type { Problem } from '../../shared/errors.ts';
import type { Action, Json, Plan } from './plan.ts';

/** A step as the journal keeps it. */
export interface StepRecord {
  readonly title: string;
  readonly host: string;
  readonly action: Action;
  readonly undo: Action | null;
  state: StepState;
  startedAt: number | null;
  endedAt: number | null;
  output: string;
  /** Not journalled: it means nothing once the step has ended. */
  progress: string;
  problem: Problem | undefined;
}

/** A plan as the journal keeps it. */
export interface PlanRecord {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly host: string;
  /** The name of the host when the plan was made: the audit log outlives the inventory. */
  readonly hostName: string;
  readonly subject: string;
  readonly batch: string;
  readonly by: string;
  readonly createdAt: number;
  readonly steps: readonly StepRecord[];
  readonly atOnce: number | null;
  readonly holds: Json;
  state: PlanState;
  direction: 'forward' | 'back';
  endedAt: number | null;
  problem: Problem | undefined;
}

/** A plan taken in: nothing of it is done. */
export function newRecord(plan: Plan, about: Pick<PlanRecord, 'hostName' | 'batch' | 'by' | 'createdAt'>): PlanRecord {
  const { kind, title, host, subject, steps, atOnce = null, holds = null } = plan;
  return {
    id: randomUUID(),
    kind,
    title,
    host,
    subject,
    atOnce,
    holds,
    ...about,
    state: 'queued',
    direction: 'forward',
    endedAt: null,
    problem: undefined,
    steps: steps.map((step) => ({
      ...step,
      state: 'waiting',
      startedAt: null,
      endedAt: null,
      output: '',
      progress: '',
      problem: undefined,
    })),
  };
}

/** It is over, and nobody needs to decide anything. */
export function hasEnded(state: PlanState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled' || state === 'undone' || state === 'dismissed';
}

/** A person must say what to do about it. */
export function isUndecided(state: PlanState): boolean {
  return state === 'interrupted' || state === 'stuck';
}

/** Nothing of it was ever begun. */
export function isUntouched(plan: PlanRecord): boolean {
  return plan.steps.every((step) => step.state === 'waiting');
}

/** The hosts that it works on. */
export function hostsOf(plan: Pick<PlanRecord, 'host' | 'steps'>): ReadonlySet<string> {
  return new Set([plan.host, ...plan.steps.map((step) => step.host)]);
}

interface ViewOptions {
  /** How many characters of each step's output, its end. */
  readonly outputLimit?: number;
  readonly undoable?: boolean;
}

/** What a person sees of it. */
export function planView(plan: PlanRecord, { outputLimit = Number.POSITIVE_INFINITY, undoable = false }: ViewOptions = {}): PlanView {
  const { steps, problem, atOnce, holds, ...rest } = plan;
  return {
    ...rest,
    steps: steps.map((step) => stepView(step, outputLimit)),
    ...(undoable ? { undoable } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}

function stepView(step: StepRecord, outputLimit: number): StepView {
  const { action, undo, problem, output, ...rest } = step;
  return {
    ...rest,
    command: action.shown,
    undo: undo?.shown ?? null,
    output: output.length > outputLimit ? output.slice(-outputLimit) : output,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** What a search of the audit log looks into. */
export function searchText(plan: PlanRecord): string {
  const parts = [plan.title, plan.kind, plan.hostName, plan.host, plan.subject, plan.by, plan.problem?.message, plan.problem?.detail];
  for (const { title, action, undo, output, problem } of plan.steps) {
    parts.push(title, action.shown, undo?.shown, output, problem?.message, problem?.detail);
  }
  return parts
    .filter((part) => part !== undefined && part !== '')
    .join('\n')
    .toLowerCase();
}
