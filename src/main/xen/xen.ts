import type { HostFacts } from '../../shared/contract/fleet.ts';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import type { DomainConfig, DomainDetailEvent, DomainRef, DomainRow, XenEvent, XenHost } from '../../shared/contract/xen.ts';
import { HumError } from '../../shared/errors.ts';
import type { Session } from '../ssh/session.ts';

export interface XenDeps {
  readonly log: { info(data: object, message: string): void };
  /** Epoch ms. */
  readonly now?: () => number;
}

/** What is known of Xen in the fleet. A follower of the fleet: it asks each Xen host over a probe of its own, so that an xl that hangs holds up nothing else. */
export interface Xen {
  connected(host: InventoryHost, session: Session, facts: HostFacts): void;
  disconnected(id: string, removed: boolean): void;
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<XenEvent, void, void>;
  /** @throws HumError `domain-gone` */
  watchDomain(ref: DomainRef, signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<DomainDetailEvent, void, void>;
  /** Asks this host for everything now, and waits for the answer. Never rejects. */
  refresh(host: string): Promise<void>;
  /** @throws HumError `domain-gone`, `connection-lost`, `not-permitted`, … */
  config(ref: DomainRef): Promise<DomainConfig>;
  hosts(): readonly XenHost[];
  host(id: string): XenHost | undefined;
  domains(): readonly DomainRow[];
  domain(key: string): DomainRow | undefined;
  stop(): Promise<void>;
}

export function createXen(_deps: XenDeps): Xen {
  const missing = (): never => {
    throw new HumError({ code: 'internal', message: 'Xen is not built yet.', hint: 'Wait for it.' });
  };
  return {
    connected: () => undefined,
    disconnected: () => undefined,
    watch: missing,
    watchDomain: missing,
    refresh: async () => undefined,
    config: missing,
    hosts: () => [],
    host: () => undefined,
    domains: () => [],
    domain: () => undefined,
    stop: async () => undefined,
  };
}
