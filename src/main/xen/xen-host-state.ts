import type { DomainLoad, DomainRow, Toolstack, XenHost } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import type { ConfiguredDomain } from './configured.ts';
import { type DomainCounters, noCounters } from './domain-counters.ts';
import { configurationNews, renamedNews } from './domain-events.ts';
import { RememberedFacts } from './domain-facts.ts';
import { domainKeys, nameless } from './domain-keys.ts';
import { noRates } from './domain-rates.ts';
import { DomainRecord } from './domain-record.ts';
import type { TableRow } from './domain-table.ts';
import { presentDomains } from './present-domains.ts';
import type { RunningDomain } from './running-domain.ts';
import { type XenAnswer, XenAnswers } from './xen-answer.ts';
import { type Hypervisor, unknownHypervisor } from './xl-info.ts';

/** A domain that has no configuration is kept for so long after it has ended: in a reboot there is a moment without it. */
const graceMs = 15_000;
/** Uptimes are told in whole seconds, and an answer may take a while: what differs less is the same start. */
const startToleranceMs = 5_000;

export interface Circumstances {
  /** Epoch ms. */
  readonly at: number;
  readonly tookMs: number;
  /** Of a clock that never jumps, for hosts that do not tell theirs. */
  readonly clockMs: number;
}

/** What one host has told of its domains so far. Takes its answers in; asks nothing itself. */
export class XenHostState {
  readonly records = new Map<string, DomainRecord>();
  /** The revisions at which the host's own row, and the set of domains, last changed. */
  hostRevision = 0;
  goneRevision = 0;
  row: XenHost | undefined;

  readonly #id: string;
  readonly #toolstack: Toolstack;
  readonly #nextRevision: () => number;
  readonly #answers: XenAnswers;
  #hypervisor: Hypervisor = unknownHypervisor;
  #running: ReadonlyMap<number, RunningDomain> = new Map();
  #uptimes: ReadonlyMap<number, number> = new Map();
  #configured: ReadonlyMap<string, ConfiguredDomain> = new Map();
  #byId = new Map<number, DomainRecord>();
  #facts = new Map<string, RememberedFacts>();
  /** Everything was told once: what comes from here on has happened since. */
  #settled = false;

  constructor(id: string, toolstack: Toolstack, nextRevision: () => number) {
    this.#id = id;
    this.#toolstack = toolstack;
    this.#nextRevision = nextRevision;
    this.#answers = new XenAnswers(id, toolstack);
  }

  /** What /etc/xen configures, by the names of the domains. */
  get configured(): ReadonlyMap<string, ConfiguredDomain> {
    return this.#configured;
  }

  /** Takes one answer in. `incomplete`: there is something new on the host, of which only a whole answer tells more. */
  take(
    sections: ReadonlyMap<string, string>,
    circumstances: Circumstances,
  ): { readonly problem: Problem | undefined; readonly whole: boolean; readonly incomplete: boolean } {
    const answer = this.#answers.read(sections);
    const { whole, load, configured } = answer;
    if (whole !== undefined) {
      this.#hypervisor = whole.hypervisor;
      this.#running = whole.running;
      this.#uptimes = whole.uptimes;
    }
    if (configured !== undefined) this.#configured = configured;
    let incomplete = false;
    if (load !== undefined) {
      if (whole !== undefined) this.#takeWhole(answer, circumstances);
      else incomplete = this.#takeLoad(load, circumstances);
    }
    this.#setRow(answer.problem, circumstances.at, circumstances.tookMs);
    return { problem: answer.problem, whole: whole !== undefined && load !== undefined, incomplete };
  }

  /** A connection to the host has been made, the first or another. */
  reconnected(): void {
    this.#answers.forgetDomains();
  }

  /** The host cannot be asked at the moment: what was known stays to be seen. */
  fail(problem: Problem, at: number): void {
    this.#setRow(problem, this.row?.at ?? at, this.row?.tookMs ?? 0);
  }

  /** The host, or Xen on it, is no more. */
  end(): void {
    for (const record of this.records.values()) record.end();
    this.records.clear();
  }

  #setRow(problem: Problem | undefined, at: number, tookMs: number): void {
    this.row = {
      host: this.#id,
      toolstack: this.#toolstack,
      ...this.#hypervisor,
      at,
      tookMs: Math.round(tookMs),
      ...(problem === undefined ? {} : { problem }),
    };
    this.hostRevision = this.#nextRevision();
  }

  #takeWhole({ load, whole, changedFiles }: XenAnswer, { at, clockMs }: Circumstances): void {
    if (load === undefined || whole === undefined) return;
    const present = presentDomains(load.rows, whole.running, whole.complete);
    const names = new Set(present.map(({ name }) => name));
    const off = [...this.#configured.keys()].filter((name) => !names.has(name));
    const kept = load.rows.filter(({ id, name }) => id === null && !names.has(name) && !this.#configured.has(name)).map(({ name }) => name);
    const listed = [...present, ...[...off, ...new Set(kept)].map((name) => ({ id: null, name, row: undefined }))];
    const keys = domainKeys(this.#id, listed);

    const before = new Map(this.#byId);
    const facts = new Map<string, RememberedFacts>();
    this.#byId = new Map();
    for (const [index, { id, name, row }] of listed.entries()) {
      const key = keys[index] ?? '';
      const file = name === null ? undefined : this.#configured.get(name);
      const presence =
        row === undefined || id === null
          ? undefined
          : { ...row, id, running: this.#running.get(id), startedAt: this.#startOf(id, at, key) };
      const remembered = this.#facts.get(key) ?? new RememberedFacts();
      facts.set(key, remembered);
      const told = remembered.of(presence, file);
      const known = this.records.get(key);
      const renamed =
        known === undefined || known.row.load.id === null ? formerRecord(id === null ? undefined : before.get(id), key, told) : undefined;
      const record = known ?? this.#newRecord(key, name ?? nameless, told, at, renamed);
      if (id !== null && known !== undefined && known.row.load.id !== null && known.row.load.id !== id) known.rates.forget();
      const counters = id === null ? noCounters : (load.counters.domains.get(id) ?? noCounters);
      const newLoad = row === undefined ? offLoad(at) : loadOf(record, row, counters, at, load.counters.uptimeMs ?? clockMs);
      if (row === undefined) record.rates.forget();
      record.take(told, newLoad, this.#nextRevision, !this.#settled || renamed !== undefined);
      if (renamed !== undefined) {
        record.tell(renamedNews(renamed.row.name), at);
        this.#remove(renamed.row.key, renamed);
      }
      if (file !== undefined && changedFiles.has(file.path) && known !== undefined) record.tell(configurationNews, at);
      if (id !== null && row !== undefined) {
        record.tableName = row.name;
        this.#byId.set(id, record);
      }
    }
    for (const [key, record] of this.records) if (!facts.has(key)) this.#miss(key, record, at);
    this.#facts = facts;
    this.#settled = true;
  }

  #newRecord(key: string, name: string, facts: DomainRow['facts'], at: number, former: DomainRecord | undefined): DomainRecord {
    const load = former?.row.load ?? offLoad(at);
    const record = new DomainRecord({ key, host: this.#id, name, facts, load }, this.#nextRevision(), former);
    this.records.set(key, record);
    return record;
  }

  /** A domain that is not there any more, nor configured. */
  #miss(key: string, record: DomainRecord, at: number): void {
    const { facts, load } = record.row;
    if (load.id !== null || facts.configFile !== null) {
      record.rates.forget();
      record.take({ ...facts, configFile: null, differs: [], autostart: false, startedAt: null }, offLoad(at), this.#nextRevision);
    }
    if (record.endedAt === undefined || at - record.endedAt >= graceMs) this.#remove(key, record);
  }

  #remove(key: string, record: DomainRecord): void {
    this.records.delete(key);
    this.goneRevision = this.#nextRevision();
    record.end();
  }

  /** Answers whether there is more to know. */
  #takeLoad({ rows, counters }: NonNullable<XenAnswer['load']>, { at, clockMs }: Circumstances): boolean {
    let incomplete = !this.#settled;
    const there = new Set<number>();
    for (const row of rows) {
      const record = row.id === null ? undefined : this.#byId.get(row.id);
      if (row.id === null || there.has(row.id)) continue;
      if (record === undefined || record.tableName !== row.name) {
        incomplete = true;
        continue;
      }
      there.add(row.id);
      const load = loadOf(record, row, counters.domains.get(row.id) ?? noCounters, at, counters.uptimeMs ?? clockMs);
      record.take(record.row.facts, load, this.#nextRevision);
    }
    for (const [id, record] of this.#byId) {
      if (there.has(id) || rows.some((row) => row.id === id)) continue;
      incomplete = true;
      this.#byId.delete(id);
      record.rates.forget();
      record.take({ ...record.row.facts, startedAt: null, differs: [] }, offLoad(at), this.#nextRevision);
    }
    for (const [key, record] of this.records) {
      if (record.endedAt === undefined || record.row.facts.configFile !== null) continue;
      if (at - record.endedAt >= graceMs) this.#remove(key, record);
    }
    return incomplete;
  }

  #startOf(id: number, at: number, key: string): number | null {
    const uptime = this.#uptimes.get(id);
    const before = this.records.get(key)?.row;
    const known = before?.load.id === id ? before.facts.startedAt : null;
    if (uptime === undefined) return known;
    const start = at - uptime;
    return known !== null && Math.abs(known - start) < startToleranceMs ? known : start;
  }
}

/** What was known of the same domain under another name. */
function formerRecord(sameId: DomainRecord | undefined, key: string, { uuid }: DomainRow['facts']): DomainRecord | undefined {
  return sameId !== undefined && sameId.row.key !== key && uuid !== null && sameId.row.facts.uuid === uuid ? sameId : undefined;
}

function loadOf(record: DomainRecord, row: TableRow, counters: DomainCounters, at: number, clockMs: number): DomainLoad {
  const { id, state, memory, vcpus, cpuTimeMs } = row;
  const rates = record.rates.take({ clockMs, cpuTimeMs, counters }, vcpus);
  return { at, id, state, memory, vcpus, cpuTimeMs, ...rates };
}

function offLoad(at: number): DomainLoad {
  return { at, id: null, state: 'off', memory: 0, vcpus: 0, cpuTimeMs: 0, ...noRates };
}
