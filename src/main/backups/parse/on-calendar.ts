import type { Schedule } from './schedule.ts';

const shortcuts: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
};
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const number = String.raw`(?:\*|\d{1,4}(?:\.\.\d{1,4})?)(?:/\d{1,4})?(?:\.0+)?`;
const list = `${number}(?:,${number})*`;
const datePattern = new RegExp(`^(?:(${list})-)?(${list})-(${list})$`);
const timePattern = new RegExp(`^(${list}):(${list})(?::(${list}))?$`);

/** A calendar event of systemd.time(7), and the time zone that it names. Undefined for what cron's fields cannot say: years, `~`, parts of seconds. */
export function readOnCalendar(text: string): { readonly schedule: Schedule; readonly zone: string | null } | undefined {
  const words = text.trim().split(/\s+/);
  const named = words.length > 1 && /^(?:UTC|[A-Za-z]+\/[A-Za-z_/+-]+)$/.test(words.at(-1) ?? '') ? (words.pop() ?? null) : null;
  const whole = shortcuts[words.join(' ').toLowerCase()] ?? words.join(' ');
  let rest = whole.split(' ');
  let days = '*';
  const [first = ''] = rest;
  if (/^[A-Za-z]/.test(first)) {
    const read = readWeekdays(first);
    if (read === undefined) return undefined;
    days = read;
    rest = rest.slice(1);
  }
  const date = rest.map((word) => datePattern.exec(word)).find((found) => found !== null);
  const time = rest.map((word) => timePattern.exec(word)).find((found) => found !== null);
  if (rest.length !== Number(date !== undefined) + Number(time !== undefined)) return undefined;
  if (date?.[1] !== undefined && date[1] !== '*') return undefined;
  const [hour, minute, second] = time === undefined ? ['0', '0', '0'] : [time[1], time[2], time[3] ?? '0'];
  const fields = [
    cronField(second ?? '0', 59),
    cronField(minute ?? '0', 59),
    cronField(hour ?? '0', 23),
    cronField(date?.[3] ?? '*', 31),
    cronField(date?.[2] ?? '*', 12),
    days,
  ];
  const pattern = fields[0] === '0' ? fields.slice(1).join(' ') : fields.join(' ');
  return { schedule: { pattern, bothDays: true }, zone: named };
}

/** `Mon..Fri`, `Mon,Wed`: the weekday field of a crontab. */
function readWeekdays(text: string): string | undefined {
  const parts = text.split(',').map((part) => {
    const [from, to] = part.split('..').map((name) => weekdays.indexOf(name.slice(0, 3).toLowerCase()));
    if (from === undefined || from < 0 || (to !== undefined && to < 0)) return undefined;
    if (to === undefined) return String(from);
    // A week ends with Sunday there.
    return to === 0 ? `${from}-7` : from <= to ? `${from}-${to}` : `${from}-6,0-${to}`;
  });
  return parts.includes(undefined) ? undefined : parts.join(',');
}

/** `0/15` goes on to the end of the range there, `..` is `-`. */
function cronField(text: string, most: number): string {
  return text
    .split(',')
    .map((part) => {
      const whole = part.replace(/\.0+$/, '').replaceAll(/\d+/g, (digits) => String(Number(digits)));
      const open = /^(\d+)\/(\d+)$/.exec(whole);
      return open === null ? whole.replace('..', '-') : `${open[1]}-${most}/${open[2]}`;
    })
    .join(',');
}
