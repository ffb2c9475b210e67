import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { RuleId, RuleSettings } from '../../shared/alert-rules.ts';
import type { Downtime, Evidence, IncidentView, SetRule, TimelineEntry } from '../../shared/contract/alerts.ts';
import type { IncidentChange } from '../../shared/incident.ts';
import { transaction } from '../storage/database.ts';
import type { Watch } from './machine.ts';
import { scopeKey, scopeOf } from './rule-book.ts';

/** Where a watch belongs: `part` is empty where the rule looks at the whole host. */
export interface WatchPlace {
  readonly host: string;
  readonly rule: RuleId;
  readonly part: string;
}

/** The kernel's count of OOM kills as it was last seen, in which boot, and the kills of the last while. Epoch ms. */
export interface OomCount {
  readonly seen: number;
  readonly bootedAt: number;
  readonly kills: readonly (readonly [at: number, count: number])[];
}

/** What is to be written in one transaction. */
export interface Writes {
  readonly incidents: ReadonlyMap<string, IncidentView>;
  readonly entries: readonly { readonly incident: string; readonly entry: TimelineEntry }[];
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly changes: readonly IncidentChange[];
  /** Null for one that is simply well. */
  readonly watches: readonly { readonly place: WatchPlace; readonly watch: Watch | null }[];
  readonly ooms: ReadonlyMap<string, OomCount>;
}

export interface ResolvedQuery {
  readonly host: string | null;
  readonly rule: string | null;
  readonly until: number | null;
  readonly before: string | null;
}

/** What the channels may have missed, and how long what was resolved is kept. */
const kept = { changes: 20_000, incidents: 100_000 };

type Row = Record<string, SQLOutputValue>;

/** Incidents, rules and watches in an opened database (alerts-schema.ts). Every method throws what SQLite throws; a write is on disk when it returns. */
export class AlertStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  open(): IncidentView[] {
    return this.#all('SELECT data FROM incident WHERE resolved_at IS NULL ORDER BY seq').flatMap(json<IncidentView>);
  }

  watches(): { readonly place: WatchPlace; readonly watch: Watch }[] {
    return this.#all('SELECT * FROM watch').flatMap((row) =>
      json<Watch>(row).map((watch) => ({ place: { host: String(row.host), rule: row.rule as RuleId, part: String(row.part) }, watch })),
    );
  }

  ooms(): Map<string, OomCount> {
    return new Map(this.#all('SELECT * FROM oom').flatMap((row) => json<OomCount>(row).map((count) => [String(row.host), count] as const)));
  }

  rules(): SetRule[] {
    return this.#all('SELECT * FROM rule').flatMap((row) =>
      parsed<RuleSettings>(row.settings).map((settings) => ({
        rule: row.rule as RuleId,
        scope: scopeOf(String(row.scope)),
        settings,
        by: String(row.actor),
        at: Number(row.at),
      })),
    );
  }

  /** Those that are not over yet, the next to end first. */
  downtimes(now: number): Downtime[] {
    return this.#all('SELECT * FROM downtime WHERE until > ? ORDER BY until', now).map((row) => ({
      id: String(row.id),
      scope: scopeOf(String(row.scope)),
      from: Number(row.begin),
      until: Number(row.until),
      reason: String(row.reason),
      by: String(row.actor),
    }));
  }

  putRule({ rule, scope, settings, by, at }: SetRule): void {
    this.#run('INSERT OR REPLACE INTO rule VALUES (?, ?, ?, ?, ?)', rule, scopeKey(scope), JSON.stringify(settings), by, at);
  }

  removeRule(rule: RuleId, scope: SetRule['scope']): void {
    this.#run('DELETE FROM rule WHERE rule = ? AND scope = ?', rule, scopeKey(scope));
  }

  putDowntime({ id, scope, from, until, reason, by }: Downtime): void {
    this.#run('INSERT INTO downtime VALUES (?, ?, ?, ?, ?, ?)', id, scopeKey(scope), from, until, reason, by);
  }

  endDowntime(id: string, at: number): boolean {
    return this.#database.prepare('UPDATE downtime SET until = ? WHERE id = ? AND until > ?').run(at, id, at).changes > 0;
  }

  write({ incidents, entries, evidence, changes, watches, ooms }: Writes): void {
    const database = this.#database;
    transaction(database, () => {
      const putIncident = database.prepare(
        `INSERT INTO incident (id, host, rule, part, opened_at, resolved_at, severity, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET resolved_at = excluded.resolved_at, severity = excluded.severity, data = excluded.data`,
      );
      for (const each of incidents.values()) {
        const { id, hostId, rule, part, openedAt, resolvedAt, severity } = each;
        putIncident.run(id, hostId, rule, part, openedAt, resolvedAt, severity, JSON.stringify(each));
      }
      const putEntry = database.prepare('INSERT INTO entry (incident, at, kind, text, actor) VALUES (?, ?, ?, ?, ?)');
      for (const { incident, entry } of entries) putEntry.run(incident, entry.at, entry.kind, entry.text, entry.by);
      const putEvidence = database.prepare('INSERT OR REPLACE INTO evidence VALUES (?, ?)');
      for (const [incident, found] of evidence) putEvidence.run(incident, JSON.stringify(found));
      const putChange = database.prepare('INSERT INTO change (data) VALUES (?)');
      for (const change of changes) putChange.run(JSON.stringify(change));
      const putWatch = database.prepare('INSERT OR REPLACE INTO watch VALUES (?, ?, ?, ?)');
      const removeWatch = database.prepare('DELETE FROM watch WHERE host = ? AND rule = ? AND part = ?');
      for (const { place, watch } of watches) {
        if (watch === null) removeWatch.run(place.host, place.rule, place.part);
        else putWatch.run(place.host, place.rule, place.part, JSON.stringify(watch));
      }
      const putOom = database.prepare('INSERT OR REPLACE INTO oom VALUES (?, ?)');
      for (const [host, count] of ooms) putOom.run(host, JSON.stringify(count));
      if (changes.length > 0) {
        this.#run('DELETE FROM change WHERE sequence <= (SELECT max(sequence) FROM change) - ?', kept.changes);
        this.#run('DELETE FROM incident WHERE resolved_at IS NOT NULL AND seq <= (SELECT max(seq) FROM incident) - ?', kept.incidents);
      }
    });
  }

  find(id: string): IncidentView | undefined {
    return this.#all('SELECT data FROM incident WHERE id = ?', id).flatMap(json<IncidentView>)[0];
  }

  timeline(id: string): TimelineEntry[] {
    return this.#all('SELECT * FROM entry WHERE incident = ? ORDER BY id LIMIT 2000', id).map((row) => ({
      at: Number(row.at),
      kind: row.kind as TimelineEntry['kind'],
      text: String(row.text),
      by: row.actor === null ? null : String(row.actor),
    }));
  }

  evidence(id: string): Evidence | undefined {
    return this.#all('SELECT data FROM evidence WHERE incident = ?', id).flatMap(json<Evidence>)[0];
  }

  /** Newest first. */
  resolved({ host, rule, until, before }: ResolvedQuery, limit: number): IncidentView[] {
    const conditions = ['resolved_at IS NOT NULL'];
    const values: (string | number)[] = [];
    const only = (condition: string, value: string | number | null) => {
      if (value === null) return;
      conditions.push(condition);
      values.push(value);
    };
    only('host = ?', host);
    only('rule = ?', rule);
    only('opened_at < ?', until);
    only('seq < (SELECT seq FROM incident WHERE id = ?)', before);
    const query = `SELECT data FROM incident WHERE ${conditions.join(' AND ')} ORDER BY seq DESC LIMIT ?`;
    return this.#all(query, ...values, limit).flatMap(json<IncidentView>);
  }

  /** When those that were opened since then were, and how bad they came to be. */
  openedSince(at: number): { readonly at: number; readonly severity: string }[] {
    return this.#all('SELECT opened_at, severity FROM incident WHERE opened_at >= ?', at).map((row) => ({
      at: Number(row.opened_at),
      severity: String(row.severity),
    }));
  }

  /** The changes after this number, oldest first, at most so many. */
  changesSince(sequence: number, limit: number): { readonly sequence: number; readonly change: IncidentChange }[] {
    return this.#all('SELECT * FROM change WHERE sequence > ? ORDER BY sequence LIMIT ?', sequence, limit).flatMap((row) =>
      json<IncidentChange>(row).map((change) => ({ sequence: Number(row.sequence), change })),
    );
  }

  counts(): Readonly<Record<'incident' | 'entry' | 'change' | 'watch', number>> {
    const count = (table: string) => Number(this.#all(`SELECT count(*) AS n FROM ${table}`)[0]?.n);
    return { incident: count('incident'), entry: count('entry'), change: count('change'), watch: count('watch') };
  }

  close(): void {
    this.#database.close();
  }

  #all(sql: string, ...values: (string | number)[]): Row[] {
    return this.#database.prepare(sql).all(...values);
  }

  #run(sql: string, ...values: (string | number)[]): void {
    this.#database.prepare(sql).run(...values);
  }
}

/** The JSON in a row; nothing where it is none. */
function json<T>({ data }: Row): T[] {
  return parsed<T>(data);
}

function parsed<T>(data: SQLOutputValue | undefined): T[] {
  try {
    return [JSON.parse(String(data)) as T];
  } catch {
    return [];
  }
}
