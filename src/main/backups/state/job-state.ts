import type { BackupJob, BackupRun, BackupState, RunningBackup } from '../../../shared/contract/backups.ts';
import { exitMeaning } from '../../../shared/rsync-exit-codes.ts';
import { formatDuration } from '../../../shared/units.ts';
import { gapsOf, nextStart } from '../parse/schedule.ts';
import type { Timing } from '../timing.ts';
import { dayOf } from './wall-clock.ts';

const minute = 60_000;
const hour = 60 * minute;
/** The process of a run may be gone a moment before its end is written down. */
const settleMs = 2 * minute;
const daysShown = 30;
const runsShown = 20;

/** All that is known of a job's runs. Times are epoch ms by the host's clock. */
export interface Evidence {
  readonly from: BackupJob['evidence'];
  /** Oldest first. */
  readonly runs: readonly BackupRun[];
  /** Starts that cron told of. */
  readonly starts: readonly number[];
  /** From the status file. */
  readonly lastSuccessAt: number | null;
  readonly running: Omit<RunningBackup, 'overlaps'> | null;
  /** When systemd says that it starts next. */
  readonly nextAt: number | null;
}

export type JudgedState = Pick<
  BackupJob,
  'state' | 'stateWords' | 'nextAt' | 'running' | 'lastStartAt' | 'lastSuccessAt' | 'lastRun' | 'lastEnded' | 'evidence' | 'days' | 'trend'
>;

/** What state a job is in, at `now` of its host's clock. */
export function judgeJob(timing: Timing, disabled: string | null, evidence: Evidence, now: number, hostZone: string): JudgedState {
  const zone = timing.zone ?? hostZone;
  const { schedule } = timing;
  const { runs } = evidence;
  const ended = runs.filter((run) => run.exit !== null);
  const lastRun = runs.at(-1) ?? null;
  const succeeded = ended.filter((run) => exitMeaning(run.exit ?? 0).kind !== 'error' && run.exit !== 75);
  const lastSuccessAt = latest([evidence.lastSuccessAt, ...succeeded.map(({ endedAt, startedAt }) => endedAt ?? startedAt)]);
  const lastStartAt = latest([evidence.running?.since ?? null, ...runs.map(({ startedAt }) => startedAt), ...evidence.starts]);
  const nextAt = disabled !== null ? null : (evidence.nextAt ?? (schedule === null ? null : nextStart(schedule, zone, now)));
  const expectedMs = schedule === null ? timing.everyMs : gapsOf(schedule, zone, now).most;
  const running = evidence.running === null ? null : { ...evidence.running, overlaps: overlaps(evidence.running.since) };

  function overlaps(since: number): boolean {
    if (schedule === null) return timing.everyMs !== null && now - since > timing.everyMs;
    // A start may be seconds late: the one that this run came from is not the next.
    const next = nextStart(schedule, zone, since + minute);
    return next !== null && next <= now;
  }

  const judged = ((): readonly [BackupState, string] => {
    if (disabled !== null) return ['disabled', disabled === '' ? 'It is disabled.' : `It is disabled: ${disabled}`];
    if (running !== null) {
      const since = `It has been running for ${formatDuration(now - running.since)}`;
      return ['running', running.overlaps ? `${since}, and was still running at the next start.` : `${since}.`];
    }
    // A log, or a status file, that tells of a start and of no end, and nothing runs: it was killed, or the host went down.
    if (lastRun?.startedAt != null && lastRun.exit === null && now - lastRun.startedAt > settleMs) {
      return ['failing', `The run that began ${formatDuration(now - lastRun.startedAt)} ago was cut off: nothing tells of its end.`];
    }
    const lastEnded = ended.findLast((run) => run.exit !== 75) ?? ended.at(-1);
    const meaning = lastEnded === undefined ? null : exitMeaning(lastEnded.exit ?? 0);
    if (meaning?.kind === 'error') return ['failing', `Status ${lastEnded?.exit}: ${meaning.words}`];
    if (expectedMs !== null && Number.isFinite(expectedMs)) {
      const allowed = expectedMs + Math.max(10 * minute, Math.min(2 * hour, expectedMs / 12)) + timing.delayMs;
      const every = `expected every ${formatDuration(expectedMs)}`;
      if (lastSuccessAt !== null && now - lastSuccessAt > allowed) {
        return ['overdue', `No success for ${formatDuration(now - lastSuccessAt)}, ${every}.`];
      }
      if (lastSuccessAt === null && lastStartAt !== null && now - lastStartAt > allowed) {
        return ['overdue', `No start for ${formatDuration(now - lastStartAt)}, ${every}.`];
      }
    }
    if (lastSuccessAt === null) {
      const words = lastStartAt === null ? 'Nothing on the host tells whether it ever ran.' : 'It was started; nothing tells how it ended.';
      return ['unknown', words];
    }
    const skipped = lastRun?.exit === 75 ? ' The newest start was left out, as the run before held the lock.' : '';
    return ['healthy', `${meaning?.kind === 'warning' ? meaning.words : 'The last run went well.'}${skipped}`];
  })();
  return {
    state: judged[0],
    stateWords: judged[1],
    nextAt,
    running,
    lastStartAt,
    lastSuccessAt,
    lastRun,
    evidence: evidence.from,
    days: strip(runs, evidence.starts, now, zone),
    lastEnded: ended.at(-1) ?? null,
    trend: ended.slice(-runsShown).map(({ seconds, bytes }) => ({ seconds, bytes })),
  };
}

function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** A letter for each of the last 30 days of the host's calendar: the worst that happened on it. */
function strip(runs: readonly BackupRun[], starts: readonly number[], now: number, zone: string): string {
  const worst = '.sowf';
  const days = Array<string>(daysShown).fill('.');
  const today = dayOf(now, zone);
  const mark = (at: number | null, letter: string) => {
    // A day and a half of slack for zones: only moments near the strip are worth the calendar.
    if (at === null || at < now - (daysShown + 1.5) * 24 * hour || at > now + 36 * hour) return;
    const index = daysShown - 1 - (today - dayOf(at, zone));
    const before = days[index];
    if (before !== undefined && worst.indexOf(letter) > worst.indexOf(before)) days[index] = letter;
  };
  for (const start of starts) mark(start, 's');
  for (const { startedAt, endedAt, exit } of runs) {
    const kind = exit === null ? null : exitMeaning(exit).kind;
    mark(endedAt ?? startedAt, kind === null ? 's' : kind === 'ok' ? 'o' : kind === 'warning' ? 'w' : 'f');
  }
  return days.join('');
}

/** The usual length of a run, ms: the longest of the newest five. Null where none is known. */
export function usualMs(runs: readonly Pick<BackupRun, 'seconds'>[]): number | null {
  const seconds = runs.flatMap((run) => (run.seconds === null ? [] : [run.seconds])).slice(-5);
  return seconds.length === 0 ? null : Math.max(...seconds) * 1000;
}
