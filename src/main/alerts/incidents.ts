import { randomUUID } from 'node:crypto';
import type { RuleKind } from '../../shared/alert-rules.ts';
import { ruleValue } from '../../shared/alert-rules.ts';
import type { Evidence, IncidentView, TimelineEntry } from '../../shared/contract/alerts.ts';
import type { IncidentChange, IncidentEvent } from '../../shared/incident.ts';
import { formatDuration } from '../../shared/units.ts';
import type { WatchPlace } from './alert-store.ts';
import { type Circumstances, wordsOf } from './words.ts';

/** What is new and not on disk yet. */
export interface Unwritten {
  incidents: Map<string, IncidentView>;
  entries: { readonly incident: string; readonly entry: TimelineEntry }[];
  evidence: Map<string, Evidence>;
  changes: IncidentChange[];
}

const mostEnded = 1_000;

const placeKey = ({ host, rule, part }: WatchPlace) => `${host} ${rule} ${part}`;

/** The incidents that are open. Every change is made here first, and told to whoever writes it down. */
export class Incidents {
  readonly open = new Map<string, IncidentView>();
  /** Counts every change; `changedAt` is the count at which an incident changed last. */
  revision = 0;
  readonly changedAt = new Map<string, number>();
  unwritten: Unwritten = nothing();
  readonly #byPlace = new Map<string, string>();
  /** Those that were resolved lately: whoever reads the stream has to be told once. */
  readonly #ended = new Map<string, IncidentView>();

  load(incidents: readonly IncidentView[]): void {
    for (const incident of incidents) {
      this.open.set(incident.id, incident);
      this.#byPlace.set(placeKey(placeOfIncident(incident)), incident.id);
    }
  }

  at(place: WatchPlace): IncidentView | undefined {
    return this.open.get(this.#byPlace.get(placeKey(place)) ?? '');
  }

  opened(place: WatchPlace, circumstances: Circumstances, since: number, at: number): IncidentView {
    const { host, part, kind, severity, value, setAt } = circumstances;
    const incident: IncidentView = {
      ...wordsOf(circumstances),
      id: randomUUID(),
      hostId: place.host,
      host,
      part,
      rule: kind.id,
      ruleName: kind.name,
      severity,
      state: 'firing',
      since,
      openedAt: at,
      resolvedAt: null,
      value,
      unit: kind.unit,
      worst: value,
      setAt,
      acknowledgedBy: null,
      note: '',
      snoozedUntil: null,
      hasEvidence: false,
    };
    this.#byPlace.set(placeKey(place), incident.id);
    this.#changed(incident, 'opened', at, incident.summary, null);
    return incident;
  }

  /** It has become worse, or less bad. What was acknowledged was the lesser trouble: it fires again. */
  changed(place: WatchPlace, event: 'worsened' | 'eased', circumstances: Circumstances, at: number): void {
    const before = this.at(place);
    if (before === undefined) return;
    const { severity, value, kind, setAt } = circumstances;
    const again = event === 'worsened' ? ({ state: 'firing', acknowledgedBy: null, snoozedUntil: null } as const) : {};
    const next = { ...before, ...wordsOf(circumstances), severity, value, worst: worseOf(kind, before.worst, value), setAt, ...again };
    this.#changed(next, event, at, next.summary, null);
  }

  /** The figure of now; the summary tells it too. */
  measured(place: WatchPlace, circumstances: Circumstances): void {
    const before = this.at(place);
    if (before === undefined) return;
    const { kind, value } = circumstances;
    const worst = worseOf(kind, before.worst, value);
    const same = before.value !== null && ruleValue(kind.unit, before.value) === ruleValue(kind.unit, value);
    if (same && worst === before.worst) return;
    this.open.set(before.id, { ...before, ...wordsOf({ ...circumstances, severity: before.severity }), value, worst });
    this.#mark(before.id);
    // The worst is worth a write; what comes and goes is not.
    if (worst !== before.worst) this.unwritten.incidents.set(before.id, this.open.get(before.id) as IncidentView);
  }

  resolved(place: WatchPlace, at: number, text: string): void {
    const before = this.at(place);
    if (before === undefined) return;
    this.#byPlace.delete(placeKey(place));
    const next: IncidentView = { ...before, state: 'resolved', resolvedAt: at, snoozedUntil: null };
    this.#changed(next, 'resolved', at, `${text} It lasted ${formatDuration(at - before.since)}.`, null);
    this.open.delete(before.id);
    this.#ended.set(next.id, next);
    for (const id of [...this.#ended.keys()].slice(0, Math.max(0, this.#ended.size - mostEnded))) {
      this.#ended.delete(id);
      this.changedAt.delete(id);
    }
  }

  /** Those that changed after this revision, resolved ones too. */
  changedSince(revision: number): IncidentView[] {
    return [...this.#ended.values(), ...this.open.values()].filter(({ id }) => (this.changedAt.get(id) ?? 0) > revision);
  }

  acknowledge(ids: readonly string[], note: string, by: string, at: number): number {
    return this.#each(ids, (before) => {
      const next: IncidentView = { ...before, state: 'acknowledged', acknowledgedBy: by, snoozedUntil: null, note: note || before.note };
      this.#changed(next, 'acknowledged', at, note, by);
    });
  }

  unacknowledge(ids: readonly string[], by: string, at: number): number {
    return this.#each(ids, (before) => {
      if (before.state === 'firing') return;
      const next: IncidentView = { ...before, state: 'firing', acknowledgedBy: null, snoozedUntil: null };
      this.#keep(next, { at, kind: 'unacknowledged', text: '', by });
    });
  }

  snooze(ids: readonly string[], until: number, by: string, at: number): number {
    return this.#each(ids, (before) => {
      const next: IncidentView = { ...before, state: 'snoozed', snoozedUntil: until };
      this.#changed(next, 'snoozed', at, `For ${formatDuration(until - at)}.`, by);
    });
  }

  addNote(ids: readonly string[], note: string, by: string, at: number): number {
    return this.#each(ids, (before) => this.#keep({ ...before, note }, { at, kind: 'note', text: note, by }));
  }

  addEvidence(id: string, evidence: Evidence | null, text: string, at: number): void {
    const before = this.open.get(id);
    if (evidence !== null) this.unwritten.evidence.set(id, evidence);
    const entry: TimelineEntry = { at, kind: 'evidence', text, by: null };
    if (before === undefined) this.unwritten.entries.push({ incident: id, entry });
    else this.#keep({ ...before, hasEvidence: before.hasEvidence || evidence !== null }, entry);
    this.#mark(id);
  }

  /** Ends what was snoozed long enough: it is told of as if it were new, unless somebody has acknowledged it. */
  wake(at: number): void {
    for (const before of this.open.values()) {
      if (before.snoozedUntil === null || at < before.snoozedUntil) continue;
      const state = before.acknowledgedBy === null ? 'firing' : 'acknowledged';
      const next: IncidentView = { ...before, state, snoozedUntil: null };
      this.#keep(next, { at, kind: 'woken', text: 'The snooze is over.', by: null });
      if (state === 'firing') this.unwritten.changes.push({ event: 'opened', at, incident: next });
    }
  }

  /** Something beside the incidents is new: the stream has it as well. */
  touch(): void {
    this.revision += 1;
  }

  take(): Unwritten {
    const taken = this.unwritten;
    this.unwritten = nothing();
    return taken;
  }

  /** What could not be written waits, before what has come since. */
  putBack(taken: Unwritten): void {
    const now = this.unwritten;
    this.unwritten = {
      incidents: new Map([...taken.incidents, ...now.incidents]),
      entries: [...taken.entries, ...now.entries],
      evidence: new Map([...taken.evidence, ...now.evidence]),
      changes: [...taken.changes, ...now.changes],
    };
  }

  #each(ids: readonly string[], act: (incident: IncidentView) => void): number {
    const found = [...new Set(ids)].flatMap((id) => this.open.get(id) ?? []);
    for (const incident of found) act(incident);
    return found.length;
  }

  #changed(incident: IncidentView, event: IncidentEvent, at: number, text: string, by: string | null): void {
    this.#keep(incident, { at, kind: event, text, by });
    this.unwritten.changes.push({ event, at, incident });
  }

  #keep(incident: IncidentView, entry: TimelineEntry): void {
    this.open.set(incident.id, incident);
    this.unwritten.incidents.set(incident.id, incident);
    this.unwritten.entries.push({ incident: incident.id, entry });
    this.#mark(incident.id);
  }

  #mark(id: string): void {
    this.revision += 1;
    this.changedAt.set(id, this.revision);
  }
}

function nothing(): Unwritten {
  return { incidents: new Map(), entries: [], evidence: new Map(), changes: [] };
}

function placeOfIncident({ hostId, rule, part }: IncidentView): WatchPlace {
  return { host: hostId, rule: rule as WatchPlace['rule'], part: part ?? '' };
}

function worseOf({ worse }: RuleKind, before: number | null, value: number): number {
  if (before === null) return value;
  return worse === 'higher' ? Math.max(before, value) : Math.min(before, value);
}
