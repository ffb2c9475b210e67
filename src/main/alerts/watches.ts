import { type RuleId, type RuleSettings, ruleIds, ruleKinds } from '../../shared/alert-rules.ts';
import type { PendingView } from '../../shared/contract/alerts.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { WatchPlace } from './alert-store.ts';
import type { Incidents } from './incidents.ts';
import { ended, freely, step, unwatched, type Watch } from './machine.ts';
import { Window } from './readings.ts';
import { type EffectiveRule, nothingHeld, type RuleBook, type RuledHost } from './rule-book.ts';
import type { Circumstances } from './words.ts';

/** A host as the rules see it. */
export interface WatchedHost extends RuledHost {
  readonly name: string;
}

/** A figure of a host at one moment. */
export interface Figure {
  /** Epoch ms. */
  readonly at: number;
  /** In the unit of the rule. */
  readonly value: number;
  /** What else is to be told: hostile text. */
  readonly detail?: string | null;
  /** Why it must not fire whatever the rules say: the jump host is gone. */
  readonly held?: string | null;
  /** When it began, where the figure itself tells. */
  readonly since?: number;
}

interface Entry {
  readonly place: WatchPlace;
  readonly window: Window;
  watch: Watch;
  value: number;
  held: string | null;
  /** As the watch stands on disk: null for one that is simply well. */
  written: Watch | null;
}

interface OfHost {
  readonly entries: Map<string, Entry>;
  /** Of this version of the rules. */
  readonly rules: Map<RuleId, EffectiveRule>;
  version: number;
}

const longestPart = 200;

/**
 * What a rule looks at within a host, by the name that the host gave it: as it is compared, kept and shown. To the rules, names that begin alike
 * for so long are one.
 */
export function partOf(name: string): string {
  // A name is longer once it can be seen.
  return visibleText(visibleText(name, longestPart), longestPart);
}

/** All that is watched in the fleet: each figure goes through here, and makes incidents. */
export class Watches {
  readonly #hosts = new Map<string, OfHost>();
  readonly #book: RuleBook;
  readonly #incidents: Incidents;
  readonly #dirty = new Set<Entry>();
  /** What is not simply well. */
  readonly #troubled = new Set<Entry>();
  #version = 0;

  constructor(book: RuleBook, incidents: Incidents) {
    this.#book = book;
    this.#incidents = incidents;
  }

  load(kept: readonly { readonly place: WatchPlace; readonly watch: Watch }[]): void {
    for (const { place, watch } of kept) {
      const entry = this.#entry({ ...place, part: partOf(place.part) });
      this.#becomes(entry, watch);
      entry.written = watch;
    }
  }

  /** Incidents and watches are written together; should they differ all the same, the incident is what counts. */
  agree(): void {
    for (const { hostId, rule, part, severity, since } of this.#incidents.open.values()) {
      if (!isRule(rule)) continue;
      const entry = this.#entry({ host: hostId, rule, part: part ?? '' });
      if (entry.watch.phase !== 'firing') this.#becomes(entry, { ...unwatched, phase: 'firing', severity, since });
    }
    for (const entry of this.#troubled) {
      if (entry.watch.phase === 'firing' && this.#incidents.at(entry.place) === undefined) this.#becomes(entry, unwatched);
    }
  }

  /** The rules are others than before. */
  rulesChanged(): void {
    this.#version += 1;
  }

  /** Fills a window with what was before, so that an average after a restart is what it would have been. */
  prime(place: WatchPlace, host: WatchedHost, figures: readonly (readonly [at: number, value: number])[]): void {
    const { averageMs } = this.#rule(this.#ofHost(place.host), host, place.rule).settings;
    const { window } = this.#entry(place);
    for (const [at, value] of figures) window.add(at, value, averageMs);
  }

  /** Takes a figure in. `part`: as `partOf` has it. */
  observe(host: WatchedHost, rule: RuleId, part: string, figure: Figure): void {
    const of = this.#ofHost(host.id);
    const ruled = this.#rule(of, host, rule);
    const { settings } = ruled;
    if (!settings.enabled) {
      const entry = of.entries.get(entryKey(rule, part));
      if (entry !== undefined) this.#end(entry, figure.at, 'The rule was switched off.');
      return;
    }
    const entry = entryOf(of, host.id, rule, part);
    const value = entry.window.add(figure.at, figure.value, settings.averageMs);
    const { watch, written } = entry;
    // Nearly every figure: nothing was bad, and nothing is.
    const quiet = watch.phase === 'ok' && written === null && watch.heldUntil <= figure.at;
    if (quiet && !couldFire(value, ruleKinds[rule].worse, settings)) return;
    this.#step(entry, host, ruled, figure, value);
  }

  #step(entry: Entry, host: WatchedHost, { settings, setAt }: EffectiveRule, figure: Figure, value: number): void {
    const { place } = entry;
    const { at } = figure;
    const kind = ruleKinds[place.rule];
    const held = figure.held != null ? { warning: figure.held, critical: figure.held } : this.#book.held(host, settings, at);
    const holds = held === nothingHeld ? freely : { warning: held.warning !== null, critical: held.critical !== null };
    const { watch, event } = step(entry.watch, kind, settings, { at, value, holds });
    this.#becomes(entry, watch);
    entry.value = value;
    entry.held = watch.phase === 'pending' ? held.warning : null;
    if (watch.phase !== 'ok' || entry.written !== null || watch.heldUntil > at) this.#dirty.add(entry);
    if (watch.phase !== 'firing' && event === null) return;
    const circumstances: Circumstances = {
      ...{ kind, settings, setAt, value, host: visibleText(host.name, 253) },
      part: place.part === '' ? null : place.part,
      severity: watch.severity ?? 'warning',
      detail: figure.detail == null ? null : visibleText(figure.detail, 200),
    };
    if (event === 'opened') this.#incidents.opened(place, circumstances, figure.since ?? watch.since, at);
    else if (event === 'resolved') this.#incidents.resolved(place, at, 'It is well again.');
    else if (event !== null) this.#incidents.changed(place, event, circumstances, at);
    else this.#incidents.measured(place, circumstances);
  }

  /** Ends what is watched of a host, all of it or one rule's or part's, for a reason that the incident tells. */
  end(host: string, at: number, reason: string, only?: { readonly rule: RuleId; readonly part?: string }): void {
    for (const entry of this.#hosts.get(host)?.entries.values() ?? []) {
      const { rule, part } = entry.place;
      if (only === undefined || (only.rule === rule && (only.part === undefined || only.part === part))) this.#end(entry, at, reason);
    }
    if (only === undefined) this.#hosts.delete(host);
  }

  /** The hosts of which something is watched. */
  hosts(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  /** What is not simply well under this rule. */
  troubled(rule: RuleId): readonly { readonly place: WatchPlace; readonly watch: Watch }[] {
    return [...this.#troubled].filter(({ place }) => place.rule === rule);
  }

  watch(place: WatchPlace): Watch | undefined {
    return this.#hosts.get(place.host)?.entries.get(entryKey(place.rule, place.part))?.watch;
  }

  /** What is bad but has not fired, the longest first. */
  pending(names: (host: string) => string | undefined, most: number): PendingView[] {
    const found: PendingView[] = [];
    for (const { place, watch, value, held } of this.#troubled) {
      const name = watch.phase === 'pending' ? names(place.host) : undefined;
      if (name === undefined) continue;
      found.push({
        hostId: place.host,
        host: name,
        part: place.part === '' ? null : place.part,
        rule: place.rule,
        since: watch.since,
        value,
        held,
      });
    }
    return found.sort((left, right) => left.since - right.since).slice(0, most);
  }

  /** What is to be written of the watches: those that are not as they are on disk. */
  unwritten(): { readonly place: WatchPlace; readonly watch: Watch | null }[] {
    return [...this.#dirty].map(({ place, watch }) => ({ place, watch: isWell(watch) ? null : watch }));
  }

  /** `unwritten` is on disk now. */
  written(): void {
    for (const entry of this.#dirty) {
      entry.written = isWell(entry.watch) ? null : entry.watch;
    }
    this.#dirty.clear();
  }

  get dirty(): boolean {
    return this.#dirty.size > 0;
  }

  #end(entry: Entry, at: number, reason: string): void {
    if (entry.watch === unwatched) return;
    const { watch, event } = ended(entry.watch);
    if (event === 'resolved') this.#incidents.resolved(entry.place, at, reason);
    this.#becomes(entry, watch);
    entry.window.clear();
    if (entry.written !== null) this.#dirty.add(entry);
  }

  #becomes(entry: Entry, watch: Watch): void {
    entry.watch = watch;
    if (watch.phase === 'ok') this.#troubled.delete(entry);
    else this.#troubled.add(entry);
  }

  #ofHost(host: string): OfHost {
    let of = this.#hosts.get(host);
    if (of === undefined) {
      of = { entries: new Map(), rules: new Map(), version: this.#version };
      this.#hosts.set(host, of);
    }
    return of;
  }

  #rule(of: OfHost, host: WatchedHost, rule: RuleId): EffectiveRule {
    if (of.version !== this.#version) {
      of.rules.clear();
      of.version = this.#version;
    }
    let known = of.rules.get(rule);
    if (known === undefined) {
      known = this.#book.effective(host, rule);
      of.rules.set(rule, known);
    }
    return known;
  }

  #entry({ host, rule, part }: WatchPlace): Entry {
    return entryOf(this.#ofHost(host), host, rule, part);
  }

  /** The rule that holds for a host. */
  rule(host: WatchedHost, rule: RuleId): EffectiveRule {
    return this.#rule(this.#ofHost(host.id), host, rule);
  }
}

/** Most rules look at the whole host: no text is put together for those. */
function entryKey(rule: RuleId, part: string): string {
  return part === '' ? rule : `${rule} ${part}`;
}

function entryOf({ entries }: OfHost, host: string, rule: RuleId, part: string): Entry {
  const key = entryKey(rule, part);
  let entry = entries.get(key);
  if (entry === undefined) {
    entry = { place: { host, rule, part }, window: new Window(), watch: unwatched, value: 0, held: null, written: null };
    entries.set(key, entry);
  }
  return entry;
}

/** Nothing that the next start has to know. */
function isWell(watch: Watch): boolean {
  return watch.phase === 'ok' && watch.heldUntil <= watch.at;
}

function couldFire(value: number, worse: 'higher' | 'lower', { warning, critical }: RuleSettings): boolean {
  const first = (warning ?? critical)?.set;
  return first !== undefined && (worse === 'higher' ? value >= first : value <= first);
}

/** Whether a text names a rule that this Hum knows. */
export function isRule(rule: string): rule is RuleId {
  return (ruleIds as readonly string[]).includes(rule);
}
