import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import { type Problem, problemCodes } from '../../shared/errors.ts';
import type { Incident } from '../../shared/incident.ts';
import { transaction } from '../storage/database.ts';
import { type Message, readMessage } from './message.ts';

/** A message that is to be kept until it has arrived. Messages of one lane, a host, leave in the order in which they came. */
export interface Outgoing {
  readonly channel: string;
  readonly lane: string;
  readonly message: Message;
}

export interface Waiting {
  readonly id: number;
  readonly lane: string;
  readonly message: Message;
}

/** Of one channel; counts are of all time, times epoch ms. */
export interface Tally {
  readonly waiting: number;
  readonly oldestAt: number | null;
  readonly sent: number;
  readonly refused: number;
  readonly dropped: number;
  readonly lastSentAt: number | null;
  readonly refusal: { readonly at: number; readonly problem: Problem } | null;
}

export interface OutboxLimits {
  /** Messages that wait for one channel. */
  readonly most: number;
  /** What is older tells nobody anything, ms. */
  readonly oldestMs: number;
}

const usualLimits: OutboxLimits = { most: 50_000, oldestMs: 3 * 86_400_000 };
/** So that a long queue costs no more than a short one. */
const lookedThrough = 200;
const expiredAtOnce = 2_000;
const incidents = 'incidents';

const problem = z.object({ code: z.enum(problemCodes), message: z.string(), hint: z.string(), detail: z.string().optional() });
const refusalSchema = z.object({ at: z.number(), problem });

/**
 * What waits to be sent, in an opened database (outbox-schema.ts). A message is there until it has arrived, was refused for good or had to be
 * left out, each of which is counted in the same transaction: whatever ends Hum, nothing is lost, and at most what was under way is sent
 * twice. Every method throws what SQLite throws.
 */
export class Outbox {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #limits: OutboxLimits;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, now: () => number, limits: OutboxLimits = usualLimits) {
    this.#database = database;
    this.#now = now;
    this.#limits = limits;
  }

  /** The sequence of the last change of an incident that was taken in; undefined in a new outbox. */
  get cursor(): number | undefined {
    const at = this.#of('SELECT at FROM cursor WHERE name = ?').get(incidents)?.at;
    return at === undefined ? undefined : Number(at);
  }

  /**
   * Takes messages in, all or none; with `cursor`, the changes up to it are thereby dealt with. Over the bound the oldest samples go, then
   * the oldest of all.
   */
  add(messages: readonly Outgoing[], cursor?: number): void {
    transaction(this.#database, () => {
      for (const { channel, lane, message } of messages) {
        this.#run(
          'INSERT INTO message (channel, lane, kind, created_at, body) VALUES (?, ?, ?, ?, ?)',
          channel,
          lane,
          message.kind,
          this.#now(),
          JSON.stringify(message),
        );
        if (message.kind === 'incident') this.#heard(channel, message.change.incident);
      }
      if (cursor !== undefined) this.#run('INSERT OR REPLACE INTO cursor (name, at) VALUES (?, ?)', incidents, cursor);
      for (const channel of new Set(messages.map((each) => each.channel))) this.#bound(channel);
    });
  }

  /** Whether a channel was told of an incident that is not over. */
  told(channel: string, incident: string): boolean {
    return this.#of('SELECT 1 FROM told WHERE channel = ? AND incident = ?').get(channel, incident) !== undefined;
  }

  /** The first message of each of so many lanes that are not `busy`, the oldest first; looked for among the oldest of all lanes. */
  heads(channel: string, most: number, busy: ReadonlySet<string>): readonly Waiting[] {
    const rows = this.#of('SELECT id, lane FROM message WHERE channel = ? ORDER BY id LIMIT ?').all(channel, lookedThrough);
    const seen = new Set(busy);
    const heads = rows.filter(({ lane }) => {
      const first = !seen.has(String(lane)) && seen.size < busy.size + most;
      if (first) seen.add(String(lane));
      return first;
    });
    return this.#readable(
      channel,
      heads.map(({ id, lane }) => ({ id, lane, body: this.#of('SELECT body FROM message WHERE id = ?').get(Number(id))?.body })),
    );
  }

  /** The oldest messages of all lanes, in their order. */
  first(channel: string, most: number): readonly Waiting[] {
    return this.#readable(channel, this.#of('SELECT id, lane, body FROM message WHERE channel = ? ORDER BY id LIMIT ?').all(channel, most));
  }

  /** They have arrived. */
  sent(channel: string, ids: readonly number[]): void {
    transaction(this.#database, () => {
      const gone = this.#erase(ids);
      this.#count(channel, 'sent', gone);
      this.#run('UPDATE tally SET last_sent_at = ? WHERE channel = ?', this.#now(), channel);
    });
  }

  /** The other side does not want them, now or later. */
  refused(channel: string, ids: readonly number[], why: Problem): void {
    transaction(this.#database, () => {
      this.#count(channel, 'refused', this.#erase(ids));
      this.#run('UPDATE tally SET refusal = ? WHERE channel = ?', JSON.stringify({ at: this.#now(), problem: why }), channel);
    });
  }

  /** Leaves out what is too old, some of it at a time. Answers how many that were. */
  expire(channel: string): number {
    const before = this.#now() - this.#limits.oldestMs;
    const oldest = this.#oldestAt(channel);
    if (oldest === null || oldest >= before) return 0;
    return transaction(this.#database, () => {
      const { changes } = this.#run(
        'DELETE FROM message WHERE id IN (SELECT id FROM message WHERE channel = ? AND created_at < ? ORDER BY id LIMIT ?)',
        channel,
        before,
        expiredAtOnce,
      );
      this.#count(channel, 'dropped', Number(changes));
      return Number(changes);
    });
  }

  /** Leaves out everything that waits for a channel. */
  discard(channel: string): void {
    transaction(this.#database, () => {
      this.#count(channel, 'dropped', Number(this.#run('DELETE FROM message WHERE channel = ?', channel).changes));
    });
  }

  /** Samples of a host that could not even be kept. */
  missed(channel: string, messages: number): void {
    transaction(this.#database, () => this.#count(channel, 'dropped', messages));
  }

  /** Writes something, to see whether it can be. */
  touch(): true {
    this.#run('INSERT OR REPLACE INTO cursor (name, at) VALUES (?, ?)', 'touched', this.#now());
    return true;
  }

  /** The channel is no more. */
  forget(channel: string): void {
    transaction(this.#database, () => {
      this.#run('DELETE FROM message WHERE channel = ?', channel);
      this.#run('DELETE FROM tally WHERE channel = ?', channel);
      this.#run('DELETE FROM told WHERE channel = ?', channel);
    });
  }

  tally(channel: string): Tally {
    const row = this.#of('SELECT sent, refused, dropped, last_sent_at, refusal FROM tally WHERE channel = ?').get(channel);
    const waiting = this.#of('SELECT COUNT(*) AS n FROM message WHERE channel = ?').get(channel)?.n;
    return {
      waiting: Number(waiting ?? 0),
      oldestAt: this.#oldestAt(channel),
      sent: Number(row?.sent ?? 0),
      refused: Number(row?.refused ?? 0),
      dropped: Number(row?.dropped ?? 0),
      lastSentAt: timeOf(row?.last_sent_at),
      refusal: typeof row?.refusal === 'string' ? readRefusal(row.refusal) : null,
    };
  }

  #oldestAt(channel: string): number | null {
    return timeOf(this.#of('SELECT created_at FROM message WHERE channel = ? ORDER BY id LIMIT 1').get(channel)?.created_at);
  }

  #heard(channel: string, { id, state }: Incident): void {
    if (state === 'resolved') this.#run('DELETE FROM told WHERE channel = ? AND incident = ?', channel, id);
    else this.#run('INSERT OR IGNORE INTO told (channel, incident) VALUES (?, ?)', channel, id);
  }

  #bound(channel: string): void {
    const waiting = Number(this.#of('SELECT COUNT(*) AS n FROM message WHERE channel = ?').get(channel)?.n ?? 0);
    let over = waiting - this.#limits.most;
    if (over <= 0) return;
    for (const choice of [`AND kind = 'sample'`, '']) {
      const { changes } = this.#run(
        `DELETE FROM message WHERE id IN (SELECT id FROM message WHERE channel = ? ${choice} ORDER BY id LIMIT ?)`,
        channel,
        over,
      );
      this.#count(channel, 'dropped', Number(changes));
      over -= Number(changes);
      if (over <= 0) return;
    }
  }

  /** What a row holds; one that cannot be read would stand in its lane for ever, so it goes. */
  #readable(channel: string, rows: readonly Record<string, unknown>[]): Waiting[] {
    const read = rows.map((row) => ({ id: Number(row.id), lane: String(row.lane), message: readMessage(String(row.body)) }));
    const broken = read.flatMap(({ id, message }) => (message === undefined ? [id] : []));
    if (broken.length > 0) transaction(this.#database, () => this.#count(channel, 'dropped', this.#erase(broken)));
    return read.flatMap(({ id, lane, message }) => (message === undefined ? [] : [{ id, lane, message }]));
  }

  #erase(ids: readonly number[]): number {
    let gone = 0;
    for (const id of ids) gone += Number(this.#run('DELETE FROM message WHERE id = ?', id).changes);
    return gone;
  }

  #count(channel: string, what: 'sent' | 'refused' | 'dropped', by: number): void {
    this.#run('INSERT OR IGNORE INTO tally (channel) VALUES (?)', channel);
    this.#run(`UPDATE tally SET ${what} = ${what} + ? WHERE channel = ?`, by, channel);
  }

  #run(sql: string, ...values: SQLInputValue[]) {
    return this.#of(sql).run(...values);
  }

  #of(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function timeOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function readRefusal(text: string): Tally['refusal'] {
  try {
    const { at, problem: why } = refusalSchema.parse(JSON.parse(text));
    const { detail, ...rest } = why;
    return { at, problem: detail === undefined ? rest : { ...rest, detail } };
  } catch {
    return null;
  }
}
