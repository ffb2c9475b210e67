import type { BackupFinding, FindingId } from '../../../shared/contract/backups.ts';
import type { Answer, SentFile } from '../collect/answer.ts';
import type { FoundJob } from '../jobs.ts';
import type { FoundRsync } from '../parse/find-rsync.ts';
import type { Edit } from './edit.ts';

/** What would put a finding right. */
export type Fix =
  | { readonly kind: 'text'; readonly file: SentFile; readonly edits: readonly Edit[]; readonly note: string | null }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'mode'; readonly path: string; readonly before: string; readonly mode: string }
  | {
      /** A key without a passphrase for the job alone, in `~/.ssh/NAME` of the user. */
      readonly kind: 'new-key';
      readonly user: string;
      readonly name: string;
      readonly destination: string;
      readonly file: SentFile;
      readonly edits: readonly Edit[];
    }
  | { readonly kind: 'host-key'; readonly user: string; readonly host: string; readonly port: number }
  | {
      readonly kind: 'secret';
      readonly file: SentFile;
      /** Where the password stands in the text of the file. */
      readonly at: number;
      readonly length: number;
      readonly target: string;
      readonly owner: string;
      readonly edits: readonly Edit[];
    };

export interface Found {
  readonly finding: BackupFinding;
  readonly fix: Fix | null;
}

/** What a rule may look at. */
export interface Lint {
  readonly job: FoundJob;
  /** All jobs of the host. */
  readonly jobs: readonly FoundJob[];
  readonly facts: Facts;
  /** How long it usually takes, ms; null where that is not known. */
  readonly usualMs: number | null;
  readonly zone: string;
}

/** What the host told of itself and of what the jobs name. */
export type Facts = Pick<Answer, 'now' | 'cron' | 'mail' | 'places' | 'secrets' | 'hostKeys' | 'keys'> & {
  readonly mounts: readonly string[];
};

export type Rule = (lint: Lint) => readonly Found[];

export function found(id: FindingId, severity: BackupFinding['severity'], message: string, fix: Fix | null, button: string): Found {
  return { finding: { id, severity, message, fix: fix === null ? null : button }, fix };
}

/** A file that can be written: the crontab of an account that only `crontab -l` shows cannot, nor a unit of accounts: their managers would not hear of it. */
export function writable(file: SentFile): boolean {
  if ((file.kind === 'unit' || file.kind === 'drop-in') && file.user !== '-') return false;
  return file.path.startsWith('/') && !file.cut && !file.text.includes('\uFFFD');
}

/** A change of the text in which this rsync stands: offsets count in what was read of it. Null where it cannot be changed in place. */
export function editRsync({ job }: Lint, rsync: FoundRsync, edits: readonly Edit[], note: string | null = null): Fix | null {
  // Within `sh -c '…'` the places are those of the inner text.
  if (!rsync.program.text.endsWith('rsync')) return null;
  const file = job.script ?? job.file;
  const base = job.script === null ? job.at : 0;
  if (base === null || !writable(file)) return null;
  return { kind: 'text', file, edits: edits.map((edit) => ({ ...edit, at: edit.at + base })), note };
}

/** A change of the command as it stands in its crontab or unit. */
export function editCommand({ job }: Lint, edits: readonly Edit[], note: string | null = null): Fix | null {
  const { at, file } = job;
  if (at === null || !writable(file)) return null;
  return { kind: 'text', file, edits: edits.map((edit) => ({ ...edit, at: edit.at + at })), note };
}

/** The text that a word was read from. */
export function rawOf({ job }: Lint, word: { readonly start: number; readonly end: number }): string {
  return (job.script?.text ?? job.command).slice(word.start, word.end);
}

/** A name for files that belong to a job: letters, digits and dashes. */
export function slugOf({ name, id }: FoundJob): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 30);
  return slug === '' ? id.slice(0, 8) : slug;
}
