import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { procedure } from './base.ts';

/**
 * `waiting` for its turn, `running`, `done`, `failed`; then, when the plan is taken back, `undoing`, `undone` or `undo-failed`. `kept`: it
 * was done and nothing can take it back. `unknown`: Hum ended while it ran.
 */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'undoing' | 'undone' | 'undo-failed' | 'kept' | 'unknown';

/** One step of a plan that has not been started: what a person sees before it is done. */
export interface PlannedStep {
  /** "Pause web01". */
  readonly title: string;
  /** The inventory id of the host it is done on. */
  readonly host: string;
  /** The exact command, as a person would type it on the host. Empty for a step that only waits. */
  readonly command: string;
  /** The command that takes it back; null where nothing can. */
  readonly undo: string | null;
}

export interface StepView extends PlannedStep {
  readonly state: StepState;
  /** Epoch ms. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** What it printed on either stream, its end if it was long (64 KiB; 8 KiB in `plans.watch`). Hostile text. */
  readonly output: string;
  /** What it is doing: "shutting down, 12 s". Empty when there is nothing to say. */
  readonly progress: string;
  readonly problem?: Problem;
}

/**
 * `queued` until its host and subject are free, `running`, `undoing`; ended: `done`, `failed` (what was done has been undone, or kept
 * where nothing undoes it), `cancelled` (the same, because a person wanted it), `undone` (it was done, and a person took it back later), `stuck` (an undo failed: something is left on the host),
 * `interrupted` (Hum ended in the middle: a person decides whether to go on or to undo), `dismissed` (a person left it as it is).
 */
export type PlanState =
  | 'queued'
  | 'running'
  | 'undoing'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'undone'
  | 'stuck'
  | 'interrupted'
  | 'dismissed';

/** A change to a host, in steps. */
export interface PlanView {
  readonly id: string;
  /** What a person asked for: `xen.pause`. */
  readonly kind: string;
  /** "Pause web01 on xen-a". */
  readonly title: string;
  readonly host: string;
  readonly hostName: string;
  /** What it changes, a domain's key for instance. Two plans of one subject never run together. */
  readonly subject: string;
  /** Plans that were asked for together. */
  readonly batch: string;
  /** The account on the console's machine. */
  readonly by: string;
  readonly state: PlanState;
  /** `back` from the moment that it is taken back. An `interrupted` plan can go on only while it went forward; one that went back can only be undone. */
  readonly direction: 'forward' | 'back';
  /** Epoch ms. */
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly steps: readonly StepView[];
  /** It is done, and can still be undone. */
  readonly undoable?: true;
  /** Why it failed, with what was undone in its hint or detail. Of one that is `done`: why it was not undone. */
  readonly problem?: Problem;
}

/** First the plans that are under way, need a decision or ended lately (50), then each that changed, whole, at most four times a second. */
export type PlansEvent =
  | { readonly kind: 'snapshot'; readonly plans: readonly PlanView[] }
  | { readonly kind: 'patch'; readonly plans: readonly PlanView[] };

export const planId = z.uuid();

/** Every word must occur in title, host, subject, command or output. `before` is the id of the last plan of the page before. */
export const auditQuery = z.object({
  text: z.string().max(200).default(''),
  states: z.array(z.enum(['done', 'failed', 'cancelled', 'undone', 'stuck', 'interrupted', 'dismissed'])).default([]),
  before: planId.nullable().default(null),
});
export type AuditQuery = z.infer<typeof auditQuery>;

export interface AuditPage {
  /** Newest first, 50 at most. */
  readonly plans: readonly PlanView[];
  readonly more: boolean;
}

export const plans = {
  watch: procedure.output(type<AsyncIteratorObject<PlansEvent, void, void>>()),
  /** Ends the step that runs and undoes what was done. A plan that is queued just ends. */
  cancel: procedure.input(z.object({ id: planId })).output(type<void>()),
  /** For `interrupted` and `stuck`: undoes what was done, as far as it can be. For one that is `done` and `undoable`: it stays `done` where its first undo is refused. */
  undo: procedure.input(z.object({ id: planId })).output(type<void>()),
  /** For `interrupted`: goes on with the step that was under way, which its feature has made safe to repeat. */
  resume: procedure.input(z.object({ id: planId })).output(type<void>()),
  /** For `interrupted` and `stuck`: leaves everything as it is. */
  dismiss: procedure.input(z.object({ id: planId })).output(type<void>()),
  /** The audit log: every plan that ever ran, who, when, what, with commands and output. */
  audit: procedure.input(auditQuery).output(type<AuditPage>()),
  /** The whole answer to a query as a file. CSV has a row for each step. */
  exportAudit: procedure
    .input(auditQuery.omit({ before: true }).extend({ format: z.enum(['csv', 'json']) }))
    .output(type<{ text: string; fileName: string }>()),
};
