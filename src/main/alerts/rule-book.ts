import { type RuleId, type RuleLevels, type RuleSettings, ruleKinds, ruleValue } from '../../shared/alert-rules.ts';
import type { Downtime, RuleScope, SetRule } from '../../shared/contract/alerts.ts';
import { HumError } from '../../shared/errors.ts';
import type { Severity } from '../../shared/incident.ts';

/** What of a host decides which rules are its. */
export interface RuledHost {
  readonly id: string;
  readonly group: string | null;
}

/** A rule as it holds for a host, and where it was set; null when nowhere. */
export interface EffectiveRule {
  readonly settings: RuleSettings;
  readonly setAt: RuleScope | null;
}

/** A scope as one text: `fleet`, `group:<name>`, `host:<id>`. */
export function scopeKey(scope: RuleScope): string {
  if (scope.kind === 'fleet') return 'fleet';
  return scope.kind === 'group' ? `group:${scope.group}` : `host:${scope.host}`;
}

/** The scope that a key stands for. */
export function scopeOf(key: string): RuleScope {
  if (key.startsWith('group:')) return { kind: 'group', group: key.slice(6) };
  return key.startsWith('host:') ? { kind: 'host', host: key.slice(5) } : { kind: 'fleet' };
}

/** Whether a scope has this host in it. */
export function isIn(scope: RuleScope, host: RuledHost): boolean {
  if (scope.kind === 'fleet') return true;
  return scope.kind === 'group' ? scope.group === host.group : scope.host === host.id;
}

/** The rules that were set, of which the nearest to a host wins, and the downtimes. */
export class RuleBook {
  #rules = new Map<string, SetRule>();
  #downtimes: readonly Downtime[] = [];

  get rules(): readonly SetRule[] {
    return [...this.#rules.values()];
  }
  get downtimes(): readonly Downtime[] {
    return this.#downtimes;
  }

  load(rules: readonly SetRule[], downtimes: readonly Downtime[]): void {
    this.#rules = new Map(rules.map((rule) => [`${rule.rule} ${scopeKey(rule.scope)}`, rule]));
    this.#downtimes = downtimes;
  }

  effective(host: RuledHost, rule: RuleId): EffectiveRule {
    const set =
      this.#rules.get(`${rule} host:${host.id}`) ??
      (host.group === null ? undefined : this.#rules.get(`${rule} group:${host.group}`)) ??
      this.#rules.get(`${rule} fleet`);
    return set === undefined ? { settings: ruleKinds[rule].defaults, setAt: null } : { settings: set.settings, setAt: set.scope };
  }

  /** Why new incidents of a host are held back at this moment, a sentence for each severity; null where they are not. */
  held(host: RuledHost, settings: RuleSettings, at: number): Readonly<Record<Severity, string | null>> {
    const downtime = this.#downtimes.find(({ scope, from, until }) => from <= at && at < until && isIn(scope, host));
    if (downtime !== undefined) {
      const reason = `Downtime until ${clock(downtime.until)}: ${downtime.reason}`;
      return { warning: reason, critical: reason };
    }
    const { quiet } = settings;
    if (quiet === null || !isQuiet(quiet, at)) return nothingHeld;
    const reason = `Quiet hours until ${minuteText(quiet.to)}.`;
    return { warning: reason, critical: quiet.holds === 'all' ? reason : null };
  }
}

export const nothingHeld = { warning: null, critical: null } as const;

function isQuiet({ from, to }: { readonly from: number; readonly to: number }, at: number): boolean {
  const date = new Date(at);
  const minute = date.getHours() * 60 + date.getMinutes();
  return from <= to ? from <= minute && minute < to : minute >= from || minute < to;
}

function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function clock(at: number): string {
  const date = new Date(at);
  const time = minuteText(date.getHours() * 60 + date.getMinutes());
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')} ${time}`;
}

/** Refuses levels that contradict each other. @throws HumError `bad-input` */
export function checkRule(rule: RuleId, settings: RuleSettings): void {
  const { name, worse, unit } = ruleKinds[rule];
  const { warning, critical, hits, of, enabled } = settings;
  const isWorse = (one: number, other: number) => (worse === 'higher' ? one > other : one < other);
  const side = worse === 'higher' ? 'below' : 'above';
  const refuse = (message: string, hint: string) => new HumError({ code: 'bad-input', message, hint });
  if (enabled && warning === null && critical === null) {
    throw refuse(`“${name}” has no level at which it fires.`, 'Give it a warning or a critical level, or switch the rule off.');
  }
  for (const [word, levels] of [
    ['warning', warning],
    ['critical', critical],
  ] as readonly [string, RuleLevels | null][]) {
    if (levels !== null && isWorse(levels.clear, levels.set)) {
      const values = `${ruleValue(unit, levels.clear)} and ${ruleValue(unit, levels.set)}`;
      throw refuse(`The ${word} of “${name}” would clear while it is still bad (${values}).`, `Let it clear at the level or ${side} it.`);
    }
  }
  if (warning !== null && critical !== null && (isWorse(warning.set, critical.set) || isWorse(warning.clear, critical.clear))) {
    throw refuse(`“${name}” would be critical before it is a warning.`, `Let the levels of the warning be ${side} those of critical.`);
  }
  if (hits > of) throw refuse(`${hits} of ${of} samples cannot be bad.`, 'Let the first number be the smaller one.');
}
