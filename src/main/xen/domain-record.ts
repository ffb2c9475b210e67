import type { DomainEvent, DomainFacts, DomainLoad, DomainRow, DomainSample } from '../../shared/contract/xen.ts';
import type { DomainNews } from './domain-events.ts';
import { domainNews } from './domain-events.ts';
import { DomainHistory } from './domain-history.ts';
import { DomainRates } from './domain-rates.ts';

/** Told of what happens to one domain, as it happens. */
export interface DomainWatcher {
  sample(sample: DomainSample): void;
  facts(facts: DomainFacts): void;
  event(event: DomainEvent): void;
  gone(): void;
}

const mostEvents = 200;
/** So long after a domain has ended, one that comes with the same name and uuid is its reboot. */
const rebootMs = 60_000;

/** All that is known of one domain, whether it is there or only configured. */
export class DomainRecord {
  /** The revisions at which it came and at which each part last changed. */
  readonly added: number;
  factsRevision: number;
  loadRevision: number;
  readonly rates = new DomainRates();
  /** The name that the table had for it: another one there means that it was renamed. */
  tableName = '';
  gone = false;

  readonly #watchers = new Set<DomainWatcher>();
  readonly #history: DomainHistory;
  #row: DomainRow;
  #events: readonly DomainEvent[];
  #ended: { readonly at: number; readonly uuid: string | null } | undefined;

  /** `from` is the record of the same domain under the name that it had before. */
  constructor(row: DomainRow, revision: number, from?: DomainRecord) {
    this.#row = row;
    this.added = revision;
    this.factsRevision = revision;
    this.loadRevision = revision;
    this.#history = from === undefined ? new DomainHistory() : from.#history;
    this.#events = from === undefined ? [] : from.#events;
  }

  get row(): DomainRow {
    return this.#row;
  }
  get latest(): number {
    return Math.max(this.factsRevision, this.loadRevision);
  }
  get events(): readonly DomainEvent[] {
    return this.#events;
  }
  /** Epoch ms at which it was first seen to be gone; undefined while it is there. */
  get endedAt(): number | undefined {
    return this.#ended?.at;
  }

  history(now: number): DomainSample[] {
    return this.#history.read(now);
  }

  /**
   * Takes what is known of it now. `nextRevision` is called for each part that has changed. Nothing counts as having happened when
   * it is told for the `first` time.
   */
  take(facts: DomainFacts, load: DomainLoad, nextRevision: () => number, first = false): void {
    const before = this.#row;
    const factsChanged = !sameFacts(before.facts, facts);
    const loadChanged = !sameLoad(before.load, load);
    if (factsChanged || loadChanged)
      this.#row = { ...before, facts: factsChanged ? facts : before.facts, load: loadChanged ? load : before.load };
    if (factsChanged) {
      this.factsRevision = nextRevision();
      for (const watcher of this.#watchers) watcher.facts(facts);
    }
    if (loadChanged) this.loadRevision = nextRevision();
    this.#remember(load.at);
    if (!first && (factsChanged || loadChanged)) {
      const recently = this.#ended !== undefined && load.at - this.#ended.at < rebootMs ? this.#ended.uuid : null;
      for (const news of domainNews(before, this.#row, recently)) this.tell(news, load.at);
    }
    if (load.id !== null) this.#ended = undefined;
    else if (before.load.id !== null) this.#ended = { at: load.at, uuid: before.facts.uuid };
  }

  tell(news: DomainNews, at: number): void {
    const event: DomainEvent = { at, ...news };
    this.#events = [...this.#events.slice(1 - mostEvents), event];
    for (const watcher of this.#watchers) watcher.event(event);
  }

  /** Tells the watcher from now on. Returns the way to end it. */
  watch(watcher: DomainWatcher, now: number): () => void {
    this.#watchers.add(watcher);
    this.#history.watch(now);
    return () => this.#watchers.delete(watcher);
  }

  get watched(): boolean {
    return this.#watchers.size > 0;
  }

  /** It is no more. */
  end(): void {
    this.gone = true;
    for (const watcher of this.#watchers) watcher.gone();
  }

  #remember(at: number): void {
    const sample: DomainSample = { ...this.#row.load, at, memoryTarget: this.#row.facts.memoryTarget };
    if (this.watched) this.#history.watch(at);
    this.#history.append(sample);
    for (const watcher of this.#watchers) watcher.sample(sample);
  }
}

/** When it was sampled says the host's row; a load that stands still is not sent again. */
function sameLoad(one: DomainLoad, other: DomainLoad): boolean {
  return loadKeys.every((key) => one[key] === other[key]);
}

const loadKeys = [
  'id',
  'state',
  'memory',
  'vcpus',
  'cpuUsed',
  'cpuTimeMs',
  'receivePerSecond',
  'transmitPerSecond',
  'readPerSecond',
  'writePerSecond',
] as const;

function sameFacts(one: DomainFacts, other: DomainFacts): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
