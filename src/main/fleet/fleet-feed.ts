import type { DemoState, FleetEvent, HostRow, HostRowPatch, Outage } from '../../shared/contract/fleet.ts';
import { type Bell, pause, settled } from '../stream.ts';
import type { HostMonitor } from './host-monitor.ts';

/** A little more than a quarter of a second, so that no second ever holds five. */
export const patchSpacingMs = 260;

/** What a feed reads; the fleet keeps it up to date. */
export interface FleetState {
  readonly monitors: ReadonlyMap<string, HostMonitor>;
  readonly demo: DemoState;
  /** Counts every change. */
  readonly revision: number;
  readonly demoRevision: number;
  readonly outage: Outage | null;
  readonly outageRevision: number;
  readonly removedRevision: number;
  readonly bell: Bell;
}

/**
 * First the whole fleet, then what changed. A feed remembers only which revision its reader has seen: a slow reader gets the newest
 * state next, however much it missed. `writable` is awaited before each event.
 */
export async function* fleetFeed(
  state: FleetState,
  signal: AbortSignal,
  now: () => number,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<FleetEvent, void, void> {
  if (writable !== undefined) await settled(writable(), signal);
  if (signal.aborted) return;
  let seen = state.revision;
  let known = new Set(state.monitors.keys());
  yield {
    kind: 'snapshot',
    at: now(),
    rows: [...state.monitors.values()].map((monitor) => monitor.row()),
    demo: state.demo,
    ...(state.outage === null ? {} : { outage: state.outage }),
  };
  let sentAt = performance.now();

  while (!signal.aborted) {
    if (state.revision === seen) await state.bell.wait(signal);
    await pause(sentAt + patchSpacingMs - performance.now(), signal);
    if (writable !== undefined) await settled(writable(), signal);
    if (signal.aborted) return;
    const patch = patchSince(state, seen, known, now());
    if (state.removedRevision > seen || patch.added !== undefined) known = new Set(state.monitors.keys());
    seen = state.revision;
    yield patch;
    sentAt = performance.now();
  }
}

function patchSince(state: FleetState, seen: number, known: ReadonlySet<string>, at: number): FleetEvent & { kind: 'patch' } {
  const added: HostRow[] = [];
  const changed: HostRowPatch[] = [];
  for (const monitor of state.monitors.values()) {
    if (monitor.latest <= seen) continue;
    if (monitor.added > seen) added.push(monitor.row());
    else changed.push(rowPatch(monitor, seen));
  }
  const removed = state.removedRevision > seen ? [...known].filter((id) => !state.monitors.has(id)) : [];
  return {
    kind: 'patch',
    at,
    ...(added.length > 0 ? { added } : {}),
    ...(changed.length > 0 ? { changed } : {}),
    ...(removed.length > 0 ? { removed } : {}),
    ...(state.demoRevision > seen ? { demo: state.demo } : {}),
    ...(state.outageRevision > seen ? { outage: state.outage } : {}),
  };
}

/** The parts of a row that changed after revision `seen`. */
export function rowPatch(monitor: HostMonitor, seen: number): HostRowPatch {
  const { revisions, live, system } = monitor;
  return {
    id: monitor.id,
    ...(revisions.host > seen ? { host: monitor.host } : {}),
    ...(revisions.status > seen ? { status: monitor.status } : {}),
    ...(revisions.live > seen && live !== null ? { live } : {}),
    ...(revisions.system > seen && system !== null ? { system } : {}),
  };
}
