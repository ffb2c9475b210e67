import type { AlertsEvent, IncidentView, PendingView } from '../../shared/contract/alerts.ts';
import type { Problem } from '../../shared/errors.ts';

/** What is known of the incidents. */
export interface IncidentsState {
  /** False until the first snapshot. */
  readonly loaded: boolean;
  /** Those that are open, by id. */
  readonly open: ReadonlyMap<string, IncidentView>;
  readonly pending: readonly PendingView[];
  /** Counts up when an incident was resolved: the list of those has more by then. */
  readonly endings: number;
  /** Why incidents are not being written down, or why the stream broke. */
  readonly problem: Problem | null;
}

/** What is known after one more event of the stream. */
export function applied(before: IncidentsState, { kind, incidents, pending, problem }: AlertsEvent): IncidentsState {
  const open = new Map(kind === 'snapshot' ? [] : before.open);
  let endings = kind === 'snapshot' ? before.endings + 1 : before.endings;
  for (const incident of incidents) {
    if (incident.state === 'resolved') {
      open.delete(incident.id);
      endings += 1;
    } else open.set(incident.id, incident);
  }
  return { loaded: true, open, pending, endings, problem };
}
