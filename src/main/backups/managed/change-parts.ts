import { Cron } from 'croner';
import { needsBothDays, plainSchedule } from '../../../shared/backup-schedule.ts';
import type { FolderListing, ForeignLine, HostChange, JobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { HumError, type Problem } from '../../../shared/errors.ts';
import { formatDuration } from '../../../shared/units.ts';
import { masked } from '../lint/masked.ts';
import { withoutLine } from './adopt.ts';
import { lineChanged, noSuchFile, noText, passwordInFile } from './change-problems.ts';
import type { HostLook } from './host-look.ts';
import { jobParts, jobPaths } from './job-files.ts';
import type { FileMove } from './job-plan.ts';

/** Why a host cannot have this job at all; undefined where it can. */
export function whyNot({ user, scheduler }: JobDefinition, look: HostLook): Problem | undefined {
  if (look.account === null)
    return { code: 'not-found', message: `There is no account ${user} on the host.`, hint: 'Choose another, or add it there.' };
  if (scheduler === 'cron' && !look.has.has('cron.d')) {
    return {
      code: 'program-missing',
      message: 'The host has no /etc/cron.d: it has no cron, or one that does not read it.',
      hint: 'Install cron there, or use a timer of systemd.',
    };
  }
  if (scheduler === 'timer' && !look.has.has('systemd')) {
    return { code: 'program-missing', message: 'systemd does not run on the host, so it has no timers.', hint: 'Use cron.' };
  }
  return undefined;
}

/** What a person should know before a job is saved, a sentence each. */
export function notesOf(job: JobDefinition, look: HostLook, now: number): readonly string[] {
  const offMs = Math.abs(look.clock * 1000 - now);
  return [
    ...(look.rsync === null ? ['rsync is missing on the host: every run will fail until it is installed.'] : []),
    ...(look.has.has('flock') ? [] : ['flock is missing on the host: no run will begin until it is installed (util-linux).']),
    ...(job.scheduler === 'cron' && !look.runsCron ? ['No cron runs on the host now: the job will not start by itself.'] : []),
    ...(offMs > 120_000 ? [`The clock of the host is off by ${formatDuration(offMs)}, and the job goes by it.`] : []),
    ...(plainSchedule(job.schedule) === '* * * * *' ? ['It runs every minute.'] : []),
    ...(job.options.compress && job.destination.kind === 'local' ? ['Compression costs time and helps nothing on a local copy.'] : []),
    ...(job.keep.kind === 'mirror' && job.options.delete
      ? ['What is deleted by mistake is gone from the copy after the next run: keep snapshots, or what was changed.']
      : []),
  ];
}

const mostRuns = 5;

/** The next starts, epoch ms, in the host's time zone. */
export function nextRuns(schedule: string, zone: string | null, now: number): readonly number[] {
  const cron = new Cron(plainSchedule(schedule), {
    paused: true,
    mode: '5-part',
    domAndDow: needsBothDays(schedule),
    ...(zone === null ? {} : { timezone: zone }),
  });
  return cron.nextRuns(mostRuns, new Date(now)).map((date) => date.getTime());
}

/** The files of a job as a host has them. */
export function filesOf(name: string, look: HostLook): readonly { readonly path: string; readonly text: string | null }[] {
  const paths = jobPaths(name);
  return jobParts.map((part) => ({ path: paths[part], text: look.texts[part] })).filter(({ text }) => text !== null);
}

export function changedSince(host: string, name: string, version: string, look: HostLook): HostChange {
  return { host, kind: 'changed', version, files: filesOf(name, look) };
}

/**
 * A crontab of which a line is to be taken over. The page shows that line, and the journal keeps the whole file, for the undo.
 * @throws HumError `not-found`, `config-invalid` where it is no text, or a password stands in it
 */
export function crontabOf(look: HostLook, file: string): string {
  const text = textOf(look, file);
  if (masked(text) !== text) throw new HumError(passwordInFile(file));
  return text;
}

/** @throws HumError `not-found`, `config-invalid` */
function textOf(look: HostLook, file: string): string {
  if (look.foreign === null) throw new HumError(noSuchFile(file));
  const text = look.foreign.toString();
  if (!Buffer.from(text).equals(look.foreign)) throw new HumError(noText(file));
  return text;
}

/** The change of a crontab that comments one line. @throws HumError `config-changed`, `not-found`, `config-invalid` */
export function commented({ file, line, text }: ForeignLine, look: HostLook, name: string): FileMove {
  const before = crontabOf(look, file);
  const after = withoutLine(before, line, text, name);
  if (after === undefined) throw new HumError(lineChanged(file, line));
  return { path: file, mode: 'keep', before, after };
}

/** What browse.sh prints; names that are no text are counted as left out. */
export function readFolder(path: string, answer: Buffer): FolderListing {
  const entries: { name: string; folder: boolean }[] = [];
  let left = 0;
  let from = 0;
  for (let at = answer.indexOf(0); at >= 0; at = answer.indexOf(0, from)) {
    const bytes = answer.subarray(from, at);
    const name = bytes.toString('utf8', 1);
    if (Buffer.from(name).equals(bytes.subarray(1)) && name !== '') entries.push({ name, folder: bytes[0] === 0x64 });
    else left += 1;
    from = at + 1;
  }
  const told = /^left(\d{1,12})$/.exec(answer.toString('latin1', from));
  return {
    path,
    entries: entries.sort((a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1)),
    left: left + Number(told?.[1] ?? 0),
  };
}
