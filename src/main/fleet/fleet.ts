import type {
  DemoState,
  FleetEvent,
  HostDetailEvent,
  HostDisks,
  HostInterfaces,
  HostRow,
  HostSample,
  HostStatus,
  Outage,
  ProcessRow,
} from '../../shared/contract/fleet.ts';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { type KeyListVerdict, readKeyList } from '../ssh/key-list.ts';
import type { FileAccess, LoginShells, Runner, Session, Target } from '../ssh/session.ts';
import { abortable, Bell } from '../stream.ts';
import { type FleetState, fleetFeed } from './fleet-feed.ts';
import { hostFeed } from './host-feed.ts';
import type { HostFollower } from './host-follower.ts';
import { HostMonitor, type MonitorDeps } from './host-monitor.ts';
import { networkProbes } from './network-probes.ts';
import { explainOutage, type LostTogether, type NetworkProbes, OutageWatch } from './outage.ts';
import type { SampleReaders } from './sample.ts';

const fleetIntervalMs = 5_000;
const watchedIntervalMs = 1_000;
const hiddenIntervalMs = 15_000;

const housekeepingMs = 1_000;
const outageSettlesMs = 1_000;
/** A housekeeping round this much later than planned means that the machine slept, or the process stood still. */
const sleepMs = 5_000;

export interface FleetDeps {
  readonly openSession: (host: InventoryHost) => Session;
  readonly readers: SampleReaders;
  readonly followers?: readonly HostFollower[];
  /** Told of every sample, as it arrives. */
  readonly onSample?: (host: string, sample: HostSample) => void;
  readonly log?: { info(data: object, message: string): void };
  /** How the cause of a mass loss is found; the machine's own network, unless a test says otherwise. */
  readonly probes?: Omit<NetworkProbes, 'hop'>;
  /** Whether the jump host before a target answers; undefined where nobody can tell. */
  readonly hopAnswers?: (to: Target) => Promise<boolean | undefined>;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** The hosts of the inventory, connected, sampled and watched. */
export interface Fleet {
  /** Takes these hosts instead of the ones before: connects the new, ends the removed, reconnects those whose address or account changed. */
  setHosts(hosts: readonly InventoryHost[]): void;
  setDemo(state: DemoState): void;
  /** First the whole fleet, then patches, at most four a second. `writable`, if given, is awaited before each. */
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<FleetEvent, void, void>;
  /** One host in detail; it is sampled every second meanwhile. @throws HumError `not-found` */
  watchHost(id: string, signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<HostDetailEvent, void, void>;
  /** The ten processes with the largest resident memory. @throws HumError `not-found`, `connection-lost`, `request-timeout`, … */
  processes(id: string): Promise<{ at: number; processes: readonly ProcessRow[] }>;
  /** What runs commands and login shells on a host. @throws HumError `not-found`, `connection-lost` */
  runner(id: string): Runner & LoginShells & FileAccess;
  /** Tries now. Unknown ids are passed over. */
  reconnect(ids: readonly string[]): void;
  /** Stores offered keys and connects; what could not be trusted is told one by one. */
  trustHostKeys(
    keys: readonly { readonly id: string; readonly fingerprint: string }[],
    once?: boolean,
  ): Promise<{ trusted: number; refused: readonly Problem[] }>;
  /** Which of the offered keys a text vouches for, and which it contradicts. Ids of hosts. */
  compareHostKeys(ids: readonly string[], text: string): { listed: readonly string[]; contradicted: readonly string[] };
  /** Takes the old keys of a host whose key changed out of known_hosts. @throws HumError `not-confirmed`, and as `Session.forgetKnownKeys` */
  forgetHostKeys(id: string, name: string): Promise<void>;
  /**
   * A window or page is seen, or hidden. While all are hidden, hosts are asked every 15 s. A console without any window keeps that pace too,
   * unless someone reads a stream without ever having said whether it is seen.
   */
  setVisible(client: string, visible: boolean): void;
  forgetClient(client: string): void;
  /** Samples every connected host (of `ids`) now; resolves when each has answered or failed. */
  sweep(ids?: readonly string[]): Promise<void>;
  row(id: string): HostRow | undefined;
  rows(): HostRow[];
  /** The last jump host on the way to a host, as people know it; undefined without one. */
  via(id: string): string | undefined;
  /** The file systems of a host; null while they are not known. */
  disks(id: string): HostDisks | null;
  /** The interfaces of a host that have errors or drops; null while they are not read. */
  interfaces(id: string): HostInterfaces | null;
  /** That many hosts were lost at once; null when it is not so. */
  outage(): Outage | null;
  /** Ends all sessions and streams. */
  stop(): Promise<void>;
}

/** Builds the fleet; it is empty until `setHosts`. */
export function createFleet(deps: FleetDeps): Fleet {
  const now = deps.now ?? Date.now;
  const monitors = new Map<string, HostMonitor>();
  const clients = new Map<string, boolean>();
  const closing = new Set<Promise<void>>();
  const stopped = new AbortController();
  const state = {
    monitors,
    demo: { running: false, hosts: 0 } as DemoState,
    revision: 0,
    demoRevision: 0,
    outage: null as Outage | null,
    outageRevision: 0,
    removedRevision: 0,
    bell: new Bell(),
  } satisfies FleetState;
  let readers = 0;
  const watch = new OutageWatch(now);
  let explained: LostTogether | undefined;
  let looking: NodeJS.Timeout | undefined;

  function nextRevision(): number {
    state.revision += 1;
    state.bell.ring();
    return state.revision;
  }

  const monitorDeps: MonitorDeps = {
    openSession: deps.openSession,
    readers: deps.readers,
    now,
    nextRevision,
    followers: deps.followers ?? [],
    onWatched: pace,
    onStatus: follow,
    ...(deps.onSample === undefined ? {} : { onSample: deps.onSample }),
    onEvent: (host, event) => deps.log?.info({ host: host.id, name: host.name, severity: event.severity }, event.text),
  };

  const hidden = () => (clients.size > 0 ? ![...clients.values()].includes(true) : readers === 0);

  function baseMs(monitor: HostMonitor | undefined): number {
    if (hidden()) return hiddenIntervalMs;
    return monitor?.watched ? watchedIntervalMs : fleetIntervalMs;
  }

  function pace(): void {
    for (const monitor of monitors.values()) monitor.setBase(baseMs(monitor));
    for (const follower of monitorDeps.followers) follower.setHidden(hidden());
  }

  function closes(ending: Promise<void>): void {
    const entry = ending
      .catch((error: unknown) => deps.log?.info({ problem: problemOf(error) }, 'a session did not end well'))
      .then(() => void closing.delete(entry));
    closing.add(entry);
  }

  function found(id: string): HostMonitor {
    const monitor = monitors.get(id);
    if (monitor !== undefined) return monitor;
    throw new HumError({
      code: 'not-found',
      message: 'This host is not in the inventory any more.',
      hint: 'It was removed, perhaps in another window. Go back to the fleet.',
      host: id,
    });
  }

  /** Counts a reader for as long as the stream is open. */
  async function* counted<T>(stream: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
    readers += 1;
    pace();
    try {
      yield* stream;
    } finally {
      readers -= 1;
      pace();
    }
  }

  function follow(monitor: HostMonitor, { state: hostState }: HostStatus): void {
    if (hostState === 'online') watch.up(monitor.id, monitor.via);
    else if (hostState === 'stale' || hostState === 'unreachable') watch.down(monitor.id);
    else if (hostState !== 'connecting') watch.forget(monitor.id);
    lookAtOutage();
  }

  /** Hosts that are lost together are lost one after the other: the cause is looked for when the first rush is over. */
  function lookAtOutage(): void {
    if (watch.current === explained || looking !== undefined) return;
    looking = setTimeout(async () => {
      const lost = watch.current;
      explained = lost;
      const outage = lost === undefined ? null : await explainOutage(lost, { ...(deps.probes ?? networkProbes), hop });
      looking = undefined;
      if (stopped.signal.aborted) return;
      if (outage !== null && state.outage === null) deps.log?.info({ hosts: outage.hosts, cause: outage.cause }, outage.message);
      if (outage !== null || state.outage !== null) {
        state.outage = outage;
        state.outageRevision = nextRevision();
      }
      lookAtOutage();
    }, outageSettlesMs);
    looking.unref();
  }

  async function hop(id: string): Promise<boolean | undefined> {
    const target = monitors.get(id)?.target;
    return target === undefined ? undefined : await deps.hopAnswers?.(target);
  }

  let checkedAt = performance.now();
  let checkedAtWall = Date.now();
  const housekeeping = setInterval(() => {
    const at = performance.now();
    const wall = Date.now();
    const stoodStillMs = at - checkedAt - housekeepingMs;
    // Monotonic time stops while Linux and macOS sleep, the wall clock does not; on Windows both go on.
    const sleptMs = Math.max(stoodStillMs, wall - checkedAtWall - housekeepingMs);
    checkedAt = at;
    checkedAtWall = wall;
    for (const monitor of monitors.values()) {
      if (sleptMs > sleepMs) monitor.wake(Math.max(0, stoodStillMs));
      monitor.checkLate(at);
    }
  }, housekeepingMs);

  return {
    setHosts(hosts) {
      if (stopped.signal.aborted) return;
      const wanted = new Set(hosts.map((host) => host.id));
      for (const [id, monitor] of monitors) {
        if (wanted.has(id)) continue;
        monitors.delete(id);
        state.removedRevision = nextRevision();
        watch.forget(id);
        lookAtOutage();
        closes(monitor.remove());
      }
      for (const host of hosts) {
        const monitor = monitors.get(host.id);
        if (monitor === undefined) monitors.set(host.id, new HostMonitor(host, baseMs(undefined), monitorDeps));
        else closes(monitor.update(host));
      }
    },
    setDemo(demo) {
      state.demo = demo;
      state.demoRevision = nextRevision();
    },
    watch(signal, writable) {
      return abortable([signal, stopped.signal], (aborted) => counted(fleetFeed(state, aborted, now, writable)));
    },
    watchHost(id, signal, writable) {
      const monitor = found(id);
      return abortable([signal, stopped.signal], (aborted) => counted(hostFeed(monitor, aborted, now, writable)));
    },
    async processes(id) {
      const processes = await found(id).processes();
      return { at: now(), processes };
    },
    runner: (id) => found(id).runner(),
    reconnect(ids) {
      for (const id of ids) monitors.get(id)?.reconnect();
    },
    async trustHostKeys(keys, once) {
      const results = await Promise.allSettled(keys.map(async ({ id, fingerprint }) => found(id).trust(fingerprint, once)));
      const refused = results.flatMap((result, index): Problem[] => {
        if (result.status === 'fulfilled') return [];
        const id = keys[index]?.id;
        return [{ ...problemOf(result.reason), ...(id === undefined ? {} : { host: id }) }];
      });
      return { trusted: keys.length - refused.length, refused };
    },
    compareHostKeys(ids, text) {
      const vouches = readKeyList(text);
      const verdicts = ids.map((id) => {
        const monitor = monitors.get(id);
        return { id, verdict: monitor?.status.offeredKey && vouches(monitor.host, monitor.status.offeredKey) };
      });
      const those = (wanted: KeyListVerdict) => verdicts.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);
      return { listed: those('listed'), contradicted: those('contradicted') };
    },
    async forgetHostKeys(id, name) {
      const monitor = found(id);
      if (name !== monitor.host.name) {
        throw new HumError({
          code: 'not-confirmed',
          message: 'What was typed is not the name of the host; nothing was taken out.',
          hint: `Type ${visibleText(monitor.host.name, 100)} to confirm.`,
          host: id,
        });
      }
      await monitor.forgetKnownKeys();
    },
    setVisible(client, visible) {
      clients.set(client, visible);
      pace();
    },
    forgetClient(client) {
      clients.delete(client);
      pace();
    },
    async sweep(ids) {
      const chosen = ids === undefined ? [...monitors.values()] : ids.flatMap((id) => monitors.get(id) ?? []);
      await Promise.all(chosen.map((monitor) => monitor.sampleNow()));
    },
    row: (id) => monitors.get(id)?.row(),
    rows: () => [...monitors.values()].map((monitor) => monitor.row()),
    via: (id) => monitors.get(id)?.via,
    disks: (id) => monitors.get(id)?.disks ?? null,
    interfaces: (id) => monitors.get(id)?.interfaces ?? null,
    outage: () => state.outage,
    async stop() {
      stopped.abort();
      clearInterval(housekeeping);
      clearTimeout(looking);
      for (const monitor of monitors.values()) closes(monitor.remove());
      monitors.clear();
      await Promise.all(closing);
    },
  };
}
