import type { incidentPlaceholders, samplePlaceholders } from '../../shared/alert-placeholders.ts';
import { type RuleUnit, ruleValue } from '../../shared/alert-rules.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { IncidentMessage, SampleMessage } from './message.ts';

type ValuesOf<Names extends readonly string[]> = Readonly<Record<Names[number], string | number | null>>;

/** ISO 8601 in UTC without fractions, as the dashboard's feed has it: `2006-11-07T09:30:00Z`. */
export function isoTime(ms: number): string {
  return `${new Date(Math.min(Math.max(ms, 0), 8.64e15)).toISOString().slice(0, -5)}Z`;
}

/** Used memory as whole percent. */
export function usagePercent({ live }: SampleMessage): number | null {
  return live === null || !(live.memoryTotal > 0) ? null : Math.round((live.memoryUsed / live.memoryTotal) * 100);
}

/** What templates of a feed can fill in. */
export function sampleValues(message: SampleMessage): ValuesOf<typeof samplePlaceholders> {
  const { live } = message;
  const percent = (ratio: number) => Math.round(ratio * 100);
  return {
    server: visibleText(message.host),
    usagePercent: usagePercent(message),
    timestamp: isoTime(message.at),
    state: message.state,
    group: message.group === null ? null : visibleText(message.group),
    tags: visibleText(message.tags.join(',')),
    memoryUsed: live?.memoryUsed ?? null,
    memoryTotal: live?.memoryTotal ?? null,
    swapUsed: live?.swapUsed ?? null,
    swapTotal: live?.swapTotal ?? null,
    swapPercent: live === null || live.swapTotal === 0 ? null : percent(live.swapUsed / live.swapTotal),
    load1: live?.load1 ?? null,
    cores: live?.cores ?? null,
    cpuPercent: live?.cpuUsed === null || live === null ? null : percent(live.cpuUsed),
    uptimeSeconds: live === null ? null : Math.round(live.uptimeMs / 1000),
  };
}

/** A figure as people read it, by the unit of its rule. */
export function figure(value: number | null, unit: string): string {
  if (value === null || !Number.isFinite(value)) return 'unknown';
  if (isRuleUnit(unit)) return ruleValue(unit, value);
  return `${Math.round(value * 100) / 100}${unit === '' ? '' : ` ${visibleText(unit, 30)}`}`;
}

const ruleUnits: Readonly<Record<RuleUnit, true>> = { ratio: true, bytes: true, rate: true, count: true, load: true, minutes: true };

function isRuleUnit(unit: string): unit is RuleUnit {
  return Object.hasOwn(ruleUnits, unit);
}

/** What templates of incidents can fill in. */
export function incidentValues({ change: { event, at, incident }, test }: IncidentMessage): ValuesOf<typeof incidentPlaceholders> {
  const over = incident.state === 'resolved';
  const state = over || incident.state === 'acknowledged' || incident.state === 'snoozed' ? incident.state : incident.severity;
  return {
    status: `${test ? 'TEST ' : ''}${state.toUpperCase()}`,
    event,
    at: isoTime(at),
    id: visibleText(incident.id),
    host: visibleText(incident.host),
    part: incident.part === null ? null : visibleText(incident.part),
    rule: visibleText(incident.rule),
    ruleName: visibleText(incident.ruleName),
    severity: incident.severity,
    state: incident.state,
    what: visibleText(incident.summary),
    since: isoTime(incident.since),
    lasted: formatDuration((incident.resolvedAt ?? at) - incident.since),
    value: figure(incident.value, incident.unit),
    level: figure(incident.level, incident.unit),
    valueNumber: incident.value,
    levelNumber: incident.level,
    unit: visibleText(incident.unit, 30),
    why: visibleText(incident.why),
    clears: visibleText(incident.clears),
    lookAt: visibleText(incident.lookAt.join('; '), 2000),
  };
}

/** Every alert says: what, since when, how bad against which level, why it fired, when it will clear, what to look at. */
export const usualText = `{{status}} {{host}}: {{what}}
Since {{since}} ({{lasted}}). Value {{value}}, level {{level}}.
Why: {{why}}
Clears: {{clears}}
Look at: {{lookAt}}`;

export const usualSubject = '[Hum] {{status}} {{host}}: {{what}}';
