import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, hostIds, procedure } from './base.ts';

/** As it is sent to a host: POSIX sh, with `{{name}}` for what is filled in. */
const commandText = z
  .string()
  .max(65_536, 'A command has at most 65,536 characters.')
  .regex(/\S/, 'The command is empty.')
  .regex(/^[^\0]*$/, 'No command of Unix can hold a NUL character.');

const parameterName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,31}$/);

export const mostAtOnce = 256;

/** What is to be run, and where. The hosts are always named: an empty list is no command on all. */
export const commandDraft = z.object({
  text: commandText,
  /** By the names of the parameters in `text`: each needs one. */
  values: z
    .record(parameterName, z.string().max(4096))
    .refine((values) => Object.keys(values).length <= 64, 'A command has at most 64 parameters.')
    .default({}),
  /** The first ones are the canary. */
  hosts: hostIds,
  /** What a person calls this selection: "tag:web". */
  where: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'No control characters.'),
  /** The account that Hum logs in as, or root, in the way that was chosen for the host. */
  as: z.enum(['login', 'root']),
  /** From the request to the exit status on each host, ms. */
  timeLimitMs: z.int().min(1_000).max(86_400_000),
  /** How many hosts run it side by side. */
  atOnce: z.int().min(1).max(mostAtOnce),
  /** So many hosts first; the others follow once all of them have exited with 0. 0: all at once. */
  canary: z.int().min(0).max(10_000),
});
export type CommandDraft = z.infer<typeof commandDraft>;

/**
 * `asking`: the canary was not all well, and a person decides. Ended: `done`, `stopped` by a person, `interrupted` (Hum ended in the
 * middle), `failed` (its journal could not be written).
 */
export type RunState = 'running' | 'asking' | 'done' | 'stopped' | 'interrupted' | 'failed';

/**
 * A host `waiting` for its turn or `running`; ended: `exited` with its code, `killed` by a signal, `timed-out`, `stopped`, `skipped` (it
 * was never begun), `unanswered` (no connection, no shell, or lost in the middle: see its problem), `unknown` (Hum ended while it ran, or
 * was about to).
 */
export type ResultState = 'waiting' | 'running' | 'exited' | 'killed' | 'timed-out' | 'stopped' | 'skipped' | 'unanswered' | 'unknown';

export interface HostResult {
  readonly host: string;
  /** As the host was called when the run began. */
  readonly name: string;
  readonly state: ResultState;
  /** Exit status; null unless `exited`. */
  readonly code: number | null;
  /** The signal that ended it, without SIG; null unless `killed`. */
  readonly signal: string | null;
  /** Epoch ms; null before its turn. */
  readonly startedAt: number | null;
  /** ms; null before its end. */
  readonly tookMs: number | null;
  /** The name of what it printed, for `commands.output`: the same for equal outputs of a run. Null where it printed nothing. */
  readonly output: string | null;
  /** What it printed on both streams, and how much of that was not kept. */
  readonly bytes: number;
  readonly cutBytes: number;
  readonly problem?: Problem;
}

/** A command on many hosts, without its results. */
export interface RunView extends Omit<CommandDraft, 'hosts'> {
  readonly id: string;
  /** How many. */
  readonly hosts: number;
  /** The account on the console's machine. */
  readonly by: string;
  readonly state: RunState;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** The run whose failed hosts these are. */
  readonly retryOf: string | null;
  /** How many exited with 0, and how many ended in any other way. */
  readonly well: number;
  readonly failed: number;
  readonly problem?: Problem;
}

/** First the run with all its hosts, in the order of the draft, then what changed, at most four times a second. Ends with the run. */
export interface RunEvent {
  readonly kind: 'snapshot' | 'patch';
  readonly run: RunView;
  readonly results: readonly HostResult[];
}

/** What a host printed on both streams, in order. Hostile text. */
export interface CommandOutput {
  readonly text: string;
}

const runId = z.uuid();
const outputId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/**
 * Every word must occur in the command, the name of the selection, a host's name, the account or the result. `before`: the last of the page
 * before.
 */
export const runQuery = z.object({ text: z.string().max(200).default(''), before: runId.nullable().default(null) });
export type RunQuery = z.infer<typeof runQuery>;

export interface RunPage {
  /** Newest first, 50 at most; those under way among them. */
  readonly runs: readonly RunView[];
  readonly more: boolean;
}

/** A command that is kept under a name. */
export const snippet = z.object({
  id: z.uuid(),
  name: z
    .string()
    .trim()
    .min(1, 'A snippet needs a name.')
    .max(80)
    .regex(/^\P{Cc}*$/u, 'No control characters.'),
  text: commandText,
});
export type Snippet = z.infer<typeof snippet>;

export const mostSnippets = 200;

export const commands = {
  /** Begins a run. The journal has it before any host has heard of it. */
  begin: procedure.input(commandDraft).output(type<{ id: string }>()),
  watch: procedure.input(z.object({ id: runId })).output(type<AsyncIteratorObject<RunEvent, void, void>>()),
  /** For `asking`: runs it on the others too. */
  goOn: procedure.input(z.object({ id: runId })).output(type<void>()),
  /** Ends it on every host where it runs, and begins it on no other. */
  stop: procedure.input(z.object({ id: runId })).output(type<void>()),
  /** A new run of the same command on the hosts where this one did not exit with 0. */
  retry: procedure.input(z.object({ id: runId })).output(type<{ id: string }>()),
  /** What a host where it runs has printed up to now; '' where it runs no more. */
  soFar: procedure.input(z.object({ run: runId, host: hostId })).output(type<CommandOutput>()),
  output: procedure.input(z.object({ run: runId, output: outputId })).output(type<CommandOutput>()),
  /** Every run that is kept: who, when, what, where, with what result. */
  journal: procedure.input(runQuery).output(type<RunPage>()),
  /** A run with its outputs, equal ones together, as a file. */
  exportRun: procedure.input(z.object({ id: runId, format: z.enum(['text', 'json']) })).output(type<{ text: string; fileName: string }>()),
  /** In the order of their names. */
  snippets: procedure.output(type<readonly Snippet[]>()),
  /** Keeps a snippet, in place of the one with its id where there is one. */
  saveSnippet: procedure.input(snippet).output(type<readonly Snippet[]>()),
  removeSnippet: procedure.input(snippet.pick({ id: true })).output(type<readonly Snippet[]>()),
};
