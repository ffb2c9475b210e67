import { type } from '@orpc/contract';
import { z } from 'zod';
import { type RuleId, type RuleSettings, ruleIds } from '../alert-rules.ts';
import type { Problem } from '../errors.ts';
import type { Incident, IncidentEvent, Severity } from '../incident.ts';
import { hostId, procedure } from './base.ts';
import type { HistorySeriesName } from './history.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const line = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** Where a rule is set: for all hosts, a group, or one host. The nearest to a host wins. */
export const ruleScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fleet') }),
  z.object({ kind: z.literal('group'), group: z.string().min(1).max(64).regex(line) }),
  z.object({ kind: z.literal('host'), host: hostId }),
]);
export type RuleScope = z.infer<typeof ruleScope>;

const minutes = (most: number) =>
  z
    .int()
    .min(0)
    .max(most * 60_000);
const levels = z
  .object({
    set: z
      .number()
      .min(0)
      .max(2 ** 50),
    clear: z
      .number()
      .min(0)
      .max(2 ** 50),
  })
  .nullable();
const minuteOfDay = z
  .int()
  .min(0)
  .max(24 * 60 - 1);

/** `RuleSettings` (shared/alert-rules.ts). Whether levels and their clear levels are in order depends on the rule; the service says so. */
export const ruleSettings = z.object({
  enabled: z.boolean(),
  averageMs: minutes(60),
  warning: levels,
  critical: levels,
  forMs: minutes(24 * 60),
  clearForMs: minutes(24 * 60),
  hits: z.int().min(1).max(30),
  of: z.int().min(1).max(30),
  quiet: z.object({ from: minuteOfDay, to: minuteOfDay, holds: z.enum(['warnings', 'all']) }).nullable(),
}) satisfies z.ZodType<RuleSettings>;

const ruleId = z.enum(ruleIds);

/** A rule as somebody has set it somewhere. */
export interface SetRule {
  readonly rule: RuleId;
  readonly scope: RuleScope;
  readonly settings: RuleSettings;
  readonly by: string;
  readonly at: number;
}

/** A time in which nothing new fires: a host, a group or the fleet is being worked on. */
export interface Downtime {
  readonly id: string;
  readonly scope: RuleScope;
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  readonly by: string;
}

export interface RulesView {
  readonly rules: readonly SetRule[];
  /** Those that are under way or to come. */
  readonly downtimes: readonly Downtime[];
}

/** An incident as the page shows it. */
export interface IncidentView extends Incident {
  /** The worst figure so far. */
  readonly worst: number | null;
  /** Where the rule was set that made it fire; null: nowhere, it is Hum's own. */
  readonly setAt: RuleScope | null;
  readonly acknowledgedBy: string | null;
  /** What was said when it was acknowledged, or last. */
  readonly note: string;
  readonly snoozedUntil: number | null;
  readonly hasEvidence: boolean;
}

/** What is bad already but has not fired: it has not lasted long enough, or is held back. */
export interface PendingView {
  readonly hostId: string;
  readonly host: string;
  readonly part: string | null;
  readonly rule: RuleId;
  readonly since: number;
  readonly value: number;
  /** Why it is held back, a sentence; null when it only has to last. */
  readonly held: string | null;
}

/** First everything that is open, then what changed, at most once a second; what was resolved comes as such. */
export interface AlertsEvent {
  readonly kind: 'snapshot' | 'patch';
  readonly at: number;
  readonly incidents: readonly IncidentView[];
  readonly pending: readonly PendingView[];
  /** Why incidents are not being written down; null when all is well. */
  readonly problem: Problem | null;
}

export interface TimelineEntry {
  readonly at: number;
  readonly kind: IncidentEvent | 'note' | 'evidence' | 'woken' | 'unacknowledged';
  readonly text: string;
  /** Who did it; null for Hum itself. */
  readonly by: string | null;
}

/** A process as it was when memory ran short. Bytes. */
export interface EvidenceProcess {
  readonly pid: number;
  readonly user: string;
  readonly command: string;
  readonly resident: number;
  readonly swap: number;
  /** Since the list before; null where there was none, or it was not there. */
  readonly grown: number | null;
}

/** The kernel's report of an OOM kill. */
export interface OomReport {
  /** As the kernel log has it, seconds since boot or a time of day; empty where it has none. */
  readonly when: string;
  /** Epoch ms on the console's clock, where the log tells seconds since boot; null elsewhere. */
  readonly at: number | null;
  readonly pid: number;
  readonly victim: string;
  /** What it had: anonymous, file and shared memory. */
  readonly resident: number;
  readonly total: number;
  readonly user: string | null;
  readonly cgroup: string | null;
  /** Which cgroup had come to its limit; null when the whole host had. */
  readonly limitedBy: string | null;
  /** Whose wish for memory it was that could not be met. */
  readonly invoker: string | null;
}

/** What was found on the host when memory ran short. Everything in it is hostile text or a bounded number. */
export interface Evidence {
  readonly at: number;
  readonly processes: readonly EvidenceProcess[];
  /** How old the list was that growth is measured from, ms; null without one. */
  readonly growthOverMs: number | null;
  /** Of /proc/meminfo, bytes. */
  readonly memory: Readonly<Record<string, number>>;
  readonly slabs: readonly { readonly name: string; readonly bytes: number }[];
  readonly tmpfs: readonly { readonly mount: string; readonly used: number; readonly size: number }[];
  /** The balloon: what the guest has, and what it is to have; null where it is no Xen guest. */
  readonly balloon: { readonly current: number | null; readonly target: number | null; readonly dom0: boolean } | null;
  /** dom0's memory and its most, as xl tells; null elsewhere. */
  readonly dom0: { readonly target: number; readonly most: number } | null;
  readonly oom: readonly OomReport[];
  /** What could not be read, and why: sentences. */
  readonly missing: readonly string[];
}

export interface IncidentDetail {
  readonly incident: IncidentView;
  readonly timeline: readonly TimelineEntry[];
  readonly evidence: Evidence | null;
  /** Everything as text, to be copied. */
  readonly text: string;
}

export interface IncidentPage {
  readonly incidents: readonly IncidentView[];
  readonly more: boolean;
  /** How many began on each of the last 30 days, oldest first: `at` is the begin of the day on the clock of Hum's machine. */
  readonly days: readonly { readonly at: number; readonly warning: number; readonly critical: number }[];
}

/** When a rule would have fired in the last week. */
export interface RuleTrial {
  readonly hosts: number;
  readonly hostsDone: number;
  /** Minutes of history that were looked at, of all hosts together. */
  readonly minutes: number;
  readonly fired: number;
  /** Of those: how many were critical, and how many were bad for less than a minute or two, as finely as the history is kept. */
  readonly critical: number;
  readonly brief: number;
  /** The hosts on which it would have fired most, and when it began there: at most 10, with 20 times each. */
  readonly worst: readonly { readonly host: string; readonly name: string; readonly fired: number; readonly at: readonly number[] }[];
  readonly done: boolean;
  /** Rules whose figure is not in the history cannot be tried. */
  readonly impossible: string | null;
}

/** A level of a rule on a series of the charts, in the unit of the series. */
export interface ChartLevel {
  readonly series: HistorySeriesName;
  readonly severity: Severity;
  readonly rule: RuleId;
  readonly at: number;
}

const incidentId = z.string().regex(/^[0-9a-f-]{36}$/, 'not an incident');
const incidentIds = z.array(incidentId).min(1).max(1000);
const note = z.string().trim().max(2000);

export const alerts = {
  watch: procedure.output(type<AsyncIteratorObject<AlertsEvent, void, void>>()),
  /** One incident with all there is of it, anew whenever it changes. @throws `not-found` */
  watchIncident: procedure.input(z.object({ id: incidentId })).output(type<AsyncIteratorObject<IncidentDetail, void, void>>()),
  /** Those that were resolved, newest first: of a host, a rule, from a day on back; `before` is the id of the last one that is known. */
  resolved: procedure
    .input(
      z.object({
        host: hostId.nullable(),
        rule: ruleId.nullable(),
        /** Opened before this, epoch ms. */
        until: z.int().min(0).max(8.64e15).nullable(),
        before: incidentId.nullable(),
      }),
    )
    .output(type<IncidentPage>()),
  /** Those that are resolved already are passed over. @throws `not-found` when none of them is there, `journal-failed` */
  acknowledge: procedure.input(z.object({ ids: incidentIds, note })).output(type<{ changed: number }>()),
  unacknowledge: procedure.input(z.object({ ids: incidentIds })).output(type<{ changed: number }>()),
  snooze: procedure
    .input(
      z.object({
        ids: incidentIds,
        forMs: z
          .int()
          .min(60_000)
          .max(30 * 24 * 3_600_000),
      }),
    )
    .output(type<{ changed: number }>()),
  addNote: procedure.input(z.object({ ids: incidentIds, note: note.min(1) })).output(type<{ changed: number }>()),
  rules: procedure.output(type<RulesView>()),
  /** @throws `bad-input` for levels that contradict each other, `journal-failed` */
  saveRule: procedure.input(z.object({ rule: ruleId, scope: ruleScope, settings: ruleSettings })).output(type<RulesView>()),
  /** What is farther away, or Hum's own, holds again. */
  removeRule: procedure.input(z.object({ rule: ruleId, scope: ruleScope })).output(type<RulesView>()),
  /** Runs a rule over the last week's history of the hosts of its scope, without saving it. Ends when it is done. @throws `bad-input` */
  tryRule: procedure
    .input(z.object({ rule: ruleId, scope: ruleScope, settings: ruleSettings }))
    .output(type<AsyncIteratorObject<RuleTrial, void, void>>()),
  addDowntime: procedure
    .input(
      z.object({
        scope: ruleScope,
        from: z.int().min(0).max(8.64e15).nullable(),
        until: z.int().min(0).max(8.64e15),
        reason: z.string().trim().min(1, 'A downtime needs a reason.').max(300).regex(line),
      }),
    )
    .output(type<RulesView>()),
  endDowntime: procedure.input(z.object({ id: z.string().regex(/^[0-9a-f-]{36}$/) })).output(type<RulesView>()),
  /** The levels that hold for a host, for its charts. */
  levels: procedure.input(z.object({ host: hostId })).output(type<readonly ChartLevel[]>()),
};
