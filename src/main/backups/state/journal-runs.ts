import type { BackupRun } from '../../../shared/contract/backups.ts';
import { wallClock } from './wall-clock.ts';

/** What systemd tells of a service, and of its timer. Epoch ms. */
export interface UnitState {
  readonly nextAt: number | null;
  readonly runs: readonly BackupRun[];
  readonly runningPid: number | null;
}

/**
 * Reads what collect.sh printed of a unit: `systemctl show`, then the manager's messages of it from the journal (`-o short-unix`). Their words are those of
 * systemd 219 to 257: "Starting …", "Started …", "Finished …", "…: Main process exited, code=exited, status=23/n/a", "Failed to start …", "…: Failed with result".
 */
export function readUnitState(lines: readonly string[], zone: string): UnitState {
  const split = lines.indexOf('journal');
  const shown = new Map<string, string>();
  for (const line of split < 0 ? lines : lines.slice(0, split)) {
    const equals = line.indexOf('=');
    if (equals > 0) shown.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const runs: BackupRun[] = [];
  let startedAt: number | null = null;
  let exit: number | null = null;
  const end = (at: number, code: number | null) => {
    if (startedAt === null) return;
    runs.push({ startedAt, endedAt: at, exit: code, bytes: null, seconds: Math.max(0, Math.round((at - startedAt) / 1000)) });
    startedAt = null;
    exit = null;
  };
  for (const line of split < 0 ? [] : lines.slice(split + 1)) {
    const found = /^(\d{9,11})\.\d+ \S+ systemd(?:\[1\])?(?:\[\d+\])?: (.*)$/.exec(line);
    if (found === null) continue;
    const at = Number(found[1]) * 1000;
    const text = found[2] ?? '';
    const status = /Main process exited, code=(?:exited|killed|dumped), status=(\d+)/.exec(text);
    if (/^Starting /.test(text)) {
      startedAt = at;
      exit = null;
    } else if (status !== null) exit = /code=exited/.test(text) ? Number(status[1]) : 128 + Number(status[1]);
    else if (/^Failed to start |: Failed with result /.test(text)) end(at, exit ?? 1);
    else if (/^(?:Finished|Started) /.test(text)) {
      // "Started" is the end of a oneshot before systemd 246, the beginning of a simple service.
      if (startedAt !== null) end(at, exit ?? 0);
      else if (text.startsWith('Started ')) startedAt = at;
    } else if (/: (?:Succeeded|Deactivated successfully)\.$/.test(text)) end(at, exit ?? 0);
  }
  const mainPid = Number(shown.get('MainPID') ?? '0');
  if (runs.length === 0) {
    const last = lastShown(shown, zone);
    if (last !== null) runs.push(last);
  }
  return {
    nextAt: shownTime(shown.get('NextElapseUSecRealtime') ?? '', zone),
    runs,
    runningPid: /^(?:active|activating)$/.test(shown.get('ActiveState') ?? '') && mainPid > 0 ? mainPid : null,
  };
}

function lastShown(shown: ReadonlyMap<string, string>, zone: string): BackupRun | null {
  const startedAt = shownTime(shown.get('ExecMainStartTimestamp') ?? '', zone);
  const endedAt = shownTime(shown.get('ExecMainExitTimestamp') ?? '', zone);
  if (startedAt === null || endedAt === null || endedAt < startedAt) return null;
  const exit = Number(shown.get('ExecMainStatus') ?? '');
  return { startedAt, endedAt, exit: Number.isInteger(exit) ? exit : null, bytes: null, seconds: Math.round((endedAt - startedAt) / 1000) };
}

/** "Mon 2026-11-30 02:00:00 CET": the zone of the host, or UTC where it says so. */
function shownTime(text: string, zone: string): number | null {
  const found = /(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d+)?(?: (\w+))?/.exec(text);
  return found === null ? null : wallClock(found.slice(1, 7).map(Number), found[7] === 'UTC' ? 'UTC' : zone);
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export interface CronStart {
  readonly at: number;
  readonly user: string;
  readonly command: string;
}

/**
 * What cron wrote into syslog when it started something. Its times are those of syslog(3) without a year ("Nov 29 14:17:01"), of RFC 5424, or Unix seconds (from
 * the journal). A month that would lie ahead belongs to the year before.
 */
export function cronStarts(lines: readonly string[], zone: string, now: number): readonly CronStart[] {
  return lines.flatMap((line) => {
    const found = /(?:CRON|crond?|CROND)\[\d+\]: \(([^)]*)\) CMD \((.*)\)\s*$/.exec(line);
    const at = lineTime(line, zone, now);
    return found === null || at === null ? [] : [{ at, user: found[1] ?? '', command: (found[2] ?? '').trim() }];
  });
}

function lineTime(line: string, zone: string, now: number): number | null {
  const unix = /^(\d{9,11})\.\d+ /.exec(line);
  if (unix !== null) return Number(unix[1]) * 1000;
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/.exec(line);
  if (iso !== null) {
    const at = Date.parse(iso[0]);
    return Number.isFinite(at) ? at : null;
  }
  const old = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) /.exec(line);
  const month = months.indexOf(old?.[1] ?? '');
  if (old === null || month < 0) return null;
  const year = new Date(now).getUTCFullYear();
  const inYear = (which: number) => wallClock([which, month + 1, ...old.slice(2, 6).map(Number)], zone);
  const at = inYear(year);
  return at !== null && at > now + 86_400_000 ? inYear(year - 1) : at;
}
