import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';
import { pause } from '../stream.ts';
import { cancelledProblem, failedProblem, notUndoneProblem, stuckProblem } from './endings.ts';
import { withOutput } from './output-tail.ts';
import { type Action, type StepHandler, StepRefused } from './plan.ts';
import type { PlanRecord, StepRecord } from './record.ts';

/** How long an undo waits for a lost connection to come back, and how often it looks, ms. */
export interface RunLimits {
  readonly reconnectMs: number;
  readonly lookMs: number;
  /** How long the next step waits for the truth after the one before. */
  readonly refreshMs: number;
}

export const usualLimits: RunLimits = { reconnectMs: 120_000, lookMs: 500, refreshMs: 10_000 };

export interface RunDeps {
  readonly handlers: Readonly<Record<string, StepHandler>>;
  readonly runner: (host: string) => Runner;
  readonly onStep: (host: string, subject: string) => Promise<void>;
  /** Puts the plan and these steps on disk. @throws HumError `journal-failed` */
  readonly save: (plan: PlanRecord, steps: readonly StepRecord[]) => void;
  /** Something that a person sees has changed. */
  readonly changed: (plan: PlanRecord) => void;
  readonly now: () => number;
  readonly limits: RunLimits;
}

export interface RunSignals {
  /** A person takes the plan back. */
  readonly cancel: AbortSignal;
  /** Hum ends: everything stays as it stands, in the journal too. */
  readonly stop: AbortSignal;
}

/**
 * Brings a plan to its end: forward, its steps in order; back, the undo of what was done in reverse. Each is in the journal before it begins and
 * when it has ended; when the journal cannot be written the plan is `stuck` where it stands. Never rejects.
 */
export async function run(plan: PlanRecord, deps: RunDeps, signals: RunSignals): Promise<void> {
  try {
    if (plan.direction === 'forward') await goForward(plan, deps, signals);
    if (plan.direction === 'back' && !signals.stop.aborted) await goBack(plan, deps, signals.stop);
  } catch (error) {
    if (signals.stop.aborted) return;
    plan.state = 'stuck';
    plan.endedAt = deps.now();
    plan.problem = problemOf(error);
    deps.changed(plan);
  }
}

/** Failed steps that did nothing on their host: there is nothing to take back. In memory only; for the journal the step was begun. */
const harmless = new WeakSet<StepRecord>();

async function goForward(plan: PlanRecord, deps: RunDeps, { cancel, stop }: RunSignals): Promise<void> {
  plan.state = 'running';
  plan.problem = undefined;
  const signal = AbortSignal.any([cancel, stop]);
  /** Done, and on its way into the journal together with the beginning of the next: a disk takes as long for the two as for one. */
  let before: StepRecord | undefined;
  for (const step of plan.steps) {
    if (step.state === 'done' || step.state === 'kept') continue;
    if (cancel.aborted) break;
    const repeated = step.state === 'unknown';
    begin(plan, step, 'running', deps, before);
    before = undefined;
    const attempt = await perform(step.action, plan, step, { repeated, signal }, deps);
    if (stop.aborted) return;
    if (!attempt.acted && attempt.problem !== undefined && !repeated) harmless.add(step);
    end(step, attempt.problem === undefined ? 'done' : 'failed', attempt.problem, deps.now());
    if (attempt.problem === undefined && !cancel.aborted && !isLastOnItsHost(step, plan.steps)) {
      before = step;
      continue;
    }
    save(plan, step, deps);
    await refreshed(plan, step, deps, stop);
    if (stop.aborted) return;
    if (attempt.problem !== undefined) {
      plan.direction = 'back';
      plan.problem = cancel.aborted ? cancelledProblem(plan.by) : attempt.problem;
      return;
    }
  }
  if (before !== undefined) save(plan, before, deps);
  if (cancel.aborted) {
    plan.direction = 'back';
    plan.problem = cancelledProblem(plan.by);
    return;
  }
  finish(plan, 'done', undefined, deps);
}

async function goBack(plan: PlanRecord, deps: RunDeps, stop: AbortSignal): Promise<void> {
  const reason = plan.problem ?? cancelledProblem(plan.by);
  plan.state = 'undoing';
  deps.save(plan, []);
  deps.changed(plan);
  /** Until when each host is waited for: once, not for each of its steps. */
  const deadlines = new Map<string, number>();
  const undoable: (StepRecord & { readonly undo: Action })[] = [];
  for (const step of plan.steps.toReversed()) {
    if (!mayHaveActed(step)) continue;
    if (hasUndo(step) && !harmless.has(step)) undoable.push(step);
    else if (step.state === 'done') step.state = 'kept';
  }
  for (const step of undoable) {
    const repeated = step.state === 'unknown' || step.state === 'undo-failed';
    begin(plan, step, 'undoing', deps);
    const { problem, refused } = await takeBack(step.undo, plan, step, { repeated, signal: stop, deadlines }, deps);
    if (stop.aborted) return;
    if (problem !== undefined && refused && reason.code === 'undone' && isWhole(plan, step)) {
      staysDone(plan, problem, deps);
      return;
    }
    end(step, problem === undefined ? 'undone' : 'undo-failed', problem ?? step.problem, deps.now());
    save(plan, step, deps);
    if (isLastOnItsHost(step, undoable)) await refreshed(plan, step, deps, stop);
    if (stop.aborted) return;
  }
  if (plan.steps.some((step) => step.state === 'undo-failed')) finish(plan, 'stuck', stuckProblem(plan, reason), deps);
  else finish(plan, endOf(reason), failedProblem(plan, reason), deps);
}

function endOf({ code }: Problem): 'cancelled' | 'undone' | 'failed' {
  return code === 'cancelled' || code === 'undone' ? code : 'failed';
}

/** Nothing of it has been undone but, perhaps, this step. */
function isWhole(plan: PlanRecord, last: StepRecord): boolean {
  return plan.steps.every((step) => step === last || step.state === 'done' || step.state === 'kept');
}

function staysDone(plan: PlanRecord, refusal: Problem, deps: RunDeps): void {
  for (const step of plan.steps) {
    step.state = 'done';
    step.endedAt ??= deps.now();
    step.progress = '';
  }
  plan.direction = 'forward';
  finish(plan, 'done', notUndoneProblem(refusal), deps);
}

function hasUndo(step: StepRecord): step is StepRecord & { readonly undo: Action } {
  return step.undo !== null;
}

/** Whether a step may have changed something that is still there. */
export function mayHaveActed(step: StepRecord): boolean {
  return step.state === 'done' || step.state === 'failed' || step.state === 'unknown' || step.state === 'undo-failed';
}

interface BackOptions {
  readonly repeated: boolean;
  readonly signal: AbortSignal;
  readonly deadlines: Map<string, number>;
}

interface TakenBack {
  /** Why it could not be. */
  readonly problem: Problem | undefined;
  /** Its undo says that it changed nothing, and went before for no other time. */
  readonly refused: boolean;
}

/** Undoes one step, again when the connection was lost meanwhile. */
async function takeBack(undo: Action, plan: PlanRecord, step: StepRecord, options: BackOptions, deps: RunDeps): Promise<TakenBack> {
  const { signal, deadlines } = options;
  const deadline = deadlines.get(step.host) ?? deps.now() + deps.limits.reconnectMs;
  deadlines.set(step.host, deadline);
  for (let repeated = options.repeated; ; repeated = true) {
    const missing = await reachable(plan, step, deadline, signal, deps);
    if (missing !== undefined) return { problem: missing, refused: !repeated };
    const { problem, acted } = await perform(undo, plan, step, { repeated, signal }, deps);
    if (problem?.code !== 'connection-lost' || deps.now() >= deadline || signal.aborted) return { problem, refused: !repeated && !acted };
  }
}

/** Waits until there is a connection to the step's host; answers why there is none at the deadline. */
async function reachable(
  plan: PlanRecord,
  step: StepRecord,
  deadline: number,
  signal: AbortSignal,
  deps: RunDeps,
): Promise<Problem | undefined> {
  for (;;) {
    try {
      deps.runner(step.host);
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code !== 'connection-lost' || deps.now() >= deadline || signal.aborted) return problem;
      step.progress = 'waiting for the connection to come back';
      deps.changed(plan);
      await pause(deps.limits.lookMs, signal);
    }
  }
}

interface Attempt {
  readonly problem: Problem | undefined;
  /** Something may have happened on the host: the handler got the connection, and does not say that it did nothing. */
  readonly acted: boolean;
}

async function perform(
  action: Action,
  plan: PlanRecord,
  step: StepRecord,
  { repeated, signal }: { readonly repeated: boolean; readonly signal: AbortSignal },
  deps: RunDeps,
): Promise<Attempt> {
  let sent = false;
  let over = false;
  try {
    const handler = Object.hasOwn(deps.handlers, action.handler) ? deps.handlers[action.handler] : undefined;
    if (handler === undefined) throw unknownAction(action);
    await handler(action.args, {
      host: step.host,
      signal,
      repeated,
      runner() {
        const runner = deps.runner(step.host);
        sent = true;
        return runner;
      },
      output(text) {
        if (over) return;
        step.output = withOutput(step.output, text);
        deps.changed(plan);
      },
      progress(text) {
        if (over) return;
        step.progress = text;
        deps.changed(plan);
      },
    });
    return { problem: undefined, acted: sent };
  } catch (error) {
    return { problem: { host: step.host, ...problemOf(error) }, acted: sent && !(error instanceof StepRefused) };
  } finally {
    over = true;
  }
}

/** A journal that a newer Hum wrote, or a feature that was wired wrongly. */
export function unknownAction(action: Action): HumError {
  return new HumError({
    code: 'internal',
    message: `This Hum does not know how to do a step of the kind “${action.handler}”.`,
    hint: 'Use the Hum that made this plan, or do the step by hand.',
    detail: action.shown,
  });
}

/** Whether nothing else is done on its host after it: between two steps the host has better to do than to tell everything about itself. */
function isLastOnItsHost(step: StepRecord, order: readonly StepRecord[]): boolean {
  return order.findLast(({ host }) => host === step.host) === step;
}

/** Gives the host's new state time to arrive, so that a plan is not over before what it did can be seen. */
async function refreshed(plan: PlanRecord, step: StepRecord, deps: RunDeps, stop: AbortSignal): Promise<void> {
  const enough = new AbortController();
  const seen = deps.onStep(step.host, plan.subject).catch(() => undefined);
  await Promise.race([seen, pause(deps.limits.refreshMs, AbortSignal.any([stop, enough.signal]))]);
  enough.abort();
}

/** A step whose beginning cannot be journalled is not begun; the end of the one before may come with it. @throws HumError `journal-failed` */
function begin(plan: PlanRecord, step: StepRecord, state: 'running' | 'undoing', deps: RunDeps, ended?: StepRecord): void {
  const before = { ...step };
  step.state = state;
  if (state === 'running') step.startedAt = deps.now();
  step.endedAt = null;
  step.progress = '';
  try {
    deps.save(plan, ended === undefined ? [step] : [ended, step]);
    deps.changed(plan);
  } catch (error) {
    Object.assign(step, before);
    throw error;
  }
}

function end(step: StepRecord, state: 'done' | 'failed' | 'undone' | 'undo-failed', problem: Problem | undefined, endedAt: number): void {
  step.state = state;
  step.endedAt = endedAt;
  step.progress = '';
  step.problem = problem;
}

function finish(
  plan: PlanRecord,
  state: 'done' | 'failed' | 'cancelled' | 'undone' | 'stuck',
  problem: Problem | undefined,
  deps: RunDeps,
): void {
  plan.state = state;
  plan.problem = problem;
  plan.endedAt = deps.now();
  deps.save(plan, plan.steps);
  deps.changed(plan);
}

function save(plan: PlanRecord, step: StepRecord, deps: RunDeps): void {
  deps.save(plan, [step]);
  deps.changed(plan);
}
