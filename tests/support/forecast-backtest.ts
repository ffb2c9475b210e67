import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { exhaustedAt, MemoryPast } from '../../src/main/alerts/forecast.ts';
import { freely, step, unwatched } from '../../src/main/alerts/machine.ts';
import { notForeseen, type RuleId, ruleKinds } from '../../src/shared/alert-rules.ts';

/** A recorded series with a memory of a size that it may or may not come to fill. */
export interface Case {
  readonly name: string;
  /** KiB, a value a minute. */
  readonly values: readonly number[];
  readonly total: number;
  /** The minute in which memory is exhausted; null when it never is. */
  readonly endsAt: number | null;
}

/** What a rule came to over all cases. */
export interface Score {
  /** Alarms, and those that were followed by the end within two hours. */
  readonly alarms: number;
  readonly right: number;
  /** Ends, and those of which there was an alarm at least five minutes before. */
  readonly ends: number;
  readonly foreseen: number;
  /** Of those that were foreseen: minutes between alarm and end, the middle. */
  readonly leadMinutes: number;
}

/** Tests and benches run in the folder of the project; a bench is bundled, and its own place tells nothing. */
const folder = resolve('tests/fixtures/memory-series');
const leastLead = 5;
const soonMinutes = 120;

/** Each recorded series with memories that it fills late in its life, if it grows at all, and with some that it never fills. */
export function cases(): Case[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => {
      const name = file.slice(0, -4);
      const values = readFileSync(`${folder}/${file}`, 'utf8').trim().split('\n').map(Number);
      const most = Math.max(...values);
      const endAt = (part: number) => {
        const level = values[Math.floor(values.length * part)] ?? most;
        return Math.max(...values.slice(0, Math.floor(values.length * part))) < level ? [level] : [];
      };
      const filled = [0.6, 0.75, 0.9].flatMap(endAt);
      return [...filled.map((level) => level / exhaustedAt), most * 1.06, most * 1.25, most * 2].map((total): Case => {
        const at = values.findIndex((value) => value >= total * exhaustedAt);
        return { name, values, total, endsAt: at < 0 ? null : at };
      });
    });
}

/** A minute, and within how many the end was announced: the end of the band of a forecast, an hour where a level does not say. */
interface Alarm {
  readonly minute: number;
  readonly within: number;
}

/** The minutes in which a rule of Hum, as it comes, would have begun an incident. */
function alarmsOf(rule: 'memory-forecast' | 'memory-used', { values, total, endsAt }: Case): Alarm[] {
  const kind = ruleKinds[rule as RuleId];
  const past = new MemoryPast();
  const alarms: Alarm[] = [];
  let watch = unwatched;
  for (const [minute, used] of values.slice(0, endsAt ?? values.length).entries()) {
    const at = 1_800_000_000_000 + minute * 60_000;
    past.add(at, used, total);
    const foreseen = rule === 'memory-used' ? null : past.forecast();
    const value = rule === 'memory-used' ? used / total : Math.min(notForeseen, foreseen?.minutes ?? notForeseen);
    const next = step(watch, kind, kind.defaults, { at, value, holds: freely });
    watch = next.watch;
    if (next.event === 'opened') alarms.push({ minute, within: foreseen?.to ?? 60 });
  }
  return alarms;
}

export function score(rule: 'memory-forecast' | 'memory-used', all: readonly Case[]): Score {
  const leads: number[] = [];
  let [alarms, right, ends] = [0, 0, 0];
  for (const each of all) {
    const { endsAt, values } = each;
    // What was announced for after the end of the recording is neither right nor wrong.
    const at = alarmsOf(rule, each)
      .filter(({ minute, within }) => endsAt !== null || minute + within < values.length)
      .map(({ minute }) => minute);
    alarms += at.length;
    right += at.filter((minute) => endsAt !== null && endsAt - minute <= soonMinutes).length;
    if (endsAt === null) continue;
    ends += 1;
    const before = at.filter((minute) => endsAt - minute >= leastLead && endsAt - minute <= soonMinutes);
    if (before.length > 0) leads.push(endsAt - (before[0] ?? 0));
  }
  leads.sort((left, other) => left - other);
  return { alarms, right, ends, foreseen: leads.length, leadMinutes: leads[leads.length >> 1] ?? 0 };
}

export const precision = ({ alarms, right }: Score) => (alarms === 0 ? 1 : right / alarms);
export const recall = ({ ends, foreseen }: Score) => (ends === 0 ? 1 : foreseen / ends);
