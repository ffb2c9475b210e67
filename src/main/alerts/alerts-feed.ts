import type { AlertsEvent, IncidentDetail, IncidentView, PendingView } from '../../shared/contract/alerts.ts';
import type { Problem } from '../../shared/errors.ts';
import { type Bell, pause, settled } from '../stream.ts';

const spacingMs = 1_000;

export interface AlertsState {
  readonly bell: Bell;
  /** Counts every change of an incident, and of the rest; `changedSince` gives the incidents that are newer, resolved ones too. */
  revision(): number;
  open(): readonly IncidentView[];
  changedSince(revision: number): readonly IncidentView[];
  pending(): readonly PendingView[];
  problem(): Problem | null;
  now(): number;
}

/** First everything that is open, then what changed, at most once a second. A slow reader gets the newest state next. */
export async function* alertsFeed(
  state: AlertsState,
  signal: AbortSignal,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<AlertsEvent, void, void> {
  const rest = () => ({ at: state.now(), pending: state.pending(), problem: state.problem() });
  if (writable !== undefined) await settled(writable(), signal);
  let seen = state.revision();
  yield { kind: 'snapshot', incidents: state.open(), ...rest() };
  while (!signal.aborted) {
    await pause(spacingMs, signal);
    if (state.revision() === seen) await state.bell.wait(signal);
    if (writable !== undefined) await settled(writable(), signal);
    if (signal.aborted) return;
    const incidents = state.changedSince(seen);
    seen = state.revision();
    yield { kind: 'patch', incidents, ...rest() };
  }
}

/** One incident with all there is of it, anew whenever it changes. */
export async function* incidentFeed(
  state: Pick<AlertsState, 'bell' | 'revision'>,
  changedAt: () => number,
  read: () => IncidentDetail,
  signal: AbortSignal,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<IncidentDetail, void, void> {
  let sent = -1;
  while (!signal.aborted) {
    if (changedAt() === sent) {
      await state.bell.wait(signal);
      continue;
    }
    if (writable !== undefined) await settled(writable(), signal);
    sent = changedAt();
    yield read();
    await pause(spacingMs, signal);
  }
}
