import type {
  HostDisks,
  HostEvent,
  HostFacts,
  HostInterfaces,
  HostLive,
  HostRow,
  HostSample,
  HostStatus,
  ProcessRow,
} from '../../shared/contract/fleet.ts';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import type { Frame } from '../probe/frames.ts';
import { noAnswer, noFigures, type Section } from '../probe/probe.ts';
import { Sampler } from '../probe/sampler.ts';
import { shownPlace } from '../ssh/failures.ts';
import type { FileAccess, LoginShells, Runner, Session, SessionStatus, Target } from '../ssh/session.ts';
import { DiskTurns } from './disk-turns.ts';
import { EventLog, stateEvent } from './event-log.ts';
import type { HostFollower } from './host-follower.ts';
import { HostRecord } from './host-record.ts';
import { ProcessRequests } from './process-requests.ts';
import type { SampleReaders } from './sample.ts';
import { nextStatus } from './status.ts';

/** The parts of a row that change apart from each other. */
export type RowPart = 'host' | 'status' | 'live' | 'system';

/** Told of everything that is no row part, as it happens. */
export interface HostWatcher {
  sample(sample: HostSample): void;
  facts(facts: HostFacts): void;
  disks(disks: HostDisks): void;
  interfaces(interfaces: HostInterfaces): void;
  event(event: HostEvent): void;
  /** A row part has changed, or the host was removed. */
  changed(): void;
}

export interface MonitorDeps {
  readonly followers: readonly HostFollower[];
  readonly openSession: (host: InventoryHost) => Session;
  readonly readers: SampleReaders;
  readonly now: () => number;
  /** Counts up at each change in the fleet; the new number marks what changed. */
  readonly nextRevision: () => number;
  /** Someone began or ceased to watch a host. */
  readonly onWatched: () => void;
  readonly onSample?: (host: string, sample: HostSample) => void;
  /** The host's state is another than before. */
  readonly onStatus?: (monitor: HostMonitor, status: HostStatus) => void;
  readonly onEvent: (host: InventoryHost, event: HostEvent) => void;
}

const everySample: readonly Section[] = ['memory', 'pressure', 'load', 'cpu', 'uptime', 'tcp'];

/** One host: its session, its samples, and all that is known of it. */
export class HostMonitor {
  readonly id: string;
  readonly added: number;
  /** The fleet's revision at which each part last changed, and the newest of them. */
  readonly revisions: Record<RowPart, number>;
  latest: number;
  removed = false;

  readonly #deps: MonitorDeps;
  readonly #log = new EventLog();
  readonly #record: HostRecord;
  readonly #processRequests = new ProcessRequests();
  readonly #diskTurns = new DiskTurns();
  readonly #watchers = new Set<HostWatcher>();
  #host: InventoryHost;
  #status: HostStatus;
  #session: Session | undefined;
  #unlisten: (() => void) | undefined;
  #sampler: Sampler | undefined;
  #baseMs: number;
  #connectedBefore = false;
  /** Of this connection. */
  #sampled = false;
  #factsKnown = false;
  #fault: Problem | undefined;
  #asked = true;

  constructor(host: InventoryHost, baseMs: number, deps: MonitorDeps) {
    this.id = host.id;
    this.#host = host;
    this.#baseMs = baseMs;
    this.#deps = deps;
    this.#record = new HostRecord(deps.readers);
    this.#status = { state: host.enabled ? 'connecting' : 'disabled', since: deps.now() };
    this.added = deps.nextRevision();
    this.latest = this.added;
    this.revisions = { host: this.added, status: this.added, live: this.added, system: this.added };
    if (host.enabled) this.#openSession();
  }

  get host(): InventoryHost {
    return this.#host;
  }
  get status(): HostStatus {
    return this.#status;
  }
  get live(): HostLive | null {
    return this.#record.live;
  }
  get facts(): HostFacts | null {
    return this.#record.facts;
  }
  get disks(): HostDisks | null {
    return this.#record.disks;
  }
  get interfaces(): HostInterfaces | null {
    return this.#record.interfaces;
  }
  get events(): readonly HostEvent[] {
    return this.#log.events;
  }
  get system(): string | null {
    return this.#record.facts?.distribution || null;
  }
  /** The way to it; undefined while there is no session. */
  get target(): Target | undefined {
    return this.#session?.target;
  }
  /** The last jump host on the way to it, as people know it. */
  get via(): string | undefined {
    const way = this.target?.way;
    return way?.kind === 'jump' ? shownPlace(way.through) : undefined;
  }
  get watched(): boolean {
    return this.#watchers.size > 0;
  }

  row(): HostRow {
    return { host: this.#host, status: this.#status, live: this.#record.live, trend: this.#record.trend, system: this.system };
  }

  history(): HostSample[] {
    return this.#record.history(this.#deps.now());
  }

  /** Takes the host as it is in the inventory now. Answers when a session that is no longer wanted has ended. */
  async update(host: InventoryHost): Promise<void> {
    const before = this.#host;
    if (host === before || JSON.stringify(host) === JSON.stringify(before)) return;
    this.#host = host;
    this.#mark('host');
    const moved =
      host.address !== before.address ||
      host.port !== before.port ||
      host.user !== before.user ||
      host.keyFile !== before.keyFile ||
      host.runAs !== before.runAs;
    if (!moved && host.enabled === before.enabled) return;
    const closed = this.#closeSession();
    if (moved) {
      this.#record.forget();
      this.#connectedBefore = false;
      this.#tell({ severity: 'info', text: 'Connection settings were changed' });
    }
    this.#asked = true;
    if (host.enabled) this.#openSession();
    this.#refresh();
    await closed;
  }

  /** How often to ask, unless the host is too slow for it. */
  setBase(baseMs: number): void {
    this.#baseMs = baseMs;
    this.#sampler?.setBase(baseMs);
  }

  /** Tells the watcher from now on, and asks the host as often as befits one that is looked at. Returns the way to end it. */
  watch(watcher: HostWatcher): () => void {
    this.#watchers.add(watcher);
    this.#deps.onWatched();
    void this.sampleNow();
    return () => {
      this.#watchers.delete(watcher);
      this.#deps.onWatched();
    };
  }

  sampleNow(): Promise<void> {
    return this.#sampler?.sampleNow() ?? Promise.resolve();
  }

  /** Tries now, be it the connection or the next sample. */
  reconnect(): void {
    if (this.#session === undefined) {
      if (this.#host.enabled && !this.removed) this.#openSession();
    } else if (this.#session.status.state === 'online') void this.#sampler?.retryNow();
    else {
      this.#asked = true;
      this.#session.retryNow();
    }
  }

  /** @throws HumError as `Session.trustOfferedKey` */
  async trust(fingerprint: string, once = false): Promise<void> {
    if (this.#session === undefined) throw this.#notConnected();
    this.#asked = true;
    await this.#session.trustOfferedKey(fingerprint, once);
  }

  /** @throws HumError as `Session.forgetKnownKeys` */
  async forgetKnownKeys(): Promise<void> {
    if (this.#session === undefined) throw this.#notConnected();
    this.#asked = true;
    await this.#session.forgetKnownKeys();
  }

  /** What runs commands on the host. @throws HumError `connection-lost` when it is not connected */
  runner(): Runner & LoginShells & FileAccess {
    if (this.#session?.status.state !== 'online') throw this.#notConnected();
    return this.#session;
  }

  /** The processes with the largest resident memory, asked for now. @throws HumError why they cannot be had */
  processes(): Promise<readonly ProcessRow[]> {
    const sampler = this.#sampler;
    if (sampler === undefined || !sampler.connected) return Promise.reject(this.#notConnected());
    return this.#processRequests.wait(() => sampler.sampleNow());
  }

  /** `now` is performance.now(). */
  checkLate(now: number): void {
    const lateMs = this.#sampler?.lateMs(now) ?? 0;
    if (lateMs === 0 || this.#fault !== undefined || !this.#sampled) return;
    this.#fault = noAnswer(this.id, lateMs);
    this.#refresh();
  }

  wake(sleptMs: number): void {
    this.#sampler?.wake(sleptMs);
    this.#session?.wake();
  }

  /** Ends the session, for good. */
  async remove(): Promise<void> {
    this.removed = true;
    const closed = this.#closeSession();
    for (const follower of this.#deps.followers) follower.disconnected(this.id, true);
    this.#tellWatchers();
    await closed;
  }

  #openSession(): void {
    const session = this.#newSession();
    if (session === undefined) return;
    this.#fault = undefined;
    this.#session = session;
    this.#sampler = new Sampler(this.#baseMs, {
      session,
      sections: () => this.#sections(),
      onFrame: (frame, tookMs) => this.#take(frame, tookMs),
      onFault: (problem, outlook) => this.#failed(problem, outlook),
    });
    this.#unlisten = session.onStatus((status) => this.#sessionChanged(status));
    session.start();
    this.#sessionChanged(session.status);
  }

  /** A host that cannot even be tried must not take the others with it. */
  #newSession(): Session | undefined {
    try {
      return this.#deps.openSession(this.#host);
    } catch (error) {
      this.#failed(problemOf(error), 'lasting');
      return undefined;
    }
  }

  async #closeSession(): Promise<void> {
    const session = this.#session;
    this.#unlisten?.();
    this.#sampler?.disconnect();
    this.#session = undefined;
    this.#sampler = undefined;
    this.#endConnection();
    await session?.stop();
  }

  #sessionChanged(status: SessionStatus): void {
    const sampler = this.#sampler;
    if (sampler !== undefined && (status.state === 'online') !== sampler.connected) {
      this.#endConnection();
      if (status.state === 'online') sampler.connect();
      else sampler.disconnect();
    }
    this.#refresh();
    // What a person asked for has come to an end, good or bad; from here on Hum tries by itself.
    if (status.state !== 'idle' && status.state !== 'connecting') this.#asked = false;
  }

  #endConnection(): void {
    if (this.#factsKnown && !this.removed) for (const follower of this.#deps.followers) follower.disconnected(this.id, false);
    this.#sampled = false;
    this.#factsKnown = false;
    this.#diskTurns.reset();
    this.#fault = undefined;
    this.#processRequests.refuse(this.#notConnected());
  }

  #sections(): readonly Section[] {
    const sections = [...everySample];
    if (this.watched || this.#record.losing(this.#deps.now())) sections.push('network');
    // The first sample of a connection is kept small: a fleet that connects at once has better things to do.
    if (this.#sampled && !this.#factsKnown) sections.push('facts');
    if (this.#processRequests.any) sections.push('processes');
    if (this.#factsKnown && this.#diskTurns.take(performance.now(), this.watched)) sections.push('disks');
    return sections;
  }

  #take(frame: Frame, tookMs: number): Problem | undefined {
    const intervalMs = this.#sampler?.intervalMs ?? this.#baseMs;
    const taken = this.#record.takeSample(frame.files, { at: this.#deps.now(), tookMs, intervalMs });
    if (taken === null) return noFigures(this.id, frame);
    this.#mark('live');
    for (const watcher of this.#watchers) watcher.sample(taken.sample);
    if (this.interfaces !== null) for (const watcher of this.#watchers) watcher.interfaces(this.interfaces);
    this.#deps.onSample?.(this.id, taken.sample);
    this.#sampled = true;
    this.#fault = undefined;
    this.#refresh();
    for (const news of taken.news) this.#tell(news);
    const facts = frame.sections.get('facts');
    if (facts !== undefined) this.#learn(facts);
    const processes = frame.sections.get('processes');
    if (processes !== undefined) this.#processRequests.answer(processes);
    const disks = frame.sections.get('disks');
    if (disks !== undefined) {
      const read = this.#record.takeDisks(disks, this.#deps.now());
      for (const watcher of this.#watchers) watcher.disks(read);
    }
    return undefined;
  }

  #learn(text: string): void {
    const systemBefore = this.system;
    const { facts, news } = this.#record.takeFacts(text);
    this.#factsKnown = true;
    if (this.system !== systemBefore) this.#mark('system');
    for (const watcher of this.#watchers) watcher.facts(facts);
    for (const each of news) this.#tell(each);
    if (this.#session === undefined) return;
    for (const follower of this.#deps.followers) follower.connected(this.#host, this.#session, facts);
  }

  #failed(problem: Problem, outlook: 'passing' | 'lasting'): void {
    this.#processRequests.refuse(new HumError(problem));
    if (problem.code === 'request-timeout') this.#diskTurns.unanswered(performance.now());
    if (outlook === 'passing') return;
    this.#fault = problem.host === undefined ? { ...problem, host: this.id } : problem;
    this.#refresh();
  }

  #refresh(): void {
    const before = this.#status;
    const situation = {
      enabled: this.#host.enabled,
      session: this.#session?.status,
      sampled: this.#sampled,
      fault: this.#fault,
      asked: this.#asked,
    };
    this.#status = nextStatus(before, situation, this.#deps.now());
    if (this.#status === before) return;
    this.#mark('status');
    if (before.state !== this.#status.state) this.#deps.onStatus?.(this, this.#status);
    const event = stateEvent(before, this.#status, this.#connectedBefore);
    if (event !== undefined && event.text !== this.#log.events.at(-1)?.text) this.#tell(event);
    if (this.#status.state === 'online') this.#connectedBefore = true;
  }

  #tell(what: Omit<HostEvent, 'at'>): void {
    const event: HostEvent = { at: this.#deps.now(), ...what };
    this.#log.add(event);
    this.#deps.onEvent(this.#host, event);
    for (const watcher of this.#watchers) watcher.event(event);
  }

  #mark(part: RowPart): void {
    this.latest = this.#deps.nextRevision();
    this.revisions[part] = this.latest;
    this.#tellWatchers();
  }

  #tellWatchers(): void {
    for (const watcher of this.#watchers) watcher.changed();
  }

  #notConnected(): HumError {
    return new HumError({
      code: 'connection-lost',
      message: 'There is no connection to the host at the moment.',
      hint: this.#host.enabled
        ? 'Hum connects again by itself. The row of the host says what stands in the way.'
        : 'Enable the host first.',
      host: this.id,
    });
  }
}
