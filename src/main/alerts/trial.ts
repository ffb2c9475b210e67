import { setImmediate } from 'node:timers/promises';
import { notForeseen, type RuleId, type RuleSettings, ruleKinds } from '../../shared/alert-rules.ts';
import type { RuleTrial } from '../../shared/contract/alerts.ts';
import type { HistorySeriesName } from '../../shared/contract/history.ts';
import type { Past } from './alerts-deps.ts';
import { type Forecast, MemoryPast } from './forecast.ts';
import { step, unwatched, type Watch } from './machine.ts';
import { readings, Window } from './readings.ts';
import type { RuleBook } from './rule-book.ts';

export interface TrialHost {
  readonly id: string;
  readonly name: string;
  readonly group: string | null;
  readonly cores: number;
}

const minuteMs = 60_000;
const weekMs = 7 * 24 * 60 * minuteMs;
/** A range answers at most 4,000 points: two days at a point a minute. */
const sliceMs = 2 * 24 * 60 * minuteMs;
const progressMs = 300;
const most = { hosts: 10, times: 20 };

/** The figure of a rule in the history; undefined where it is not kept. */
function figureOf(rule: RuleId): { readonly series: readonly HistorySeriesName[]; readonly make: () => Figures } | undefined {
  const reading = readings[rule];
  if (reading !== undefined) {
    return { series: reading.series, make: () => ({ read: (_, value, cores) => reading.read(value, cores) }) };
  }
  if (rule === 'disk-space') return { series: ['diskFullest'], make: () => ({ read: (_, value) => value('diskFullest') }) };
  if (rule !== 'memory-forecast') return undefined;
  return {
    series: ['memoryUsed', 'memoryTotal'],
    make() {
      const past = new MemoryPast();
      return {
        read(at, value) {
          const [used, total] = [value('memoryUsed'), value('memoryTotal')];
          if (used === null || total === null) return null;
          past.add(at, used, total);
          const foreseen: Forecast | null = past.forecast();
          return Math.min(notForeseen, foreseen?.minutes ?? notForeseen);
        },
      };
    },
  };
}

interface Figures {
  read(at: number, value: (name: HistorySeriesName) => number | null, cores: number): number | null;
}

/**
 * Runs a rule, as it is edited, over the last week of these hosts and tells how far it has come a few times a second. Minutes are averages, as the
 * history keeps them. Downtimes and quiet hours count. @throws what `past` throws
 */
export async function* tryRule(
  past: Past,
  book: RuleBook,
  rule: RuleId,
  settings: RuleSettings,
  hosts: readonly TrialHost[],
  now: number,
): AsyncGenerator<RuleTrial, void, void> {
  const figures = figureOf(rule);
  let trial: RuleTrial = {
    hosts: hosts.length,
    hostsDone: 0,
    minutes: 0,
    fired: 0,
    critical: 0,
    brief: 0,
    worst: [],
    done: false,
    impossible: null,
  };
  if (figures === undefined) {
    yield { ...trial, done: true, impossible: `The history does not keep what “${ruleKinds[rule].name}” goes by.` };
    return;
  }
  let toldAt = performance.now();
  for (const host of hosts) {
    const one = await tryHost(past, book, rule, settings, host, figures.series, figures.make(), now);
    const worst =
      one.at.length === 0
        ? trial.worst
        : [...trial.worst, { host: host.id, name: host.name, fired: one.at.length, at: one.at.slice(0, most.times) }];
    trial = {
      ...trial,
      hostsDone: trial.hostsDone + 1,
      minutes: trial.minutes + one.minutes,
      fired: trial.fired + one.at.length,
      critical: trial.critical + one.critical,
      brief: trial.brief + one.brief,
      worst: worst.toSorted((left, right) => right.fired - left.fired).slice(0, most.hosts),
    };
    if (performance.now() - toldAt < progressMs) continue;
    toldAt = performance.now();
    yield trial;
  }
  yield { ...trial, done: true };
}

async function tryHost(
  past: Past,
  book: RuleBook,
  rule: RuleId,
  settings: RuleSettings,
  host: TrialHost,
  series: readonly HistorySeriesName[],
  figures: Figures,
  now: number,
): Promise<{ readonly minutes: number; readonly at: number[]; readonly critical: number; readonly brief: number }> {
  const kind = ruleKinds[rule];
  const window = new Window();
  let watch: Watch = unwatched;
  let [minutes, critical, brief] = [0, 0, 0];
  const at: number[] = [];
  /** Of what is bad at the moment: for how many minutes it has been, and whether it came to be critical. */
  let bad = 0;
  let wasCritical = false;
  for (let from = now - weekMs; from < now; from += sliceMs) {
    const to = Math.min(now, from + sliceMs);
    const range = await past({ host: host.id, from, to, points: Math.max(2, Math.round((to - from) / minuteMs)), series });
    for (const [index, time] of range.at.entries()) {
      const figure = figures.read(time, (name) => range.series[name]?.average[index] ?? null, host.cores);
      if (figure === null) continue;
      minutes += 1;
      const held = book.held(host, settings, time);
      const value = window.add(time, figure, settings.averageMs);
      const holds = { warning: held.warning !== null, critical: held.critical !== null };
      const { watch: next, event } = step(watch, kind, settings, { at: time, value, holds });
      watch = next;
      if (event === 'opened') at.push(time);
      if (watch.severity === 'critical' && !wasCritical) {
        wasCritical = true;
        critical += 1;
      }
      if (event === 'resolved' && bad <= 1) brief += 1;
      if ((watch.warning.recent | watch.critical.recent) & 1) bad += 1;
      if (watch.phase === 'ok') [bad, wasCritical] = [0, false];
    }
    await setImmediate();
  }
  return { minutes, at, critical, brief };
}
