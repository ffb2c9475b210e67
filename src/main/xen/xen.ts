import type { HostFacts } from '../../shared/contract/fleet.ts';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import type { DomainConfig, DomainDetailEvent, DomainRef, DomainRow, XenEvent, XenHost } from '../../shared/contract/xen.ts';
import { HumError } from '../../shared/errors.ts';
import type { Session } from '../ssh/session.ts';
import { abortable, Bell } from '../stream.ts';
import type { ConfiguredDomain } from './configured.ts';
import { readDomainConfig } from './domain-config.ts';
import { domainFeed } from './domain-feed.ts';
import type { DomainRecord } from './domain-record.ts';
import { type XenState, xenFeed } from './xen-feed.ts';
import { XenHostMonitor } from './xen-host-monitor.ts';

/** How often the domains' load is asked for: of a host with a domain that is looked at, of the others while there is a reader, and else. */
const watchedMs = 2_000;
const readMs = 5_000;
const idleMs = 60_000;

export interface XenDeps {
  readonly log: { info(data: object, message: string): void };
  /** Epoch ms. */
  readonly now?: () => number;
}

/** What is known of Xen in the fleet. A follower of the fleet: it asks each Xen host over a probe of its own, so that an xl that hangs holds up nothing else. */
export interface Xen {
  connected(host: InventoryHost, session: Session, facts: HostFacts): void;
  disconnected(id: string, removed: boolean): void;
  /** While every window is hidden, hosts are asked as if nobody read. */
  setHidden(hidden: boolean): void;
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<XenEvent, void, void>;
  /** @throws HumError `domain-gone` */
  watchDomain(ref: DomainRef, signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<DomainDetailEvent, void, void>;
  /** Asks this host for everything now, and waits for the answer. Never rejects. */
  refresh(host: string): Promise<void>;
  /** @throws HumError `domain-gone`, `connection-lost`, `not-permitted`, … */
  config(ref: DomainRef): Promise<DomainConfig>;
  hosts(): readonly XenHost[];
  host(id: string): XenHost | undefined;
  /** Whether this host has told, at this address, that it is no Xen host. Of one that was never reached nobody knows. */
  isPlain(host: Pick<InventoryHost, 'id' | 'address' | 'port'>): boolean;
  domains(): readonly DomainRow[];
  domain(key: string): DomainRow | undefined;
  /** What is configured on this host, by the names of the domains, whether they run or not. */
  configured(host: string): ReadonlyMap<string, ConfiguredDomain>;
  stop(): Promise<void>;
}

/** Builds the service; it is empty until it is told of a connected host with a toolstack. */
export function createXen(deps: XenDeps): Xen {
  const now = deps.now ?? Date.now;
  const monitors = new Map<string, XenHostMonitor>();
  /** Hosts that are no Xen hosts, and where they were reached. */
  const plain = new Map<string, string>();
  const stopped = new AbortController();
  let readers = 0;
  let hidden = false;
  const state = {
    states: () => [...monitors.values()].map((monitor) => monitor.state),
    revision: 0,
    hostsGoneRevision: 0,
    bell: new Bell(),
  } satisfies XenState;

  function nextRevision(): number {
    state.revision += 1;
    state.bell.ring();
    return state.revision;
  }

  function baseMs(monitor: XenHostMonitor): number {
    if (hidden) return idleMs;
    if (monitor.watchers > 0) return watchedMs;
    return readers > 0 ? readMs : idleMs;
  }

  function pace(): void {
    for (const monitor of monitors.values()) monitor.setBase(baseMs(monitor));
  }

  /** Somebody looks again: the figures of up to a minute ago are not what they came for. */
  function catchUp(): void {
    const oldest = now() - readMs;
    for (const monitor of monitors.values()) if ((monitor.state.row?.at ?? 0) < oldest) void monitor.sampleNow();
  }

  function forget(id: string): void {
    const monitor = monitors.get(id);
    if (monitor === undefined) return;
    monitor.disconnect();
    monitors.delete(id);
    monitor.state.end();
    state.hostsGoneRevision = nextRevision();
  }

  function found({ host, key }: DomainRef): { monitor: XenHostMonitor; record: DomainRecord } {
    const monitor = monitors.get(host);
    const record = monitor?.state.records.get(key);
    if (monitor !== undefined && record !== undefined) return { monitor, record };
    throw new HumError({
      code: 'domain-gone',
      message: 'This domain is not there any more, nor configured.',
      hint: 'It may have been renamed, moved to another host or removed. Look for it among the VMs.',
      host,
    });
  }

  async function* counted<T>(stream: AsyncGenerator<T, void, void>, add: (change: 1 | -1) => void): AsyncGenerator<T, void, void> {
    add(1);
    pace();
    try {
      yield* stream;
    } finally {
      add(-1);
      pace();
    }
  }

  return {
    connected(host, session, facts) {
      const { toolstack } = facts;
      if (stopped.signal.aborted) return;
      const address = addressOf(host);
      if (toolstack === null) {
        plain.set(host.id, address);
        forget(host.id);
        return;
      }
      plain.delete(host.id);
      let monitor = monitors.get(host.id);
      if (monitor !== undefined && (monitor.toolstack !== toolstack || monitor.address !== address)) {
        forget(host.id);
        monitor = undefined;
      }
      if (monitor === undefined) {
        monitor = new XenHostMonitor(host.id, address, { ...facts, toolstack }, now, nextRevision);
        monitors.set(host.id, monitor);
        deps.log.info({ host: host.id, name: host.name, toolstack }, 'asks a Xen host for its domains');
      }
      monitor.connect(session, baseMs(monitor));
    },
    disconnected(id, removed) {
      if (removed) {
        plain.delete(id);
        forget(id);
        return;
      }
      const monitor = monitors.get(id);
      if (monitor === undefined) return;
      monitor.disconnect();
      monitor.state.fail(notConnected(id), now());
    },
    setHidden(nobodySees) {
      if (hidden === nobodySees) return;
      hidden = nobodySees;
      pace();
      if (!hidden && readers > 0) catchUp();
    },
    watch(signal, writable) {
      return abortable([signal, stopped.signal], (aborted) =>
        counted(xenFeed(state, aborted, now, writable), (change) => {
          readers += change;
          if (readers === 1 && change === 1 && !hidden) catchUp();
        }),
      );
    },
    watchDomain(ref, signal, writable) {
      const { monitor, record } = found(ref);
      return abortable([signal, stopped.signal], (aborted) =>
        counted(domainFeed(record, aborted, now, writable), (change) => {
          monitor.watchers += change;
          if (change === 1) void monitor.sampleNow();
        }),
      );
    },
    async refresh(host) {
      await monitors.get(host)?.refresh();
    },
    async config(ref) {
      const { monitor, record } = found(ref);
      if (monitor.session?.status.state !== 'online') throw new HumError(notConnected(ref.host));
      return readDomainConfig(monitor.session, monitor.toolstack, record.row);
    },
    hosts: () => state.states().flatMap(({ row }) => row ?? []),
    host: (id) => monitors.get(id)?.state.row,
    isPlain: (host) => plain.get(host.id) === addressOf(host),
    domains: () => state.states().flatMap(({ records }) => [...records.values()].map(({ row }) => row)),
    domain: (key) => monitors.get(key.slice(0, Math.max(0, key.indexOf('/'))))?.state.records.get(key)?.row,
    configured: (host) => monitors.get(host)?.state.configured ?? new Map(),
    async stop() {
      stopped.abort();
      for (const id of [...monitors.keys()]) forget(id);
    },
  };
}

function addressOf({ address, port }: Pick<InventoryHost, 'address' | 'port'>): string {
  return `${address} ${port}`;
}

function notConnected(host: string): HumError['problem'] {
  return {
    code: 'connection-lost',
    message: 'There is no connection to the host at the moment.',
    hint: 'Hum connects again by itself; until then the last known state is shown. The fleet page says what stands in the way.',
    host,
  };
}
