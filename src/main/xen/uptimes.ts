import { longestRow } from './domain-table.ts';

/** From the right, as names are what they are: `name  id  [N day(s), ]H:MM:SS`. */
const row = /[ \t](\d{1,5})[ \t]+(?:(\d{1,6}) days?, *)?(\d{1,9}):(\d\d):(\d\d)$/;

/** Reads `xl uptime` or `xm uptime`: how long each domain has been up, ms, by its number. */
export function parseUptimes(text: string): Map<number, number> {
  const uptimes = new Map<number, number>();
  for (const line of text.split('\n')) {
    if (line.length > longestRow) continue;
    const match = row.exec(line);
    if (match === null) continue;
    const [, id, days, hours, minutes, seconds] = match;
    const ms = (((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    uptimes.set(Number(id), ms);
  }
  return uptimes;
}
