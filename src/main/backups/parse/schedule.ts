import { Cron } from 'croner';
import { asSentence, scheduleWords } from '../../../shared/schedule-words.ts';

/** When something starts, by the wall clock of a time zone. */
export interface Schedule {
  /** As croner reads it: five fields, or six with seconds first. */
  readonly pattern: string;
  /** Vixie's rule (crontab(5)): a day field that begins with `*` narrows the other; else a day that fits either will do. */
  readonly bothDays: boolean;
}

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const value = String.raw`(?:\d{1,2}|[A-Za-z]{3,9})`;
const part = String.raw`(?:\*|${value}(?:[-~]${value})?|~)(?:/\d{1,3})?`;
const fieldPattern = new RegExp(`^${part}(?:,${part})*$`);
const names = ['jan feb mar apr may jun jul aug sep oct nov dec'.split(' '), 'sun mon tue wed thu fri sat'.split(' ')] as const;

/** Reads the time of a crontab's line; undefined where cron would refuse it, and `'reboot'` for what starts with the machine. */
export function readSchedule(text: string): Schedule | 'reboot' | undefined {
  const word = text.toLowerCase();
  if (word === '@reboot') return 'reboot';
  const fields = (nicknames[word] ?? word).split(' ');
  if (fields.length !== 5 || !fields.every((field) => fieldPattern.test(field))) return undefined;
  const told = fields.map((field, index) => {
    // cronie and BSD: a random time of the range. Its beginning stands for it.
    const fixed = field.replaceAll(/(\w+)~\w+/g, '$1').replaceAll('~', index === 2 || index === 3 ? '1' : '0');
    const list = index === 3 ? names[0] : index === 4 ? names[1] : [];
    const number = fixed.replaceAll(/[a-z]+/g, (name) => {
      const at = list.indexOf(name.slice(0, 3));
      return at < 0 ? '?' : String(at + (index === 3 ? 1 : 0));
    });
    // cronie: `5/15` is `5-59/15`.
    return number.replaceAll(/(^|,)(\d+)\//g, (_, before: string, start: string) => `${before}${start}-${[59, 23, 31, 12, 7][index]}/`);
  });
  const [, , dayOfMonth = '', , dayOfWeek = ''] = told;
  const schedule = { pattern: told.join(' '), bothDays: dayOfMonth.startsWith('*') || dayOfWeek.startsWith('*') };
  return cronOf(schedule, undefined) === undefined ? undefined : schedule;
}

/** The next start after a moment (epoch ms), or null where there is none. `zone`: a name of the time zone database. */
export function nextStart(schedule: Schedule, zone: string, after: number): number | null {
  const key = keyOf(schedule, zone);
  const known = coming.get(key);
  if (known !== undefined && after >= known.after && after < known.at) return known.at;
  const at = cronOf(schedule, zone)?.nextRun(new Date(after))?.getTime() ?? null;
  if (coming.size >= mostKept) coming.clear();
  if (at !== null) coming.set(key, { after, at });
  return at;
}

/** The next start is the same until it has come: looking for it is what costs most of a refresh. */
const coming = new Map<string, { readonly after: number; readonly at: number }>();

function keyOf({ pattern, bothDays }: Schedule, zone: string | undefined): string {
  return `${zone} ${bothDays} ${pattern}`;
}

const gaps = new Map<string, { readonly least: number; readonly most: number }>();
/** A week of a schedule of every half an hour would be too many; twelve starts hold the longest pause of all usual ones. */
const startsLookedAt = 12;
/** Schedules that are kept in mind. */
const mostKept = 5_000;

/** The shortest and the longest time between two starts, ms. Infinity where it starts no second time. */
export function gapsOf(schedule: Schedule, zone: string, after: number): { readonly least: number; readonly most: number } {
  const key = keyOf(schedule, zone);
  const known = gaps.get(key);
  if (known !== undefined) return known;
  const starts = cronOf(schedule, zone)?.nextRuns(startsLookedAt, new Date(after)) ?? [];
  const between = starts.slice(1).map((start, index) => start.getTime() - (starts[index]?.getTime() ?? 0));
  const found = between.length === 0 ? { least: Infinity, most: Infinity } : { least: Math.min(...between), most: Math.max(...between) };
  if (gaps.size >= mostKept) gaps.clear();
  gaps.set(key, found);
  return found;
}

/** A crontab's time in words: "Every weekday at 02:30". The text itself where it has none. */
export function timeWords(text: string): string {
  const schedule = readSchedule(text);
  if (schedule === 'reboot') return asSentence(scheduleWords(text));
  return schedule === undefined ? text : patternWords(schedule);
}

/** The words that the form of a job has for it, too. */
export function patternWords({ pattern, bothDays }: Schedule): string {
  return asSentence(scheduleWords(pattern, bothDays));
}

const crons = new Map<string, Cron | undefined>();

function cronOf(schedule: Schedule, zone: string | undefined): Cron | undefined {
  const key = keyOf(schedule, zone);
  if (crons.has(key)) return crons.get(key);
  let cron: Cron | undefined;
  try {
    cron = neverComes(schedule)
      ? undefined
      : new Cron(schedule.pattern, { domAndDow: schedule.bothDays, paused: true, ...(zone === undefined ? {} : { timezone: zone }) });
  } catch {
    cron = undefined;
  }
  if (crons.size >= mostKept) crons.clear();
  crons.set(key, cron);
  return cron;
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `30 2`, the 30th of February: croner would look for it through the years, each time anew. */
function neverComes({ pattern, bothDays }: Schedule): boolean {
  const [dayOfMonth = '*', month = '*', dayOfWeek = '*'] = pattern.split(' ').slice(-3);
  if (!bothDays && dayOfWeek !== '*') return false;
  const firstDay = Math.min(...dayOfMonth.split(',').map((part) => Number.parseInt(part.replace(/^\*/, '1'), 10)));
  const longest = month.split(',').map((part) => {
    const [from = 1, to = from] = part.startsWith('*') ? [1, 12] : (part.split('/')[0]?.split('-').map(Number) ?? []);
    return Math.max(...monthDays.slice(from - 1, to));
  });
  return firstDay > Math.max(...longest);
}

/** The name if it is one of the time zone database, else UTC. */
export function soundZone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}
