import { HumError } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a handler of this name is to do on a host: all data, so that the journal can hold it and a later Hum can go on with it. */
export interface Action {
  /** A key of the runner's handlers: `command`, `xen.domain`, … */
  readonly handler: string;
  readonly args: { readonly [key: string]: Json };
  /** The exact command, as a person would type it; empty for an action that only waits. */
  readonly shown: string;
}

export interface Step {
  readonly title: string;
  /** The inventory id of the host that it is done on: a migration has steps on two. */
  readonly host: string;
  readonly action: Action;
  /** Takes it back; null where nothing can. Must be safe when the step was only half done. */
  readonly undo: Action | null;
}

/** A change before it is started. Made by pure functions of features, run by the plan runner. */
export interface Plan {
  readonly kind: string;
  readonly title: string;
  readonly host: string;
  /** What it changes; two plans of one subject never run together. */
  readonly subject: string;
  readonly steps: readonly Step[];
  /** How many plans of its batch run side by side on one host, in place of the usual number. */
  readonly atOnce?: number;
  /** What it has set aside for itself before it is there: names, addresses, memory. Its feature reads it back through `PlanRunner.holdings`. */
  readonly holds?: Json;
}

export interface StepContext {
  readonly host: string;
  /** Commands on the step's host. @throws HumError when there is no connection */
  readonly runner: () => Runner;
  /** Aborted when the plan is cancelled. */
  readonly signal: AbortSignal;
  /** Something went before: this step, or its undo, was under way when Hum ended. */
  readonly repeated: boolean;
  /** Adds to what a person sees as the step's output, hostile as it is. */
  output(text: string): void;
  progress(text: string): void;
}

/**
 * A step that failed before it changed anything: there is nothing to take back, so its undo is not run. (It is when the step was `repeated`:
 * the time before may have changed something.)
 */
export class StepRefused extends HumError {}

/**
 * Does one kind of action.
 * @throws HumError why it failed: anything it did by then its undo must be able to take back; `StepRefused` when it did nothing
 */
export type StepHandler = (args: Action['args'], context: StepContext) => Promise<void>;

/** Runs plans, and keeps account of them. */
export interface PlanRunner {
  /**
   * Takes plans in, journals them and starts each as soon as its host and subject are free. Answers once they are in the journal.
   * @throws HumError `conflict` when a subject has a plan under way or undecided, `journal-failed`; none is started then
   */
  start(plans: readonly Plan[]): { readonly batch: string; readonly ids: readonly string[] };
  /** The subjects that have a plan under way or undecided. */
  busy(subject: string): boolean;
  /** What the plans hold that are under way or undecided, those from before this start of Hum among them. */
  holdings(): readonly Json[];
  /** What the plans held that were left as they are, then those that are done, the oldest of each first. @throws HumError `journal-failed` */
  holdingsOfEnded(): readonly Json[];
}
