import { notForeseen, type RuleId, ruleKinds, ruleValue } from '../../shared/alert-rules.ts';
import type { IncidentView, RuleScope } from '../../shared/contract/alerts.ts';
import type { HostSample, SeriesName } from '../../shared/contract/fleet.ts';
import { troublesWords } from '../../shared/interface-words.ts';
import type { AlertStore, OomCount } from './alert-store.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { MemoryPast } from './forecast.ts';
import { Incidents } from './incidents.ts';
import { gapMs } from './machine.ts';
import { readings, valuesByName } from './readings.ts';
import { isIn, RuleBook } from './rule-book.ts';
import { countOoms, lookAround, recentKills } from './sources.ts';
import type { TrialHost } from './trial.ts';
import { isRule, type WatchedHost, Watches } from './watches.ts';

const sampled = (Object.keys(readings) as RuleId[]).map((rule) => [rule, readings[rule]] as const);

/** Watches alone are not worth a write more often than this. */
const watchesEachMs = 5_000;
/** Evidence is worth collecting for so long after an incident began: a restart in the middle must not lose it. */
const evidenceWithinMs = 15 * 60_000;
/** From this part of its warning level on a host may come to need evidence. */
const nearly = 0.9;
/** What a forecast goes by, asked of the history when a host is first heard of. */
const pastMs = { short: 30 * 60_000, long: 24 * 3_600_000 };
/** As often as a host is sampled. */
const sampleMs = 5_000;

/** Where figures come in: samples as they arrive, and with each round what no sample brings. */
export class Rounds {
  readonly book = new RuleBook();
  readonly incidents = new Incidents();
  readonly watches: Watches;
  /** A host's memory is nearly short. */
  onShort: (host: string) => void = () => undefined;
  /** Evidence is wanted for an incident. */
  onWanted: (incident: IncidentView) => void = () => undefined;

  readonly #deps: AlertsDeps;
  readonly #store: AlertStore;
  readonly #now: () => number;
  readonly #ooms: Map<string, OomCount>;
  #newOoms = new Map<string, OomCount>();
  /** By host and rule: since when a figure that a rule was troubled by has been lacking. */
  readonly #lacking = new Map<string, number>();
  readonly #memory = new Map<string, MemoryPast>();
  /** Samples that wait for the past of their host; null once it is there. */
  readonly #waiting = new Map<string, HostSample[] | null>();
  #priming = Promise.resolve();
  #watchesAt = 0;
  #stopped = false;

  constructor(deps: AlertsDeps, store: AlertStore, now: () => number) {
    this.#deps = deps;
    this.#store = store;
    this.#now = now;
    this.watches = new Watches(this.book, this.incidents);
    this.loadRules();
    this.incidents.load(store.open());
    this.watches.load(store.watches().filter(({ place }) => isRule(place.rule)));
    this.watches.agree();
    this.#ooms = store.ooms();
  }

  loadRules(): void {
    this.book.load(
      this.#store.rules().filter(({ rule }) => isRule(rule)),
      this.#store.downtimes(this.#now()),
    );
    this.watches.rulesChanged();
  }

  collect(host: string, sample: HostSample): void {
    const waiting = this.#waiting.get(host);
    if (waiting === null) {
      this.#take(host, sample);
    } else if (waiting === undefined) {
      this.#waiting.set(host, [sample]);
      // One host after the other: a fleet that connects at once has better things to do.
      this.#priming = this.#priming.then(() => this.#prime(host));
    } else if (waiting.length < 1_000) waiting.push(sample);
  }

  /** What time alone brings, and what is known of hosts beside their samples. */
  look(): void {
    const at = this.#now();
    lookAround(this.#deps.sources, this.watches, at);
    this.incidents.wake(at);
  }

  setHosts(ids: Iterable<string>): void {
    const at = this.#now();
    const there = new Set(ids);
    for (const host of this.watches.hosts()) if (!there.has(host)) this.#forget(host, at);
    this.watches.rulesChanged();
  }

  /** The hosts on which a rule of this scope would hold: those with a nearer one are left out. */
  hostsUnder(rule: RuleId, scope: RuleScope): TrialHost[] {
    const rank = (of: RuleScope | null) => (of === null ? 0 : { fleet: 1, group: 2, host: 3 }[of.kind]);
    return this.#deps.sources.rows().flatMap(({ host, live }) => {
      const nearer = rank(this.book.effective(host, rule).setAt) > rank(scope);
      return nearer || !isIn(scope, host) ? [] : [{ id: host.id, name: host.name, group: host.group, cores: live?.cores ?? 1 }];
    });
  }

  wantEvidence(incident: IncidentView): void {
    const kind = isRule(incident.rule) ? ruleKinds[incident.rule] : undefined;
    if (kind?.evidence === true && !incident.hasEvidence && this.#now() - incident.openedAt < evidenceWithinMs) this.onWanted(incident);
  }

  /** Whether it is time to write watches though no incident has changed. */
  watchesDue(at: number): boolean {
    return (this.watches.dirty || this.#newOoms.size > 0) && Math.abs(at - this.#watchesAt) >= watchesEachMs;
  }

  watchesWritten(at: number): void {
    this.#watchesAt = at;
    this.#newOoms = new Map();
  }

  newOoms(): ReadonlyMap<string, OomCount> {
    return this.#newOoms;
  }

  stop(): void {
    this.#stopped = true;
  }

  #take(id: string, sample: HostSample): void {
    const row = this.#deps.row(id);
    if (row === undefined) return;
    const { host, live } = row;
    const value = valuesByName(sample.values);
    const { at } = sample;
    for (const [rule, reading] of sampled) {
      const figure = reading?.read(value, live?.cores ?? 1) ?? null;
      if (figure === null) this.#lacks(id, rule, reading?.ceased, at);
      else this.watches.observe(host, rule, '', { at, value: figure, detail: this.#detail(id, rule, figure) });
    }
    this.#foresee(host, at, value);
    if (live?.oomKills == null) return;
    const before = this.#ooms.get(id);
    const oom = countOoms(before, live.oomKills, live.sampledAt - live.uptimeMs, at);
    if (oom !== before) {
      this.#ooms.set(id, oom);
      this.#newOoms.set(id, oom);
    }
    this.watches.observe(host, 'oom-kill', '', { at, value: recentKills(oom) });
  }

  /** A host that answers, but has no such figure any more, would fire for ever. */
  #lacks(host: string, rule: RuleId, ceased: string | undefined, at: number): void {
    const watch = ceased === undefined ? undefined : this.watches.watch({ host, rule, part: '' });
    if (ceased === undefined || watch === undefined || watch.phase === 'ok') return;
    const since = this.#lacking.get(`${host} ${rule}`);
    if (since === undefined || since <= watch.at || since > at) this.#lacking.set(`${host} ${rule}`, at);
    else if (at - since > gapMs) this.watches.end(host, at, ceased, { rule });
  }

  #detail(host: string, rule: RuleId, figure: number): string | null {
    const interfaces = rule === 'packet-loss' && figure > 0 ? this.#deps.sources.interfaces(host) : null;
    return interfaces === null ? null : troublesWords(interfaces.troubles);
  }

  #foresee(host: WatchedHost, at: number, value: (name: SeriesName) => number | null): void {
    const [used, total] = [value('memoryUsed'), value('memoryTotal')];
    if (used === null || total === null || total <= 0) return;
    const warning = this.watches.rule(host, 'memory-used').settings.warning?.set ?? 1;
    if (used / total >= nearly * warning) this.onShort(host.id);
    let past = this.#memory.get(host.id);
    if (past === undefined) {
      past = new MemoryPast();
      this.#memory.set(host.id, past);
    }
    // Once a minute: the points are minutes.
    if (!past.add(at, used, total)) return;
    const foreseen = past.forecast();
    const minutes = Math.min(notForeseen, foreseen?.minutes ?? notForeseen);
    const detail = foreseen === null ? null : `between ${ruleValue('minutes', foreseen.from)} and ${ruleValue('minutes', foreseen.to)}`;
    this.watches.observe(host, 'memory-forecast', '', { at, value: minutes, detail });
  }

  /** Reads what came before the first sample: an average, and a forecast, go on as if Hum had not been away. */
  async #prime(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    const first = waiting?.[0];
    const row = this.#deps.row(id);
    if (this.#stopped || waiting == null || first === undefined) return;
    if (row === undefined) {
      this.#waiting.delete(id);
      return;
    }
    const memory = new MemoryPast();
    try {
      const read = (ms: number, points: number, series?: readonly SeriesName[]) =>
        this.#deps.past({ host: id, from: first.at - ms, to: first.at, points, ...(series === undefined ? {} : { series }) });
      const averageMs = Math.max(sampleMs, ...sampled.map(([rule]) => this.watches.rule(row.host, rule).settings.averageMs));
      const recent = await read(averageMs, Math.max(2, Math.ceil(averageMs / sampleMs)), [
        ...new Set(sampled.flatMap(([, reading]) => reading?.series ?? [])),
      ]);
      for (const [rule, reading] of sampled) {
        const figures = recent.at.flatMap((at, index): [number, number][] => {
          const value = reading?.read((name) => recent.series[name]?.average[index] ?? null, row.live?.cores ?? 1) ?? null;
          return value === null || at >= first.at ? [] : [[at, value]];
        });
        this.watches.prime({ host: id, rule, part: '' }, row.host, figures);
      }
      for (const [over, points] of [
        ['long', 48],
        ['short', 30],
      ] as const) {
        const range = await read(pastMs[over], points, ['memoryUsed', 'memoryTotal']);
        for (const [index, at] of range.at.entries()) {
          const [used, total] = [range.series.memoryUsed?.average[index], range.series.memoryTotal?.average[index]];
          if (used != null && total != null && at < first.at) memory.prime(over, at, used, total);
        }
      }
    } catch (error) {
      this.#deps.log.info({ host: id, reason: String(error) }, 'the past of a host cannot be read for its rules');
    }
    if (this.#stopped) return;
    this.#memory.set(id, memory);
    this.#waiting.set(id, null);
    for (const sample of waiting) this.#take(id, sample);
  }

  #forget(host: string, at: number): void {
    this.watches.end(host, at, 'The host is not in the inventory any more.');
    for (const [rule] of sampled) this.#lacking.delete(`${host} ${rule}`);
    this.#memory.delete(host);
    this.#waiting.delete(host);
    this.#ooms.delete(host);
  }
}
