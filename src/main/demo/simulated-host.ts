import type { Profile } from './profiles.ts';
import type { XenHost } from './xen/xen-host.ts';

/** A host of the demo as it serves: what it is, and what has been done to it. */
export interface SimulatedHost {
  readonly profile: Profile;
  /** Undefined on a plain Linux host. */
  readonly xen: XenHost | undefined;
  /** Ms since the demo began. */
  readonly now: () => number;
  /** Another host of the demo, by the port that it listens on. */
  readonly peer?: (port: number) => SimulatedHost | undefined;
}
