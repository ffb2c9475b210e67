import type { SentFile } from './collect/answer.ts';
import { type CrontabEntry, readCrontab } from './parse/crontab.ts';
import { readOnCalendar } from './parse/on-calendar.ts';
import { patternWords, readSchedule, type Schedule, timeWords } from './parse/schedule.ts';
import { spanMs, type UnitFile } from './parse/units.ts';

/** When a job is started. */
export interface Timing {
  /** As it is written; null where nothing starts it. */
  readonly text: string | null;
  readonly words: string;
  readonly schedule: Schedule | null;
  /** The zone that the line itself names. */
  readonly zone: string | null;
  /** Of what is started again some time after the last time, ms. */
  readonly everyMs: number | null;
  /** How much later than it says it may start, ms. */
  readonly delayMs: number;
  /** Not a time that cron or systemd would take. */
  readonly bad: boolean;
}

const periodWords = { hourly: 'Every hour', daily: 'Every day', weekly: 'Every week', monthly: 'Every month' } as const;
export const periods = ['hourly', 'daily', 'weekly', 'monthly'] as const;
const periodMs = { hourly: 3_600_000, daily: 86_400_000, weekly: 7 * 86_400_000, monthly: 31 * 86_400_000 } as const;

/** When a line of a crontab is started. */
export function cronTiming({ schedule: text, variables }: CrontabEntry): Timing {
  const schedule = readSchedule(text);
  const minutes = Number(variables.get('RANDOM_DELAY') ?? '');
  const delayMs = Number.isFinite(minutes) && minutes > 0 ? Math.min(minutes, 1440) * 60_000 : 0;
  return {
    text,
    words: timeWords(text) + delayWords(delayMs),
    schedule: typeof schedule === 'object' ? schedule : null,
    zone: variables.get('CRON_TZ') ?? null,
    everyMs: null,
    delayMs,
    bad: schedule === undefined,
  };
}

function delayWords(delayMs: number): string {
  return delayMs === 0 ? '' : `, up to ${Math.round(delayMs / 60_000)} min later`;
}

/** When run-parts runs a folder: cron's own line for it, or anacron's where that does it. */
export function periodicTiming(period: (typeof periods)[number], files: readonly SentFile[]): Timing {
  const folder = `/etc/cron.${period}`;
  const anacrontab = files.find(({ kind }) => kind === 'anacrontab');
  if (anacrontab?.text.includes(folder)) {
    const delay = Number(/^[ \t]*RANDOM_DELAY[ \t]*=[ \t]*"?(\d+)/m.exec(anacrontab.text)?.[1] ?? '0');
    const delayMs = Math.min(delay, 1440) * 60_000;
    const words = `${periodWords[period]}, by anacron${delayWords(delayMs)}`;
    return { text: `@${period}`, words, schedule: null, zone: null, everyMs: periodMs[period], delayMs, bad: false };
  }
  for (const file of files.filter(({ kind }) => kind === 'crontab' || kind === 'cron.d')) {
    const found = readCrontab(file.text, { userColumn: true }).entries.find(({ command }) => command.includes(folder));
    if (found !== undefined) return cronTiming(found);
  }
  return {
    text: `@${period}`,
    words: periodWords[period],
    schedule: null,
    zone: null,
    everyMs: periodMs[period],
    delayMs: 0,
    bad: false,
  };
}

/** When a service is started by its timer; null for one that has none. */
export function timerTiming(timer: UnitFile | null): Timing {
  const none = { schedule: null, zone: null, everyMs: null, delayMs: 0, bad: false };
  if (timer === null) return { ...none, text: null, words: 'Only when it is started by hand, or by another unit' };
  const delayMs = timer.randomDelay === null ? 0 : (spanMs(timer.randomDelay) ?? 0);
  const [calendar] = timer.calendars;
  if (calendar !== undefined) {
    const read = timer.calendars.length === 1 ? readOnCalendar(calendar) : undefined;
    const words = read === undefined ? timer.calendars.join('; ') : patternWords(read.schedule);
    return {
      ...none,
      text: timer.calendars.join('; '),
      words: words + delayWords(delayMs),
      schedule: read?.schedule ?? null,
      zone: read?.zone ?? null,
      delayMs,
    };
  }
  const again = timer.spans.find(([name]) => name === 'OnUnitActiveSec' || name === 'OnUnitInactiveSec');
  const span = again ?? timer.spans[0];
  const text = span === undefined ? null : `${span[0]}=${span[1]}`;
  const words = again !== undefined ? `Every ${again[1]}` : span !== undefined ? `Once, ${span[1]} after ${span[0].slice(2, -3)}` : 'Never';
  return { ...none, text, words: words + delayWords(delayMs), everyMs: again === undefined ? null : (spanMs(again[1]) ?? null), delayMs };
}
