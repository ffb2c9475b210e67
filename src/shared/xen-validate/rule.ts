import type { DomainAction, DomainRow, DomainState, XenHost } from '../contract/xen.ts';
import type { Problem, ProblemCode } from '../errors.ts';
import { visibleText } from '../visible-text.ts';

type Kind = DomainAction['action'];

/** What else of the fleet an action depends on. */
export interface Surroundings {
  /** The Xen host of this id, as far as it is known. */
  readonly host: (id: string) => XenHost | undefined;
  /** The domains of this name on that host, and what is configured there by it. */
  readonly named: (host: string, name: string) => readonly DomainRow[];
}

/** When an action is possible. Pure: the renderer asks for its buttons, the console before it makes a plan. */
export interface Rule<K extends Kind> {
  /** Why this cannot be done to the domain at all, whatever is asked for. It has been seen that it is no control domain. */
  readonly possible: (row: DomainRow, host: XenHost) => Problem | undefined;
  /** Why it cannot be done with these values. `possible` has been asked before. */
  readonly acceptable?: (action: DomainAction & { action: K }, row: DomainRow, around: Surroundings) => Problem | undefined;
}

/** A domain's name in a sentence: hostile text made visible, and not too long. */
export function called(row: DomainRow): string {
  return visibleText(row.name, 60);
}

export function refusal(row: DomainRow, code: ProblemCode, message: string, hint: string): Problem {
  return { code, message, hint, host: row.host };
}

const inWords: Readonly<Record<DomainState, string>> = {
  running: 'is running',
  idle: 'is running',
  paused: 'is paused',
  'shut-down': 'has shut down, but its remains are still there',
  crashed: 'has crashed',
  dying: 'is being removed',
  off: 'is not running',
};

const wayOut: Readonly<Record<DomainState, string>> = {
  running: 'Shut it down first.',
  idle: 'Shut it down first.',
  paused: 'Unpause it first.',
  'shut-down': 'Destroy it to clear the remains away; then it can be started.',
  crashed: 'Destroy it to clear the remains away; then it can be started.',
  dying: 'Wait until Xen has given its memory back.',
  off: 'Start it first.',
};

/**
 * Whether another guest has this name on that host, running or configured. A configuration of the domain's own does not count: it has the
 * name from before a rename, or is kept on a second host for failover.
 */
export function nameTaken(row: DomainRow, host: string, name: string, around: Surroundings): boolean {
  return around.named(host, name).some((other) => other.load.state !== 'off' || !sameGuest(row, other));
}

/** By what a configuration pins down: its uuid, or the MAC address of an interface. */
function sameGuest({ facts: one }: DomainRow, { facts: other }: DomainRow): boolean {
  if (one.uuid !== null && one.uuid === other.uuid) return true;
  const macs = new Set(one.vifs.flatMap(({ mac }) => mac?.toLowerCase() ?? []));
  return other.vifs.some(({ mac }) => mac !== null && macs.has(mac.toLowerCase()));
}

/** That the domain is in another state than the action needs, or nothing. */
export function needs(row: DomainRow, ...states: readonly DomainState[]): Problem | undefined {
  const { state } = row.load;
  return states.includes(state) ? undefined : refusal(row, 'wrong-state', `${called(row)} ${inWords[state]}.`, wayOut[state]);
}

/** Dom0 runs the toolstack and holds the disks: `xl shutdown 0` powers the host off without asking. */
export function isControlDomain(row: DomainRow): boolean {
  return (
    row.facts.control ||
    row.load.id === 0 ||
    row.facts.uuid === '00000000-0000-0000-0000-000000000000' ||
    /^domain-0$/i.test(row.name.trim())
  );
}
