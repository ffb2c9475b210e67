import type { Evidence, IncidentView } from '../../shared/contract/alerts.ts';
import { HumError, problemOf } from '../../shared/errors.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Runner } from '../ssh/session.ts';
import { askForEvidence, type ProcessList, processList, readEvidence } from './evidence.ts';

export interface CollectorDeps {
  /** @throws HumError while there is no connection */
  readonly runner: (host: string) => Pick<Runner, 'run'>;
  /** dom0's memory and its most, bytes; null on other hosts. */
  readonly dom0: (host: string) => Evidence['dom0'];
  /** What was found, or null with the reason why nothing was. */
  readonly found: (incident: string, evidence: Evidence | null, text: string) => void;
  readonly now: () => number;
  /** Where a test has its own /proc and the rest. */
  readonly place?: { readonly proc: string; readonly root: string };
}

/** So old is the list that growth is measured from, if there is one; and how often a host that may come to need it is asked for one. */
const growthMs = 10 * 60_000;
const listEachMs = 5 * 60_000;
/** Two incidents of one host within this are the same trouble. */
const sharedMs = 2 * 60_000;
const atOnce = 4;
/** A host in need is slow to answer: it is asked again, this often, so much later each time. */
const tries = 4;
const againMs = 30_000;

/** Collects the evidence of incidents in which memory runs short: once for each, a few hosts at a time. */
export class Collector {
  readonly #deps: CollectorDeps;
  readonly #lists = new Map<string, { readonly at: number; readonly list: ProcessList }[]>();
  readonly #latest = new Map<string, Evidence>();
  readonly #asked = new Map<string, number>();
  readonly #waiting = new Map<string, { readonly host: string; tries: number; due: number }>();
  readonly #busy = new Set<string>();
  #stopped = false;

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
  }

  /** Evidence is wanted for an incident. */
  want({ id, hostId }: Pick<IncidentView, 'id' | 'hostId'>): void {
    if (!this.#waiting.has(id)) this.#waiting.set(id, { host: hostId, tries: 0, due: 0 });
  }

  /** The incident is over, or its host gone. */
  forget(incident: string): void {
    this.#waiting.delete(incident);
  }

  /** A host whose memory is nearly short: a list of its processes now is what growth is measured from later. */
  mayNeed(host: string): void {
    const at = this.#deps.now();
    if (at - (this.#asked.get(host) ?? 0) < listEachMs || this.#busy.has(host) || this.#busy.size >= atOnce) return;
    this.#asked.set(host, at);
    void this.#with(host, async (runner) => {
      this.#keepList(host, processList(await askForEvidence(runner, 'processes', this.#deps.place)));
    }).catch(() => undefined);
  }

  /** Asks where it is due. */
  tick(): void {
    const at = this.#deps.now();
    for (const [incident, wanted] of this.#waiting) {
      if (this.#stopped || this.#busy.size >= atOnce) return;
      if (at < wanted.due || this.#busy.has(wanted.host)) continue;
      void this.#collect(incident, wanted);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
  }

  async #collect(incident: string, wanted: { readonly host: string; tries: number; due: number }): Promise<void> {
    const { host } = wanted;
    const { now, found, place, dom0 } = this.#deps;
    wanted.tries += 1;
    try {
      const shared = this.#latest.get(host);
      const evidence =
        shared !== undefined && now() - shared.at < sharedMs
          ? shared
          : await this.#with(host, async (runner) => {
              const before = this.#before(host);
              const sections = await askForEvidence(runner, 'all', place);
              this.#keepList(host, processList(sections));
              return { ...readEvidence(sections, now(), before), dom0: dom0(host) };
            });
      this.#latest.set(host, evidence);
      if (!this.#waiting.delete(incident)) return;
      found(incident, evidence, wordsOf(evidence));
    } catch (error) {
      if (this.#stopped || !this.#waiting.has(incident)) return;
      wanted.due = now() + againMs * wanted.tries;
      if (wanted.tries < tries) return;
      this.#waiting.delete(incident);
      found(incident, null, `The host could not be asked: ${visibleText(problemOf(error).message, 200)}`);
    }
  }

  async #with<T>(host: string, ask: (runner: Pick<Runner, 'run'>) => Promise<T>): Promise<T> {
    this.#busy.add(host);
    try {
      return await ask(this.#deps.runner(host));
    } catch (error) {
      throw error instanceof HumError ? error : new HumError(problemOf(error));
    } finally {
      this.#busy.delete(host);
    }
  }

  #keepList(host: string, list: ProcessList): void {
    const at = this.#deps.now();
    const lists = (this.#lists.get(host) ?? []).filter((each) => at - each.at < 2 * growthMs + listEachMs && each.at <= at);
    this.#lists.set(host, [...lists, { at, list }].slice(-6));
  }

  /** The list that is nearest to ten minutes old, of those that are at least one. */
  #before(host: string): { readonly list: ProcessList; readonly ageMs: number } | null {
    const at = this.#deps.now();
    const distance = (each: { readonly at: number }) => Math.abs(at - each.at - growthMs);
    const [best] = (this.#lists.get(host) ?? [])
      .filter((each) => at - each.at >= 60_000)
      .sort((left, right) => distance(left) - distance(right));
    return best === undefined ? null : { list: best.list, ageMs: at - best.at };
  }
}

function wordsOf({ processes, oom, growthOverMs }: Evidence): string {
  const parts = [`${processes.length} processes`];
  if (growthOverMs !== null) parts.push(`growth over ${formatDuration(growthOverMs)}`);
  if (oom.length > 0) parts.push(oom.length === 1 ? 'the report of an OOM kill' : `the reports of ${oom.length} OOM kills`);
  return `The host was asked about its memory: ${parts.join(', ')}.`;
}
