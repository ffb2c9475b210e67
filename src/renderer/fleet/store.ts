import { create } from 'zustand';
import type { DemoState, FleetEvent, Outage } from '../../shared/contract/fleet.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import type { FleetRow, FleetRows } from './rows.ts';
import { applyEvent } from './rows.ts';

export interface FleetState {
  /** False until the first snapshot. */
  readonly loaded: boolean;
  /** By inventory id, in the order of the inventory. */
  readonly rows: FleetRows;
  /** Counts up when hosts came, went or were edited: whoever orders them by name or group looks at this. */
  readonly roster: number;
  /** Counts up with `roster`, and when a host changed its state: whoever filters or counts by state looks at this. */
  readonly shape: number;
  readonly demo: DemoState;
  /** Many hosts that were lost at once. */
  readonly outage: Outage | null;
  /** The console's clock minus ours, ms. */
  readonly clockOffset: number;
  /** Why the stream broke, while it is broken though the connection stands. */
  readonly problem: Problem | null;
}

/** The whole fleet, fed by `followFleet`. */
export const useFleet = create<FleetState>(() => ({
  loaded: false,
  rows: new Map(),
  roster: 0,
  shape: 0,
  demo: { running: false, hosts: 0 },
  outage: null,
  clockOffset: 0,
  problem: null,
}));

/** Feeds the store from the console until the function that it returns is called. */
export function followFleet(): () => void {
  return subscribe((client, signal) => client.fleet.watch(undefined, { signal }), apply, {
    onProblem: (problem) => useFleet.setState({ problem }),
  });
}

function apply(event: FleetEvent): void {
  const clockOffset = event.at - Date.now();
  useFleet.setState((before) => {
    const { rows, reach } = applyEvent(before.rows, event);
    return {
      loaded: true,
      rows,
      roster: reach === 'roster' ? before.roster + 1 : before.roster,
      shape: reach === 'figures' ? before.shape : before.shape + 1,
      demo: event.demo ?? before.demo,
      outage: event.outage === undefined && event.kind === 'patch' ? before.outage : (event.outage ?? null),
      clockOffset: event.kind === 'snapshot' || Math.abs(clockOffset - before.clockOffset) > 2_000 ? clockOffset : before.clockOffset,
      problem: null,
    };
  });
}

/** The console's clock, epoch ms: what ages and times from the contract are measured against. */
export function consoleNow(): number {
  return Date.now() + useFleet.getState().clockOffset;
}

/** One host's row, drawn again only when that host changes. */
export function useFleetRow(id: string): FleetRow | undefined {
  return useFleet((state) => state.rows.get(id));
}

/** Whether the host is among the rows, waiting `withinMs` for it: what a call has added comes with the next patch, after the call's answer. */
export function hostArrives(id: string, withinMs = 5_000): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (arrived: boolean) => {
      clearTimeout(late);
      stop();
      resolve(arrived);
    };
    const late = setTimeout(() => settle(false), withinMs);
    const stop = useFleet.subscribe(({ rows }) => {
      if (rows.has(id)) settle(true);
    });
    if (useFleet.getState().rows.has(id)) settle(true);
  });
}
