import { type } from '@orpc/contract';
import { z } from 'zod';
import { readSchedule } from '../backup-schedule.ts';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';
import type { PlannedStep } from './plans.ts';

/** Goes into names of files, units and locks. */
export const jobName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'A name has lower-case letters, digits and dashes, 41 at most, and begins with a letter or digit.');

const noNul = /^[^\0]*$/;
/** useradd(8), without the letters that mean something to cron, systemd or a shell. */
const account = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'That is no name of an account.');
const absolutePath = z
  .string()
  .max(4096)
  .regex(/^\//, 'A path begins with a slash.')
  .regex(noNul, 'No path holds a NUL.')
  .refine((path) => new TextEncoder().encode(path).length <= 4095, 'A path has at most 4,095 bytes.')
  .refine((path) => path.isWellFormed(), 'That is no text of Unicode.');
/** Where somebody else may be named: a host name, an address of IPv4 or IPv6. `{host}` is the name of the host that the job is made for. */
const address = z
  .string()
  .regex(/^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|[0-9A-Fa-f:]{2,45}|\{host\}[A-Za-z0-9.-]{0,200})$/, 'That is no name or address of a host.');
const port = z.int().min(1).max(65_535).nullable();
/** rsync takes the words of its remote shell apart by itself: nothing that would need quotes. */
const plainPath = z.string().regex(/^\/[A-Za-z0-9._/@+-]{1,500}$/, 'Here a path has only letters, digits and ._/@+-');

/** On the other host: absolute, or from the home of the account there. */
const farPath = z
  .string()
  .min(1, 'Where to?')
  .max(4096)
  .regex(/^[^\0]*$/, 'No path holds a NUL.')
  .regex(/^[^:~-]/, 'A path there begins with a slash, or with a name in the home of the account.')
  .refine((path) => path.isWellFormed(), 'That is no text of Unicode.');

export const jobDestination = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('local'), path: absolutePath }),
  z.object({ kind: z.literal('ssh'), host: address, user: account.nullable(), port, keyFile: plainPath.nullable(), path: farPath }),
  z.object({
    kind: z.literal('daemon'),
    host: address,
    user: account.nullable(),
    port,
    /** Module and path in it, without a slash at the beginning. */
    path: z
      .string()
      .min(1)
      .max(4096)
      .regex(noNul, 'No path holds a NUL.')
      .regex(/^[A-Za-z0-9_]/, 'A module begins with a letter or digit.')
      .refine((path) => path.isWellFormed(), 'That is no text of Unicode.'),
    /** A file that only the job's account can read. */
    passwordFile: absolutePath.nullable(),
  }),
]);
export type JobDestination = z.infer<typeof jobDestination>;

const count = (most: number) => z.int().min(0).max(most);

export const jobKeep = z.discriminatedUnion('kind', [
  /** One copy, like the source. */
  z.object({ kind: z.literal('mirror') }),
  /** One copy; what a run replaces or deletes stays for so many days in `.hum-changed` beside it. */
  z.object({ kind: z.literal('changed'), days: z.int().min(1).max(3_650) }),
  /** A whole folder per run, unchanged files as hard links; the newest of so many days, weeks and months stay. */
  z.object({ kind: z.literal('snapshots'), daily: z.int().min(1).max(366), weekly: count(520), monthly: count(240) }),
]);
export type JobKeep = z.infer<typeof jobKeep>;

/** What of rsync(1) a job may use by name; anything else stands in `extra`. */
export const jobOptions = z.object({
  archive: z.boolean(),
  hardLinks: z.boolean(),
  acls: z.boolean(),
  xattrs: z.boolean(),
  numericIds: z.boolean(),
  compress: z.boolean(),
  oneFileSystem: z.boolean(),
  sparse: z.boolean(),
  checksum: z.boolean(),
  /** What is gone at the source goes at the destination too. */
  delete: z.boolean(),
  /** Each file that changed stands in the log. */
  listFiles: z.boolean(),
});
export type JobOptions = z.infer<typeof jobOptions>;

const command = z
  .string()
  .max(4_000)
  .regex(noNul, 'No command holds a NUL.')
  .refine((text) => text.isWellFormed(), 'That is no text of Unicode.');

export const jobDefinition = z
  .object({
    name: jobName,
    /** Whose job it is on the host: its keys, its rights. */
    user: account,
    sources: z.array(absolutePath).min(1, 'What is to be copied?').max(16),
    destination: jobDestination,
    schedule: z
      .string()
      .max(200)
      .superRefine((text, context) => {
        const read = readSchedule(text);
        if (typeof read === 'string') context.addIssue({ code: 'custom', message: read });
      }),
    scheduler: z.enum(['cron', 'timer']),
    options: jobOptions,
    excludes: z
      .array(
        z
          .string()
          .min(1)
          .max(1_000)
          .regex(/^[^\0\n\r]*$/, 'A pattern is one line.')
          .refine((text) => text.isWellFormed(), 'That is no text of Unicode.'),
      )
      .max(100),
    /** KiB a second. */
    bandwidthKib: z.int().min(1).max(10_000_000).nullable(),
    keep: jobKeep,
    /** Options of rsync as they stand: `--fuzzy`. */
    extra: z
      .array(
        z
          .string()
          .max(500)
          .regex(/^--?[A-Za-z0-9][^\0\n\r]*$/, 'An option begins with a dash.')
          .refine((text) => text.isWellFormed(), 'That is no text of Unicode.'),
      )
      .max(32),
    before: command,
    after: command,
    /** nice(1), 19 is the most yielding. */
    nice: z.int().min(1).max(19).nullable(),
    ionice: z.enum(['idle', 'low']).nullable(),
    /** Who gets mail when it fails. */
    mailTo: z
      .string()
      .max(200)
      .regex(
        /^[A-Za-z0-9._%+-]+(?:@[A-Za-z0-9.-]+)?(?:,[A-Za-z0-9._%+-]+(?:@[A-Za-z0-9.-]+)?)*$/,
        'An address, or several with commas between them.',
      )
      .nullable(),
  })
  .superRefine(({ destination, keep }, context) => {
    if (destination.kind === 'daemon' && keep.kind !== 'mirror') {
      context.addIssue({
        code: 'custom',
        path: ['keep'],
        message: 'An rsync daemon runs no commands, so nothing there can be thinned out: keep one copy, or go by SSH.',
      });
    }
  });
export type JobDefinition = z.infer<typeof jobDefinition>;

/** How a host that has the job stands to it: kept and not run (`disabled`, why), or run. */
export interface ManagedJob {
  readonly definition: JobDefinition;
  readonly disabled: string | null;
}

/** A file on a host as it is and as it would be; null where it is not there. */
export interface JobFile {
  readonly path: string;
  /** "0755". */
  readonly mode: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A line of a crontab that a job takes the place of. */
export const foreignLine = z.object({
  file: absolutePath,
  /** From 1. */
  line: z.int().min(1).max(1_000_000),
  /** As it was read: another one is not touched. */
  text: z.string().max(16_384),
});
export type ForeignLine = z.infer<typeof foreignLine>;

export const jobChange = z.discriminatedUnion('kind', [
  /** `version`: what the job's files were when they were read; null for a new job. `adopt`: the line that it replaces. */
  z.object({ kind: z.literal('save'), definition: jobDefinition, version: z.string().max(64).nullable(), adopt: foreignLine.nullable() }),
  z.object({
    kind: z.literal('disable'),
    name: jobName,
    reason: z
      .string()
      .trim()
      .min(1, 'Say why, for whoever finds it.')
      .max(200)
      .regex(/^\P{Cc}*$/u, 'One line, without control characters.')
      .refine((text) => text.isWellFormed(), 'That is no text of Unicode.'),
  }),
  z.object({ kind: z.literal('enable'), name: jobName }),
  z.object({ kind: z.literal('remove'), name: jobName }),
]);
export type JobChange = z.infer<typeof jobChange>;

/**
 * What a change comes to on one host. `changed`: the files there are not those that were read, and are shown as they are now; nothing is
 * written until a person has decided.
 */
export type HostChange =
  | {
      readonly host: string;
      readonly kind: 'ready';
      /** Null where a job is removed that Hum does not understand. */
      readonly definition: JobDefinition | null;
      readonly files: readonly JobFile[];
      readonly steps: readonly PlannedStep[];
      readonly notes: readonly string[];
      /** Epoch ms, at most five, in the host's time zone. */
      readonly nextRuns: readonly number[];
      /** "Europe/Berlin"; null where the host did not tell. */
      readonly zone: string | null;
    }
  | {
      readonly host: string;
      readonly kind: 'changed';
      readonly version: string;
      readonly files: readonly { readonly path: string; readonly text: string | null }[];
    }
  | { readonly host: string; readonly kind: 'refused'; readonly problem: Problem };

export interface ChangePreview {
  readonly hosts: readonly HostChange[];
  /** What `start` wants to see again. */
  readonly digest: string;
}

/** A job as it stands on a host. */
export interface JobRead extends ManagedJob {
  readonly version: string;
  /** Somebody changed a file since Hum wrote it. */
  readonly byHand: boolean;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** What a foreign line becomes; `notes`: what is different from it, a sentence each. */
export interface Adoption {
  readonly line: ForeignLine;
  readonly definition: JobDefinition;
  readonly notes: readonly string[];
}

export type CheckState = 'ok' | 'note' | 'failed';

/** One thing that was looked at before a job is trusted: `account`, `tools`, `source`, `clock`, `destination`, `host-key`, `login`, `far-rsync`, `rights`, `space`. */
export interface JobCheck {
  readonly id: string;
  readonly label: string;
  readonly state: CheckState;
  /** What was found, with what to do where it failed. */
  readonly text: string;
  /** Words of ssh, rsync or the host. Hostile text. */
  readonly detail?: string;
}

/** What a dry run would do to one path. */
export interface DryItem {
  readonly what: 'created' | 'changed' | 'deleted';
  readonly path: string;
  /** Bytes; 0 for what is no file. */
  readonly bytes: number;
}

export interface DrySummary {
  readonly created: number;
  readonly changed: number;
  readonly deleted: number;
  /** How many stand at the destination now, as far as that can be told. */
  readonly there: number;
  /** What would move. */
  readonly bytes: number;
  /** Items beyond those that were sent. */
  readonly unlisted: number;
  /** rsync's exit status. */
  readonly exit: number;
}

export type TestEvent =
  | { readonly kind: 'check'; readonly check: JobCheck }
  | { readonly kind: 'dry'; readonly items: readonly DryItem[] }
  | { readonly kind: 'end'; readonly summary: DrySummary | null; readonly problem?: Problem };

/** What `--info=progress2` says. */
export interface RunProgress {
  readonly bytes: number;
  /** 0..1. */
  readonly share: number;
  /** Bytes a second. */
  readonly rate: number;
  /** ms; null where it is not told. */
  readonly leftMs: number | null;
  readonly files: number;
}

export interface JobRunView {
  readonly id: string;
  readonly host: string;
  readonly name: string;
  readonly state: 'running' | 'stopping' | 'ended';
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly progress: RunProgress | null;
  /** The end of what it printed, 16 KiB at most. Hostile text. */
  readonly output: string;
  /** The job's exit status; null while it runs, and where nobody knows. */
  readonly exit: number | null;
  readonly problem?: Problem;
}

/** What is in a folder of a host, for choosing a source. */
export interface FolderListing {
  readonly path: string;
  readonly entries: readonly { readonly name: string; readonly folder: boolean }[];
  /** Entries that are not listed: too many, or with names that are no text. */
  readonly left: number;
}

const hosts = z.array(hostId).min(1).max(500);
const runId = z.uuid();

export const backupJobs = {
  /** A managed job of a host as it stands there. */
  read: procedure.input(z.object({ host: hostId, name: jobName })).output(type<JobRead>()),
  /** What a line of a crontab becomes as a job of Hum. Nothing is written. */
  adopt: procedure.input(z.object({ host: hostId, file: absolutePath, line: z.int().min(1).max(1_000_000) })).output(type<Adoption>()),
  browse: procedure.input(z.object({ host: hostId, path: absolutePath })).output(type<FolderListing>()),
  /** What a change would write on each host, whole, with the steps of its plan. `{host}` in the definition is that host's name. */
  preview: procedure.input(z.object({ hosts, change: jobChange })).output(type<ChangePreview>()),
  start: procedure
    .input(z.object({ hosts, change: jobChange, digest: z.string().max(64) }))
    .output(type<{ readonly batch: string; readonly plans: readonly string[] }>()),
  /** Looks at the way in and the room, then lets rsync say what it would do. Changes nothing but what rsync itself does in a dry run. */
  test: procedure.input(z.object({ host: hostId, definition: jobDefinition })).output(type<AsyncIteratorObject<TestEvent, void, void>>()),
  /** Runs a job now, as it would be written. It goes on when the page is left. */
  run: procedure.input(z.object({ host: hostId, definition: jobDefinition })).output(type<{ readonly id: string }>()),
  watchRun: procedure.input(z.object({ id: runId })).output(type<AsyncIteratorObject<JobRunView, void, void>>()),
  stopRun: procedure.input(z.object({ id: runId })).output(type<void>()),
};
