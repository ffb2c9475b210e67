/** The five fields of a schedule as crontab(5) has them, each as the values it stands for, in order; null where any value will do. */
export interface ScheduleFields {
  readonly minutes: readonly number[] | null;
  readonly hours: readonly number[] | null;
  readonly days: readonly number[] | null;
  readonly months: readonly number[] | null;
  /** 0 is Sunday. */
  readonly weekdays: readonly number[] | null;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** crontab(5), "Extensions"; `@reboot` is no time and stands for nothing here. */
const nicknames: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

interface FieldKind {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const kinds: readonly FieldKind[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: monthNames },
  { name: 'day of the week', from: 0, to: 7, names: weekdayNames },
];

/** The schedule as five fields with one blank between them; a nickname is spelt out. */
export function plainSchedule(text: string): string {
  const trimmed = text.trim().toLowerCase();
  return Object.hasOwn(nicknames, trimmed) ? (nicknames[trimmed] ?? trimmed) : trimmed.split(/[ \t]+/).join(' ');
}

/** Reads a schedule, or says in a sentence what is wrong with it. */
export function readSchedule(text: string): ScheduleFields | string {
  const words = plainSchedule(text).split(' ');
  if (words[0]?.startsWith('@') === true) return `${words[0].slice(0, 20)} is no time that a backup can be planned for.`;
  if (words.length !== 5) return 'A schedule has five fields: minute, hour, day of the month, month, day of the week.';
  const lists: (readonly number[] | null)[] = [];
  for (const [at, kind] of kinds.entries()) {
    const values = readField(words[at] ?? '', kind);
    if (typeof values === 'string') return values;
    lists.push(values);
  }
  const [minutes = null, hours = null, days = null, months = null, weekdays = null] = lists;
  const sundays = weekdays === null ? null : [...new Set(weekdays.map((day) => day % 7))].sort((left, right) => left - right);
  const fields = { minutes, hours, days, months, weekdays: sundays?.length === 7 ? null : sundays };
  return happens(fields) ? fields : 'No year has such a day.';
}

/** 31 April is in no year; where days of the week are given too, either will do. */
function happens({ days, months, weekdays }: ScheduleFields): boolean {
  if (days === null || weekdays !== null) return true;
  const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return (months ?? monthNames.map((_, at) => at + 1)).some((month) => days.some((day) => day <= (longest[month - 1] ?? 0)));
}

function readField(text: string, kind: FieldKind): readonly number[] | null | string {
  const { name, from, to } = kind;
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const found = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,2}))?$/.exec(part);
    const bad = `“${part.slice(0, 20)}” is no ${name}.`;
    if (!found) return bad;
    const [, first = '', last, step] = found;
    const start = first === '*' ? from : readValue(first, kind);
    const end = first === '*' ? to : last === undefined ? (step === undefined ? start : to) : readValue(last, kind);
    const by = step === undefined ? 1 : Number(step);
    if (start === undefined || end === undefined || by < 1 || (first === '*' && last !== undefined)) return bad;
    if (start > end) return `${part.slice(0, 20)} goes backwards: cron has no such ${name}.`;
    for (let value = start; value <= end; value += by) values.add(value);
  }
  const all = kind.to === 7 ? 7 : to - from + 1;
  const sorted = [...values].sort((left, right) => left - right);
  return new Set(sorted.map((value) => (kind.to === 7 ? value % 7 : value))).size === all ? null : sorted;
}

function readValue(text: string, { from, to, names }: FieldKind): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) return named + (from === 1 ? 1 : 0);
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= from && value <= to ? value : undefined;
}

/** Whether a day must fit both day fields: cron takes either, unless one of them begins with `*` (crontab(5) of cronie, entry.c of Vixie's cron). */
export function needsBothDays(schedule: string): boolean {
  const [, , days = '', , weekdays = ''] = plainSchedule(schedule).split(' ');
  return days.startsWith('*') || weekdays.startsWith('*');
}

/**
 * The schedule as systemd.time(7) has it, a line each. Where a day of the month and a day of the week are both given and either will do, that is
 * two lines: systemd takes both at once.
 */
export function calendarLines(fields: ScheduleFields, bothDays: boolean): readonly string[] {
  const time = `${list(fields.hours)}:${list(fields.minutes)}:00`;
  const date = (days: readonly number[] | null) => `*-${list(fields.months)}-${list(days)}`;
  const weekdays = (fields.weekdays ?? []).map((day) => `${weekdayNames[day]?.slice(0, 1).toUpperCase()}${weekdayNames[day]?.slice(1)}`);
  if (weekdays.length === 0) return [`${date(fields.days)} ${time}`];
  if (bothDays) return [`${weekdays.join(',')} ${date(fields.days)} ${time}`];
  const onWeekdays = `${weekdays.join(',')} ${date(null)} ${time}`;
  return fields.days === null ? [onWeekdays] : [onWeekdays, `${date(fields.days)} ${time}`];
}

function list(values: readonly number[] | null): string {
  return values === null ? '*' : values.map((value) => String(value).padStart(2, '0')).join(',');
}
