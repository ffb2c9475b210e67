import { needsBothDays, plainSchedule, readSchedule, type ScheduleFields } from './backup-schedule.ts';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/**
 * A schedule in words: "every day at 03:15". What is no schedule comes back as it is. `bothDays`: a day must fit both day fields, where both say
 * something; by the rule of crontab(5) it must where one begins with `*`. A sixth field before the others has the seconds.
 */
export function scheduleWords(schedule: string, bothDays?: boolean): string {
  const parts = plainSchedule(schedule).split(' ');
  if (parts[0] === '@reboot') return 'when the host starts';
  if (parts.length === 6) {
    const [seconds = '', ...rest] = parts;
    const words = scheduleWords(rest.join(' '), bothDays);
    return words === rest.join(' ') || !/^[\d,]+$/.test(seconds) ? schedule : `${words}, at second ${listed(seconds.split(','))}`;
  }
  const fields = readSchedule(schedule);
  if (typeof fields === 'string') return schedule;
  const time = timeWords(fields);
  const days = dayWords(fields, bothDays ?? needsBothDays(schedule));
  const inMonths = fields.months === null ? '' : ` in ${listed(fields.months.map((month) => months[month - 1] ?? ''))}`;
  if (days === '' && inMonths === '') return time.startsWith('at ') ? `every day ${time}` : time;
  if (time.startsWith('at ')) return `${days === '' ? 'every day' : days}${inMonths} ${time}`;
  return `${time}, ${days === '' ? 'every day' : days}${inMonths}`;
}

/** The five fields that a text means, which is one of ours in words, or five fields already; null for any other. */
export function scheduleOf(text: string): string | null {
  const plain = plainSchedule(text);
  if (typeof readSchedule(plain) !== 'string') return plain;
  const words = text
    .toLowerCase()
    .replaceAll(/[,;]|\band\b/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const [, daysText = '', clock = ''] = /^(.*?)(?:\b(?:at|@) (.*))?$/.exec(words) ?? [];
  const often = oftenOf(daysText.trim(), clock);
  if (often !== null) return often;
  const times = timesOf(clock === '' ? '00:00' : clock);
  const days = daysOf(daysText.trim(), clock !== '');
  return times === null || days === null ? null : `${times} ${days}`;
}

/** "every 15 minutes", "every 6 hours at :20": what has no time of the day. */
function oftenOf(words: string, clock: string): string | null {
  if (/^every minute$/.test(words)) return '* * * * *';
  const everyMinutes = /^every (\d{1,2}) min(?:ute)?s?$/.exec(words);
  if (everyMinutes) return step(Number(everyMinutes[1]), 60, (each) => `*/${each} * * * *`);
  const minute = clock === '' ? 0 : /^(?::|minute )(\d{1,2})$/.exec(clock)?.[1];
  if (minute === undefined || Number(minute) > 59) return null;
  if (/^(?:hourly|every hour)$/.test(words)) return `${Number(minute)} * * * *`;
  const everyHours = /^every (\d{1,2}) hours?$/.exec(words);
  return everyHours ? step(Number(everyHours[1]), 24, (each) => `${Number(minute)} */${each} * * *`) : null;
}

/** What divides the hour or the day: any other would start anew at its end, and be no "every". */
function step(every: number, whole: number, make: (every: number) => string): string | null {
  return every >= 1 && whole % every === 0 ? make(every) : null;
}

/** "03:15 15:15" as minute and hours: they must share their minute, as one line of cron has it. */
function timesOf(clock: string): string | null {
  const found = clock.split(' ').map((time) => /^(\d{1,2})[:.](\d{2})$|^(\d{1,2})$|^(midnight)$|^(noon)$/.exec(time));
  const times = found.map((time) => {
    if (time?.[4]) return [0, 0] as const;
    if (time?.[5]) return [12, 0] as const;
    return time ? ([Number(time[1] ?? time[3]), Number(time[2] ?? 0)] as const) : null;
  });
  const minutes = new Set(times.map((time) => time?.[1]));
  const [minute] = minutes;
  if (minutes.size !== 1 || minute === undefined || minute > 59 || times.some((time) => time === null || time[0] > 23)) return null;
  const hours = [...new Set(times.map((time) => time?.[0] ?? 0))].sort((left, right) => left - right);
  return `${minute} ${hours.join(',')}`;
}

function daysOf(words: string, timed: boolean): string | null {
  if (words === '' ? timed : /^(?:daily|every day|each day|every night|nightly)$/.test(words)) return '* * *';
  if (/^(?:every )?(?:weekdays?|workdays?)$/.test(words)) return '* * 1-5';
  if (/^(?:every |on )?weekends?$/.test(words)) return '* * 0,6';
  if (words === 'weekly' || words === 'every week') return '* * 0';
  if (words === 'monthly' || words === 'every month') return '1 * *';
  const parts = words.replace(/^(?:every|on|each) /, '').split(' ');
  const named = parts.map((part) =>
    weekdays.findIndex((day) => part.length >= 3 && (day.toLowerCase().startsWith(part) || `${day.toLowerCase()}s` === part)),
  );
  if (named.every((day) => day >= 0)) return `* * ${[...new Set(named)].sort((left, right) => left - right).join(',')}`;
  const dates = /^(?:on )?the ((?:\d{1,2}(?:st|nd|rd|th)? ?)+)(?:of (?:every|each) month)?$/.exec(words)?.[1];
  const days =
    dates
      ?.trim()
      .split(' ')
      .map((date) => Number.parseInt(date, 10)) ?? [];
  if (days.length === 0 || days.some((day) => day < 1 || day > 31)) return null;
  return `${[...new Set(days)].sort((left, right) => left - right).join(',')} * *`;
}

function timeWords({ minutes, hours }: ScheduleFields): string {
  if (minutes === null) return hours === null ? 'every minute' : `every minute of ${hourWords(hours)}`;
  const every = evenly(minutes, 60);
  if (hours === null) {
    if (minutes.length === 1) return minutes[0] === 0 ? 'every hour' : `every hour at :${two(minutes[0])}`;
    return every !== null && minutes[0] === 0
      ? `every ${every} minutes`
      : `every hour at ${listed(minutes.map((minute) => `:${two(minute)}`))}`;
  }
  const everyHours = evenly(hours, 24);
  if (everyHours !== null && hours[0] === 0 && hours.length > 2 && minutes.length === 1) {
    return `every ${everyHours} hours${minutes[0] === 0 ? '' : ` at :${two(minutes[0])}`}`;
  }
  if (minutes.length * hours.length <= 6) {
    return `at ${listed(hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)))}`;
  }
  return `at ${listed(minutes.map((minute) => `:${two(minute)}`))} of ${hourWords(hours)}`;
}

/** The words at the beginning of a sentence, or alone. */
export function asSentence(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function dayWords({ days, weekdays: ofWeek }: ScheduleFields, both: boolean): string {
  const inWeek =
    ofWeek === null
      ? ''
      : ofWeek.join() === '1,2,3,4,5'
        ? 'every weekday'
        : ofWeek.join() === '0,6'
          ? 'every weekend'
          : `every ${listed(ofWeek.map((day) => weekdays[day] ?? ''))}`;
  const inMonth = days === null ? '' : `on the ${listed(days.map(ordinal))} of every month`;
  if (both && days !== null && ofWeek !== null)
    return `every ${listed(ofWeek.map((day) => weekdays[day] ?? ''))} that is the ${listed(days.map(ordinal), 'or')} of a month`;
  return inWeek !== '' && inMonth !== '' ? `${inMonth} or ${inWeek}` : inWeek + inMonth;
}

function hourWords(hours: readonly number[]): string {
  return `the hours ${listed(hours.map(String))}`;
}

/** The step of values that stand at equal distances over the whole; null for others. */
function evenly(values: readonly number[], whole: number): number | null {
  const every = whole / values.length;
  return values.length > 1 && values.every((value, at) => value === (values[0] ?? 0) + at * every) ? every : null;
}

function two(value: number | undefined): string {
  return String(value ?? 0).padStart(2, '0');
}

function ordinal(day: number): string {
  const last = day % 10;
  const ending = day > 10 && day < 14 ? 'th' : last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th';
  return `${day}${ending}`;
}

function listed(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
