import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';

/** Where rsync reads or writes. `path` of a daemon begins with the module: `module/path`. */
export interface BackupPlace {
  readonly kind: 'local' | 'ssh' | 'daemon';
  readonly host: string | null;
  readonly user: string | null;
  readonly port: number | null;
  readonly path: string;
}

/** What an rsync command line asks for. */
export interface RsyncSummary {
  readonly sources: readonly BackupPlace[];
  readonly destination: BackupPlace | null;
  /** The options as they stand there, each a word. */
  readonly options: readonly string[];
  readonly delete: boolean;
  readonly dryRun: boolean;
  readonly compress: boolean;
  /** As written: `1000`, `1.5m`; null for none. */
  readonly bandwidth: string | null;
  readonly logFile: string | null;
}

/** Where a job stands on its host. `daemon`: an rsync that serves others. */
export interface BackupOrigin {
  readonly kind: 'crontab' | 'cron.d' | 'user-crontab' | 'periodic' | 'timer';
  readonly file: string;
  /** Counts from 1; null where the whole file is the job. */
  readonly line: number | null;
  /** The script that the job runs and in which rsync was found. */
  readonly script: string | null;
  /** The unit of a timer's service: `backup.service`. */
  readonly unit: string | null;
  /** The account whose own manager runs the unit, `*` for that of every account; not there for the system's. */
  readonly manager?: string;
}

/** Epoch ms by the host's clock. `exit` is null where nothing told it. */
export interface BackupRun {
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly exit: number | null;
  readonly bytes: number | null;
  readonly seconds: number | null;
}

/** One that runs at this moment. */
export interface RunningBackup {
  readonly pid: number;
  /** Epoch ms by the host's clock. */
  readonly since: number;
  /** What its processes have read or written so far, whichever is more; null where the account may not see it. */
  readonly bytes: number | null;
  /** Whether it should have been over: the next start came while it ran. */
  readonly overlaps: boolean;
}

export const backupStates = ['failing', 'overdue', 'running', 'unknown', 'healthy', 'disabled'] as const;
export type BackupState = (typeof backupStates)[number];

export const findingIds = [
  'no-user',
  'too-often',
  'no-lock',
  'output-nowhere',
  'delete-empty-source',
  'nested-directory',
  'compress-local',
  'password-in-command',
  'secret-readable',
  'same-file-system',
  'host-key-unknown',
  'key-passphrase',
  'ignored-name',
  'no-final-newline',
  'duplicate-line',
  'bad-schedule',
] as const;
export type FindingId = (typeof findingIds)[number];

/** Something about a job that will go wrong. `fix`: what the button says; null where only a person can decide. */
export interface BackupFinding {
  readonly id: FindingId;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly fix: string | null;
}

export interface BackupJob {
  /** Stays while the line does. */
  readonly id: string;
  readonly host: string;
  readonly name: string;
  /** The name of a job that Hum wrote; null for a foreign one. */
  readonly managed: string | null;
  readonly origin: BackupOrigin;
  readonly user: string | null;
  readonly schedule: string | null;
  /** The schedule in words, with what delays it. */
  readonly scheduleWords: string;
  readonly command: string;
  readonly rsync: RsyncSummary;
  readonly disabled: string | null;
  readonly state: BackupState;
  /** Why it is in that state, in a sentence. */
  readonly stateWords: string;
  readonly nextAt: number | null;
  readonly running: RunningBackup | null;
  readonly lastStartAt: number | null;
  readonly lastSuccessAt: number | null;
  /** The newest, ended or not. */
  readonly lastRun: BackupRun | null;
  /** The newest whose end is known. */
  readonly lastEnded: BackupRun | null;
  /** Where the last runs are known from. */
  readonly evidence: 'status' | 'log' | 'journal' | 'syslog' | 'none';
  /** Of the last 30 days of the host's calendar, oldest first, a letter each: `.` nothing, `o` well, `w` a warning, `f` failed, `s` started and no more known. */
  readonly days: string;
  /** What the newest runs took and moved, oldest first, at most 20. */
  readonly trend: readonly Pick<BackupRun, 'seconds' | 'bytes'>[];
  readonly findings: readonly BackupFinding[];
}

/** A module that an rsync daemon of the host offers. */
export interface RsyncModule {
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** `auth users`, or null where anybody may. */
  readonly users: string | null;
}

/** All that is known of the backups of one host. */
export interface BackupHost {
  readonly host: string;
  /** When it was read, epoch ms of the console; null before the first answer. */
  readonly readAt: number | null;
  readonly problem?: Problem;
  /** `account`: other users' crontabs could not be read; `crontabs`: they could, and nothing else that is root's. */
  readonly rights: 'root' | 'crontabs' | 'account';
  /** The host's clock less the console's, ms. */
  readonly clockOffsetMs: number;
  readonly timeZone: string;
  readonly daemon: {
    readonly running: boolean;
    readonly modules: readonly RsyncModule[];
    readonly findings: readonly BackupFinding[];
  } | null;
  readonly jobs: readonly BackupJob[];
}

export type BackupsEvent =
  | { readonly kind: 'snapshot'; readonly hosts: readonly BackupHost[] }
  | { readonly kind: 'patch'; readonly hosts: readonly BackupHost[]; readonly gone: readonly string[] };

/** What a fix would change, before it is applied. */
export interface BackupFix {
  readonly title: string;
  /** Null where no text changes: the commands alone say what is done. */
  readonly file: { readonly path: string; readonly before: string; readonly after: string } | null;
  /** The exact commands, and what takes each back. */
  readonly steps: readonly { readonly title: string; readonly command: string; readonly undo: string | null }[];
  /** What a person should know before. */
  readonly note: string | null;
  /** Names exactly this change: it is refused when anything has moved since. */
  readonly digest: string;
}

const jobRef = { host: hostId, job: z.string().regex(/^[0-9a-f]{16}$/, 'not a job id') };
const finding = z.object({ host: hostId, job: jobRef.job.nullable(), finding: z.enum(findingIds) });

export const backups = {
  watch: procedure.output(type<AsyncIteratorObject<BackupsEvent, void, void>>()),
  /** Reads these hosts anew; answers when they have been. */
  refresh: procedure.input(z.object({ hosts: z.array(hostId).max(10_000) })).output(type<void>()),
  /** The last 200 lines of the job's log; null where it has none. */
  log: procedure.input(z.object(jobRef)).output(type<{ path: string; text: string } | null>()),
  /** `job` null: of the host's rsync daemon. */
  previewFix: procedure.input(finding).output(type<BackupFix>()),
  /** Starts the plan of the change that was shown. */
  applyFix: procedure.input(finding.extend({ digest: z.string().max(64) })).output(type<{ plan: string }>()),
};
