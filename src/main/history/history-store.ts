import type { DatabaseSync } from 'node:sqlite';
import type { BytesPerHostDay, HistoryTier } from '../../shared/contract/history.ts';
import { transaction } from '../storage/database.ts';
import { Buckets, timeColumn } from './buckets.ts';
import { columns } from './columns.ts';
import { chunkMs, dayMs, hourMs, minuteMs, OpenChunk } from './open-chunk.ts';
import { type PackedColumn, pack, unpack } from './pack.ts';
import { pruneGone, pruneOld, shrink } from './pruning.ts';
import { Statements, tierNumbers } from './statements.ts';

/** A sample that is to be kept: of which host, when (epoch ms), and its figures in whole steps (columns.ts). */
export interface Arrival {
  readonly key: string;
  readonly at: number;
  readonly figures: Float32Array;
}

/** What a range is read from: chunks of each tier, and until when summaries count (what comes later is in a finer tier). */
export interface StoredRange {
  readonly samples: readonly Uint8Array[];
  readonly minutes: readonly Uint8Array[];
  readonly minutesUntil: number;
  readonly hours: readonly Uint8Array[];
  readonly hoursUntil: number;
}

/** Of a host of the demo fleet; `bench history` measures them. */
export const usualBytesPerHostDay: BytesPerHostDay = { sample: 400_000, minute: 115_000, hour: 3_000 };
/** Fewer chunks than this tell little. */
const tellingChunks = 20;
/** What SQLite needs beside the chunks themselves: half-filled pages and indexes. */
const overhead = 1.15;

/** Samples of one sweep have consecutive positions; this many fit between those of two sweeps. */
const mostInSweep = 2 ** 20;
const columnIds = Uint8Array.from(columns, ({ id }) => id);

/**
 * The history in an opened database (history-schema.ts). A sweep is written as one row and one transaction, and its samples are held open in memory; ten
 * minutes of a host become a chunk later, in small steps (`work`). After a crash the sweeps say what was not in a chunk yet.
 * Every method throws what SQLite throws; nothing is changed in memory then.
 */
export class HistoryStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #hosts = new Map<string, number>();
  readonly #statements: Statements;
  readonly #open = new Map<number, OpenChunk>();
  /** Chunks that nothing is added to any more, in the order in which they are to be sealed. */
  #full: OpenChunk[] = [];
  #seq: number;

  /** `now`: epoch ms. */
  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.#now = now;
    const sealed = new Map<number, number>();
    for (const row of database.prepare('SELECT id, key, sealed FROM host').iterate()) {
      this.#hosts.set(String(row.key), Number(row.id));
      sealed.set(Number(row.id), Number(row.sealed));
    }
    this.#seq = Math.floor(Math.max(0, ...sealed.values()) / mostInSweep);
    this.#replay(sealed);
  }

  get hosts(): number {
    return this.#hosts.size;
  }

  /** Writes what arrived as one transaction. More than a million samples are too many for one sweep and not taken. */
  append(arrivals: readonly Arrival[]): void {
    const taken = arrivals.slice(0, mostInSweep);
    if (taken.length === 0) return;
    const seq = this.#seq + 1;
    const added = new Map<string, number>();
    const ids = new Uint32Array(taken.length);
    const times = new Float64Array(taken.length);
    const figures = new Float32Array(taken.length * columns.length);
    transaction(this.#database, () => {
      for (const [index, arrival] of taken.entries()) {
        let id = this.#hosts.get(arrival.key) ?? added.get(arrival.key);
        if (id === undefined) {
          id = this.#addHost(arrival.key);
          added.set(arrival.key, id);
        }
        ids[index] = id;
        times[index] = arrival.at;
        figures.set(arrival.figures, index * columns.length);
      }
      this.#statements.run(
        'INSERT INTO sweep (seq, columns, hosts, times, figures) VALUES (?, ?, ?, ?, ?)',
        seq,
        columnIds,
        ...[ids, times, figures].map(bytesOf),
      );
    });
    this.#seq = seq;
    for (const [key, id] of added) this.#hosts.set(key, id);
    for (const [index, id] of ids.entries()) {
      this.#take(id, times[index] ?? 0, seq * mostInSweep + index, figures.subarray(index * columns.length, (index + 1) * columns.length));
    }
  }

  /** Tells which hosts there are: the rows of all others go, after a while in which they may come back. */
  setHosts(keys: ReadonlySet<string>): void {
    transaction(this.#database, () => {
      for (const { key, gone_at } of this.#statements.of('SELECT key, gone_at FROM host').all()) {
        const gone = !keys.has(String(key));
        if (gone === (gone_at !== null)) continue;
        this.#statements.run('UPDATE host SET gone_at = ? WHERE key = ?', gone ? this.#now() : null, String(key));
      }
    });
  }

  /**
   * Packs what is full, and removes what is past its time or does not fit into `limitBytes`: for about `budgetMs`, in one transaction. Answers
   * whether there is more to do.
   */
  work(limitBytes: number, budgetMs: number): boolean {
    const now = this.#now();
    for (const [host, chunk] of this.#open) {
      // One that lies in the future was begun before the clock was set back.
      if (chunk.end > now && chunk.end - chunkMs <= now) continue;
      this.#full.push(chunk);
      this.#open.delete(host);
    }
    let sealed = 0;
    let more = true;
    const goneHosts: string[] = [];
    transaction(this.#database, () => {
      const end = performance.now() + budgetMs;
      while (more && performance.now() < end) {
        const chunk = this.#full[sealed];
        if (chunk === undefined)
          more =
            this.#trimSweeps(sealed) ||
            pruneOld(this.#statements, now) ||
            pruneGone(this.#statements, now, goneHosts) ||
            shrink(this.#statements, now, limitBytes);
        else {
          this.#seal(chunk);
          sealed += 1;
        }
      }
    });
    this.#full = this.#full.slice(sealed);
    for (const key of goneHosts) this.#forget(key);
    return more;
  }

  /** What is kept of a host between two moments, as coarsely as `tier` but finer where only that is there; undefined for an unknown host. */
  stored(key: string, from: number, to: number, tier: HistoryTier): StoredRange | undefined {
    const host = this.#hosts.get(key);
    if (host === undefined) return undefined;
    const samplesFrom = tier === 'sample' ? this.#begin(host, 'sample', chunkMs) : Number.POSITIVE_INFINITY;
    const minutesFrom = tier === 'hour' ? Number.POSITIVE_INFINITY : this.#begin(host, 'minute', hourMs);
    return {
      samples: samplesFrom < to ? this.#blobs(host, 'sample', from, to, chunkMs) : [],
      minutes: minutesFrom < to && from < samplesFrom ? this.#blobs(host, 'minute', from, Math.min(to, samplesFrom), hourMs) : [],
      minutesUntil: samplesFrom,
      hours: from < minutesFrom ? this.#blobs(host, 'hour', from, Math.min(to, minutesFrom), dayMs) : [],
      hoursUntil: minutesFrom,
    };
  }

  /** The samples of a host that are in no chunk yet. */
  unpacked(key: string): readonly OpenChunk[] {
    const host = this.#hosts.get(key);
    const open = host === undefined ? undefined : this.#open.get(host);
    return [...this.#full.filter((chunk) => chunk.host === host), ...(open === undefined ? [] : [open])];
  }

  bytesPerHostDay(): BytesPerHostDay {
    const measured = (tier: HistoryTier) => {
      const row = this.#statements
        .of(
          `SELECT COUNT(*) AS chunks, SUM(LENGTH(data)) AS bytes, SUM(until - at) AS ms
           FROM (SELECT data, at, until FROM chunk WHERE tier = ? ORDER BY until DESC LIMIT 100)`,
        )
        .get(tierNumbers[tier]);
      if (row === undefined || Number(row.chunks) < tellingChunks || Number(row.ms) <= 0) return usualBytesPerHostDay[tier];
      return Math.round((Number(row.bytes) / Number(row.ms)) * dayMs * overhead);
    };
    return { sample: measured('sample'), minute: measured('minute'), hour: measured('hour') };
  }

  close(): void {
    this.#database.close();
  }

  #replay(sealed: ReadonlyMap<number, number>): void {
    for (const row of this.#statements.of('SELECT * FROM sweep ORDER BY seq').iterate()) {
      const seq = Number(row.seq);
      this.#seq = Math.max(this.#seq, seq);
      const ids = [...(row.columns as Uint8Array)];
      const hosts = new Uint32Array(bufferOf(row.hosts, 4));
      const times = new Float64Array(bufferOf(row.times, 8));
      const figures = new Float32Array(bufferOf(row.figures, 4));
      const places = columns.map(({ id }) => ids.indexOf(id));
      for (const [index, host] of hosts.entries()) {
        const position = seq * mostInSweep + index;
        const at = times[index];
        if (at === undefined || position <= (sealed.get(host) ?? Number.POSITIVE_INFINITY)) continue;
        const own = Float32Array.from(places, (place) => (place < 0 ? Number.NaN : (figures[index * ids.length + place] ?? Number.NaN)));
        this.#take(host, at, position, own);
      }
    }
  }

  #addHost(key: string): number {
    const row = this.#statements
      .of('INSERT INTO host (key, sealed) VALUES (?, 0) ON CONFLICT (key) DO UPDATE SET gone_at = NULL RETURNING id')
      .get(key);
    return Number(row?.id);
  }

  #take(host: number, at: number, position: number, figures: Float32Array): void {
    const open = this.#open.get(host);
    if (open?.take(at, position, figures)) return;
    if (open !== undefined) this.#full.push(open);
    const chunk = new OpenChunk(host, at, position);
    chunk.take(at, position, figures);
    this.#open.set(host, chunk);
  }

  #seal(chunk: OpenChunk): void {
    const { host, rows, times, steps } = chunk;
    const samples: PackedColumn[] = [
      { id: timeColumn, values: times },
      ...columns.map(({ id }, column) => ({
        id,
        values: Float64Array.from({ length: rows }, (_, row) => steps[row * columns.length + column] ?? Number.NaN),
      })),
    ];
    this.#insert('sample', host, times[0] ?? 0, times[rows - 1] ?? 0, pack(rows, samples));
    const start = chunk.end - chunkMs;
    this.#summarise('minute', chunk, new Buckets(Math.floor(start / hourMs) * hourMs, minuteMs, 60));
    this.#summarise('hour', chunk, new Buckets(Math.floor(start / dayMs) * dayMs, hourMs, 24));
    this.#statements.run('UPDATE host SET sealed = ? WHERE id = ?', chunk.lastPosition, host);
  }

  /** Adds a chunk's samples to the summaries that the buckets stand for. */
  #summarise(tier: HistoryTier, chunk: OpenChunk, buckets: Buckets): void {
    const before = this.#statements
      .of('SELECT id, until, data FROM chunk WHERE host = ? AND tier = ? AND at = ?')
      .get(chunk.host, tierNumbers[tier], buckets.from);
    const known = before === undefined ? undefined : whole(before.data as Uint8Array);
    if (known !== undefined) buckets.addSummaries(known, buckets.stepMs);
    buckets.addRows(chunk);
    const { rows, columns: summaries } = buckets.summaries();
    const data = pack(rows, summaries);
    const last = Math.floor((chunk.times[chunk.rows - 1] ?? 0) / buckets.stepMs + 1) * buckets.stepMs;
    if (before === undefined) this.#insert(tier, chunk.host, buckets.from, last, data);
    else
      this.#statements.run(
        'UPDATE chunk SET data = ?, until = ? WHERE id = ?',
        data,
        Math.max(last, Number(before.until)),
        Number(before.id),
      );
  }

  #insert(tier: HistoryTier, host: number, at: number, until: number, data: Uint8Array): void {
    this.#statements.run(
      'INSERT INTO chunk (tier, host, at, until, data) VALUES (?, ?, ?, ?, ?)',
      tierNumbers[tier],
      host,
      at,
      until,
      data,
    );
  }

  /** Removes sweeps whose samples are all in chunks, those of the first `sealed` full ones among them. */
  #trimSweeps(sealed: number): boolean {
    let first = (this.#seq + 1) * mostInSweep;
    for (const chunk of [...this.#full.slice(sealed), ...this.#open.values()]) first = Math.min(first, chunk.firstPosition);
    return (
      this.#statements.run(
        'DELETE FROM sweep WHERE seq IN (SELECT seq FROM sweep WHERE seq < ? ORDER BY seq LIMIT 4)',
        Math.floor(first / mostInSweep),
      ) > 0
    );
  }

  #forget(key: string): void {
    const host = this.#hosts.get(key);
    if (host === undefined) return;
    this.#hosts.delete(key);
    this.#open.delete(host);
    this.#full = this.#full.filter((chunk) => chunk.host !== host);
  }

  /** When what is kept of a host in this tier begins, at a whole chunk; infinity when nothing is. */
  #begin(host: number, tier: HistoryTier, lengthMs: number): number {
    const row = this.#statements.of('SELECT MIN(at) AS at FROM chunk WHERE host = ? AND tier = ?').get(host, tierNumbers[tier]);
    return typeof row?.at === 'number' ? Math.floor(row.at / lengthMs) * lengthMs : Number.POSITIVE_INFINITY;
  }

  #blobs(host: number, tier: HistoryTier, from: number, to: number, lengthMs: number): Uint8Array[] {
    return this.#statements
      .of('SELECT data FROM chunk WHERE host = ? AND tier = ? AND at > ? AND at < ? ORDER BY at LIMIT 2000')
      .all(host, tierNumbers[tier], from - lengthMs, to)
      .map(({ data }) => data as Uint8Array);
  }
}

/** A chunk that is damaged is written anew rather than added to. */
function whole(blob: Uint8Array): Uint8Array | undefined {
  try {
    unpack(blob, () => true);
    return blob;
  } catch {
    return undefined;
  }
}

function bytesOf(array: Uint32Array | Float64Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A copy, as a typed array must begin at a multiple of its width, and have whole ones however damaged the row is. */
function bufferOf(blob: unknown, width: number): ArrayBuffer {
  const bytes = blob as Uint8Array;
  return Uint8Array.from(bytes.subarray(0, bytes.length - (bytes.length % width))).buffer;
}
