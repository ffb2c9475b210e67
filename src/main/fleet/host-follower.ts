import type { HostFacts } from '../../shared/contract/fleet.ts';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import type { Session } from '../ssh/session.ts';

/** A feature that asks hosts questions of its own, over the sessions that the fleet keeps. */
export interface HostFollower {
  /** Hum is connected to the host, and it has told what it is. */
  connected(host: InventoryHost, session: Session, facts: HostFacts): void;
  /** The connection has ended; `removed` with the host itself. */
  disconnected(id: string, removed: boolean): void;
  /** Every window is hidden, or one is seen again: what nobody sees need not be asked for often. */
  setHidden(hidden: boolean): void;
}
