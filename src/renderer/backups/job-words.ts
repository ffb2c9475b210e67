import type { BackupHost, BackupJob, BackupPlace, BackupRun, BackupState } from '../../shared/contract/backups.ts';
import { formatDuration } from '../../shared/units.ts';
import { adoptLinePath } from '../app/paths.ts';

/** What the lists and pages of backups say, as plain functions. */

export type BackupTone = 'quiet' | 'live' | 'good' | 'warn' | 'bad';

export const stateLooks: Readonly<Record<BackupState, { readonly word: string; readonly tone: BackupTone }>> = {
  failing: { word: 'Failing', tone: 'bad' },
  overdue: { word: 'Overdue', tone: 'bad' },
  running: { word: 'Running', tone: 'live' },
  unknown: { word: 'Unknown', tone: 'warn' },
  healthy: { word: 'Healthy', tone: 'good' },
  disabled: { word: 'Disabled', tone: 'quiet' },
};

const urgency: readonly BackupState[] = ['failing', 'overdue', 'running', 'unknown', 'healthy', 'disabled'];

/** A job with the name of its host. */
export interface ListedJob {
  readonly job: BackupJob;
  readonly hostName: string;
}

/** What is wrong first, then by host and name. */
export function inOrder(left: ListedJob, right: ListedJob): number {
  return (
    urgency.indexOf(left.job.state) - urgency.indexOf(right.job.state) ||
    left.hostName.localeCompare(right.hostName, 'en', { numeric: true }) ||
    left.job.name.localeCompare(right.job.name, 'en', { numeric: true })
  );
}

/** Whether a job answers to each word of a filter, in any of the things that a person would look for. */
export function answers({ job, hostName }: ListedJob, filter: string): boolean {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  const text = [
    job.name,
    hostName,
    job.state,
    job.user ?? '',
    job.origin.file,
    job.scheduleWords,
    ...job.rsync.sources.map(placeWords),
    job.rsync.destination === null ? '' : placeWords(job.rsync.destination),
    ...job.findings.map(({ id }) => id),
  ]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** `user@host:/path`, as rsync writes it. */
export function placeWords({ kind, user, host, port, path }: BackupPlace): string {
  const who = user === null ? '' : `${user}@`;
  if (kind === 'local') return path;
  if (kind === 'ssh') return `${who}${host}:${path}`;
  return `rsync://${who}${host}${port === null ? '' : `:${port}`}/${path}`;
}

/** Where it comes from; only the first of several, and how many more. */
export function sourceWords({ rsync: { sources } }: Pick<BackupJob, 'rsync'>): string {
  const [first] = sources;
  if (first === undefined) return '';
  return sources.length === 1 ? placeWords(first) : `${placeWords(first)} and ${sources.length - 1} more`;
}

/** `in 5 h`, `5 h ago`; empty for null. */
export function relative(at: number | null, now: number): string {
  if (at === null) return '';
  const distance = at - now;
  if (Math.abs(distance) < 1_000) return 'now';
  return distance > 0 ? `in ${formatDuration(distance)}` : `${formatDuration(-distance)} ago`;
}

/** `in 5 h`, and `due` once the moment has come; empty for null. */
export function nextWords(at: number | null, now: number): string {
  return at !== null && at <= now ? 'due' : relative(at, now);
}

/** Destinations that more than one job writes to: each with its jobs. Trailing slashes do not count; a local path belongs to its host. */
export function sharedDestinations(jobs: readonly ListedJob[]): readonly { readonly place: string; readonly jobs: readonly ListedJob[] }[] {
  const groups = Map.groupBy(
    jobs.filter(({ job }) => job.rsync.destination !== null && job.state !== 'disabled'),
    ({ job }) => destinationKey(job),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const destination = first?.job.rsync.destination;
    return group.length < 2 || destination == null ? [] : [{ place: placeWords(destination), jobs: group }];
  });
}

function destinationKey({ host, rsync: { destination } }: BackupJob): string {
  if (destination === null) return '';
  const path = destination.path.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
  return destination.kind === 'local' ? `${host} ${path}` : `${destination.kind} ${destination.host?.toLowerCase()} ${path}`;
}

/** How many jobs are in each state. */
export function counts(jobs: readonly ListedJob[]): ReadonlyMap<BackupState, number> {
  const found = new Map<BackupState, number>(urgency.map((state) => [state, 0]));
  for (const { job } of jobs) found.set(job.state, (found.get(job.state) ?? 0) + 1);
  return found;
}

/** Hosts that were read and have no job. */
export function withoutJobs(hosts: Iterable<BackupHost>): readonly string[] {
  return [...hosts].filter(({ readAt, jobs }) => readAt !== null && jobs.length === 0).map(({ host }) => host);
}

const dayWords: Readonly<Record<string, string>> = { o: 'went well', w: 'a warning', f: 'failed', s: 'started', '.': 'nothing' };

/** What a strip says to who cannot see it: "30 days: 28 went well, 2 failed". */
export function stripWords(days: string): string {
  const told = ['o', 'w', 'f', 's']
    .map((letter) => ({ letter, count: [...days].filter((day) => day === letter).length }))
    .filter(({ count }) => count > 0)
    .map(({ letter, count }) => `${count} ${dayWords[letter]}`);
  return `${days.length} days: ${told.length === 0 ? 'nothing is known of them' : told.join(', ')}`;
}

/** `3 days ago: failed`, for a day of the strip by its place. */
export function dayWord(days: string, index: number): string {
  const ago = days.length - 1 - index;
  const when = ago === 0 ? 'Today' : ago === 1 ? 'Yesterday' : `${ago} days ago`;
  return `${when}: ${dayWords[days[index] ?? '.'] ?? ''}`;
}

/** Where what is known of the runs comes from. */
export const evidenceWords: Readonly<Record<BackupJob['evidence'], string>> = {
  status: 'its status file',
  log: 'its log',
  journal: 'the journal of its unit',
  syslog: 'cron’s lines in syslog: it was started, how it ended is not told',
  none: 'nothing: it writes no log that Hum can read',
};

/** How a run's length compares: `12 min`, or a dash. */
export function tookWords(run: Pick<BackupRun, 'seconds'> | null): string {
  if (run === null || run.seconds === null) return '';
  return run.seconds < 1 ? '< 1 s' : formatDuration(run.seconds * 1000);
}

/** The files that rsync's messages name, each with why, newest last: `rsync: [sender] send_files failed to open "/a": Permission denied (13)`. */
export function namedFiles(log: string): readonly { readonly path: string; readonly why: string }[] {
  const found = new Map<string, string>();
  for (const [, path = '', why = ''] of log.matchAll(/rsync: .*?"([^"\n]+)"(?: \(in [^)\n]*\))?(?: failed)?: ([^\n]+?)(?: \(\d+\))?$/gm))
    found.set(path, why);
  for (const [, path = ''] of log.matchAll(/file has vanished: "([^"\n]+)"/g)) found.set(path, 'it vanished');
  return [...found].map(([path, why]) => ({ path, why }));
}

/** Where a job stands: `/etc/cron.d/web, line 3`. */
export function originWords({ origin: { file, line, script, unit, manager } }: Pick<BackupJob, 'origin'>): string {
  const place = line === null ? file : `${file}, line ${line}`;
  return `${place}${unit === null ? '' : ` (${unit}${managerWords(manager)})`}${script === null ? '' : ` → ${script}`}`;
}

/** Where a job is made one of Hum's; null for one that is, and for what is no line of a crontab. */
export function adoptPath({ host, managed, origin: { kind, file, line } }: BackupJob): string | null {
  if (managed !== null || line === null || kind === 'timer' || kind === 'periodic') return null;
  return adoptLinePath(host, file, line);
}

function managerWords(manager: string | undefined): string {
  return manager === undefined ? '' : manager === '*' ? ', of each account' : `, of ${manager}`;
}
