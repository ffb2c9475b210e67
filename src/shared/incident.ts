/** What an incident is to everyone outside the rules: the channels, the page, the desktop. Times are ms since the epoch. */
export type Severity = 'warning' | 'critical';
export type IncidentState = 'pending' | 'firing' | 'acknowledged' | 'snoozed' | 'resolved';
export interface Incident {
  readonly id: string;
  /** Id of the host in the inventory, and its name as the person wrote it. */
  readonly hostId: string;
  readonly host: string;
  /** A part of the host where the rule looks at parts: a domain, a mount point, a job. */
  readonly part: string | null;
  readonly rule: string;
  readonly ruleName: string;
  readonly severity: Severity;
  readonly state: IncidentState;
  readonly since: number;
  readonly openedAt: number;
  readonly resolvedAt: number | null;
  readonly value: number | null;
  readonly level: number | null;
  readonly unit: string;
  /** One line: what. */
  readonly summary: string;
  /** Why it fired, when it will clear, what to look at: a plain sentence each. */
  readonly why: string;
  readonly clears: string;
  readonly lookAt: readonly string[];
}
export type IncidentEvent = 'opened' | 'worsened' | 'eased' | 'acknowledged' | 'snoozed' | 'resolved';
export interface IncidentChange {
  readonly event: IncidentEvent;
  readonly at: number;
  readonly incident: Incident;
}
