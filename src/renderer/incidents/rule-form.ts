import type { RuleLevels, RuleSettings, RuleUnit } from '../../shared/alert-rules.ts';
import type { RuleTrial } from '../../shared/contract/alerts.ts';
import { formatDuration } from '../../shared/units.ts';
import { hostCount } from '../components/host-count.ts';

/** A rule as it stands in the fields: numbers in the unit that people type, empty where there is none. */
export interface RuleForm {
  readonly enabled: boolean;
  readonly warningSet: string | number;
  readonly warningClear: string | number;
  readonly criticalSet: string | number;
  readonly criticalClear: string | number;
  /** Seconds. */
  readonly average: string | number;
  /** Minutes. */
  readonly lasts: string | number;
  readonly clears: string | number;
  readonly hits: string | number;
  readonly of: string | number;
  readonly quiet: 'none' | 'warnings' | 'all';
  /** `22:00`. */
  readonly quietFrom: string;
  readonly quietTo: string;
}

/** What a figure is typed in, and how much of the rule's own unit that is. */
export const typedUnits: Readonly<Record<RuleUnit, { readonly suffix: string; readonly factor: number; readonly decimals: number }>> = {
  ratio: { suffix: ' %', factor: 0.01, decimals: 1 },
  bytes: { suffix: ' MiB', factor: 2 ** 20, decimals: 1 },
  rate: { suffix: ' MiB/s', factor: 2 ** 20, decimals: 2 },
  count: { suffix: '', factor: 1, decimals: 0 },
  load: { suffix: ' per core', factor: 1, decimals: 2 },
  minutes: { suffix: ' min', factor: 1, decimals: 1 },
};

const minuteMs = 60_000;
const twoDigits = (value: number) => String(value).padStart(2, '0');
const clockOf = (minute: number) => `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
const rounded = (value: number, decimals: number) => Math.round(value * 10 ** decimals) / 10 ** decimals;

export function formOf(settings: RuleSettings, unit: RuleUnit): RuleForm {
  const { factor, decimals } = typedUnits[unit];
  const typed = (levels: RuleLevels | null, which: keyof RuleLevels) => (levels === null ? '' : rounded(levels[which] / factor, decimals));
  const { enabled, warning, critical, averageMs, forMs, clearForMs, hits, of, quiet } = settings;
  return {
    enabled,
    warningSet: typed(warning, 'set'),
    warningClear: typed(warning, 'clear'),
    criticalSet: typed(critical, 'set'),
    criticalClear: typed(critical, 'clear'),
    average: averageMs / 1000,
    lasts: rounded(forMs / minuteMs, 2),
    clears: rounded(clearForMs / minuteMs, 2),
    hits,
    of,
    quiet: quiet === null ? 'none' : quiet.holds,
    quietFrom: clockOf(quiet?.from ?? 22 * 60),
    quietTo: clockOf(quiet?.to ?? 7 * 60),
  };
}

/** The rule that the fields mean, or what is wrong with them: a sentence. */
export function settingsOf(form: RuleForm, unit: RuleUnit): RuleSettings | string {
  const warning = levelsOf(form.warningSet, form.warningClear, unit);
  const critical = levelsOf(form.criticalSet, form.criticalClear, unit);
  if (warning === 'half' || critical === 'half') return 'A level needs both: from where it fires, and from where it clears.';
  const times = [form.average, form.lasts, form.clears, form.hits, form.of].map(numberIn);
  const [average, lasts, clears, hits, of] = times;
  if (average == null || lasts == null || clears == null || hits == null || of == null) return 'Every time and count needs a number.';
  const whole = (value: number) => Math.round(value);
  if (average > 3_600) return 'The average is of an hour at most.';
  if (lasts > 1_440 || clears > 1_440) return 'It lasts a day at most before it fires or clears.';
  if (hits < 1 || of > 30 || hits > of)
    return 'So many of the last samples: the first number is 1 or more and not larger than the second, which is 30 at most.';
  const from = minuteOf(form.quietFrom);
  const to = minuteOf(form.quietTo);
  if (form.quiet !== 'none' && (from === null || to === null)) return 'Quiet hours are written as 22:00.';
  return {
    enabled: form.enabled,
    warning,
    critical,
    averageMs: whole(average * 1000),
    forMs: whole(lasts * minuteMs),
    clearForMs: whole(clears * minuteMs),
    hits: whole(hits),
    of: whole(of),
    quiet: form.quiet === 'none' || from === null || to === null ? null : { from, to, holds: form.quiet },
  };
}

function numberIn(typed: string | number): number | null {
  const value = typed === '' ? Number.NaN : Number(typed);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

function levelsOf(set: string | number, clear: string | number, unit: RuleUnit): RuleLevels | null | 'half' {
  const { factor } = typedUnits[unit];
  const [from, until] = [numberIn(set), numberIn(clear)];
  if (from === null && until === null) return null;
  return from === null || until === null ? 'half' : { set: from * factor, clear: until * factor };
}

function minuteOf(text: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(text.trim()) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) return null;
  return Number(hours) * 60 + Number(minutes);
}

/** What a rule would have done in the last week: "3 times, 2 of them under a minute". */
export function trialWords({ fired, brief, critical, minutes, hosts, hostsDone, done, impossible }: RuleTrial): string {
  if (impossible !== null) return impossible;
  const on = done ? hostCount(hosts) : `${hostsDone.toLocaleString('en')} of ${hostCount(hosts)}`;
  if (hosts === 0) return 'There is no host that it would hold for: there is none, or each has a nearer rule.';
  if (done && minutes === 0) return `Nothing is kept of the last week on ${on}.`;
  const past = hostsDone === 0 ? '' : `, in ${formatDuration((minutes / hostsDone) * minuteMs)} of history each on average`;
  if (fired === 0) return `It would not have fired on ${on}${past}.`;
  const parts = [
    ...(critical > 0 ? [`${critical.toLocaleString('en')} critical`] : []),
    ...(brief > 0 ? [`${brief.toLocaleString('en')} under a minute`] : []),
  ];
  const times = fired === 1 ? 'once' : `${fired.toLocaleString('en')} times`;
  return `It would have fired ${times}${parts.length === 0 ? '' : `, ${parts.join(' and ')} of them`}, on ${on}${past}.`;
}
