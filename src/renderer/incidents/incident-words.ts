import type { IncidentView, RuleScope } from '../../shared/contract/alerts.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { compareNames } from '../components/compare-names.ts';
import { type ReadQuery, readTerms, type WrittenTerm } from '../components/query-terms.ts';

type Shown = Pick<IncidentView, 'severity' | 'state'>;

/** How an incident stands, as a word and a tone. */
export function incidentLook({ severity, state }: Shown): { readonly word: string; readonly tone: 'bad' | 'warn' | 'quiet' } {
  if (state === 'resolved') return { word: 'Resolved', tone: 'quiet' };
  if (state === 'acknowledged') return { word: 'Acknowledged', tone: 'quiet' };
  if (state === 'snoozed') return { word: 'Snoozed', tone: 'quiet' };
  return severity === 'critical' ? { word: 'Critical', tone: 'bad' } : { word: 'Warning', tone: 'warn' };
}

const stateRank = { firing: 0, pending: 1, acknowledged: 2, snoozed: 3, resolved: 4 } as const;

/** What fires first, the worse before the less bad, the newest before the older. */
export function inOrder(incidents: Iterable<IncidentView>): IncidentView[] {
  return [...incidents].sort(
    (left, right) =>
      stateRank[left.state] - stateRank[right.state] ||
      Number(right.severity === 'critical') - Number(left.severity === 'critical') ||
      right.since - left.since ||
      compareNames(left.host, right.host),
  );
}

/** How many fire and nobody has taken care of, by severity. */
export function countFiring(incidents: Iterable<Shown>): { readonly critical: number; readonly warning: number } {
  const count = { critical: 0, warning: 0 };
  for (const { state, severity } of incidents) if (state === 'firing') count[severity] += 1;
  return count;
}

type Field = 'host' | 'rule' | 'state' | 'severity' | 'any';
interface Term {
  readonly negated: boolean;
  readonly field: Field;
  readonly value: string;
}

const fields: readonly Field[] = ['host', 'rule', 'state', 'severity'];

function readTerm({ negated, name, operator, value }: WrittenTerm): Term | string {
  if (name === undefined) return { negated, field: 'any', value: value.toLowerCase() };
  const field = fields.find((each) => each === name.toLowerCase());
  if (field === undefined) return 'There is host:, rule:, state: and severity:.';
  if (operator !== ':' && operator !== '=') return `Write ${field}: and then what it is.`;
  return { negated, field, value: value.toLowerCase() };
}

/** Reads a filter such as `host:web severity:critical -state:snoozed disk`. */
export function readIncidentQuery(text: string): ReadQuery<Term> {
  return readTerms(text, readTerm);
}

/** Whether an incident answers the filter. */
export function matches(incident: IncidentView, terms: readonly Term[]): boolean {
  const { host, rule, ruleName, state, severity, summary, part, note } = incident;
  const texts: Readonly<Record<Field, string>> = {
    host: host.toLowerCase(),
    rule: `${rule} ${ruleName}`.toLowerCase(),
    state,
    severity,
    any: `${summary}\n${ruleName}\n${part ?? ''}\n${note}`.toLowerCase(),
  };
  return terms.every(({ negated, field, value }) => texts[field].includes(value) !== negated);
}

/** Where a rule was set, in a few words. */
export function scopeWords(scope: RuleScope | null, nameOf: (host: string) => string): string {
  if (scope === null) return 'Hum’s own';
  if (scope.kind === 'fleet') return 'The fleet';
  return scope.kind === 'group' ? `Group ${visibleText(scope.group, 64)}` : visibleText(nameOf(scope.host), 100);
}

/** What somebody wrote, in the lines in which it was written, and nothing in it that acts. */
export function noteLines(note: string): string {
  return note
    .split(/\r?\n/, 100)
    .map((line) => visibleText(line, 2000))
    .join('\n');
}

/** How many, in words. */
export function incidentCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'incident' : 'incidents'}`;
}

const hourMs = 3_600_000;

/** The time until eight in the morning, on the person's clock; a whole night at least. */
export function untilMorning(now: number): number {
  const morning = new Date(now);
  morning.setHours(8, 0, 0, 0);
  while (morning.getTime() - now < hourMs) morning.setDate(morning.getDate() + 1);
  return morning.getTime() - now;
}

/** An advice and the command line that it ends in, if it does: `What takes the room: du -xh …`. */
export function adviceOf(text: string): { readonly words: string; readonly command: string | null } {
  const [, words, command] = /^([^:]{1,200}:) ((?:du|lsof) [-+].*)$/s.exec(text) ?? [];
  return words === undefined || command === undefined ? { words: text, command: null } : { words, command };
}
