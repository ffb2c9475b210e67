import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { HostSample } from '../../shared/contract/fleet.ts';
import type { HistoryRange, HistoryState } from '../../shared/contract/history.ts';
import { HumError, messageOf, type Problem } from '../../shared/errors.ts';
import { isDamage, openDatabase, replaceDamaged } from '../storage/database.ts';
import { abortable, Bell, pause } from '../stream.ts';
import type { StepRows } from './buckets.ts';
import { columns, writeSteps } from './columns.ts';
import { historyMigrations } from './history-schema.ts';
import { type Arrival, HistoryStore, usualBytesPerHostDay } from './history-store.ts';
import { type RangeQuery, readRange } from './range.ts';

export interface HistoryDeps {
  /** The data folder; the history is `history.db` in it. */
  readonly dataDir: string;
  /** How much disk it may take, bytes. */
  readonly limitBytes: () => number;
  readonly log: { info(data: object, message: string): void; warn(data: object, message: string): void };
  /** Epoch ms. */
  readonly now?: () => number;
  /** How often what arrived is written, ms. */
  readonly sweepMs?: number;
}

/** The memory of the fleet: every sample on disk, for later. Nothing that happens to it hinders the console. */
export interface History {
  /** Takes a sample in; it is on disk with the next sweep. */
  collect(host: string, sample: HostSample): void;
  /** Which hosts there are; the history of all others is removed after ten minutes. */
  setHosts(ids: Iterable<string>): void;
  /** @throws HumError `history-failed` */
  range(query: RangeQuery): Promise<HistoryRange>;
  watch(signal?: AbortSignal): AsyncGenerator<HistoryState, void, void>;
  /** Writes what has arrived and closes the file. */
  stop(): void;
}

const usualSweepMs = 5_000;
/** At most so long does a step of the upkeep hold the event loop, and so long does it leave it to others. */
const [stepMs, restMs] = [8, 25];
/** What no fleet sends between two sweeps. */
const mostPending = 100_000;
/** How often it is measured what a day takes, in sweeps. */
const measuredEach = 12;

/** Opens the history. A file that cannot be opened is a problem in its state, and tried again with each sweep. */
export function openHistory(deps: HistoryDeps): History {
  const now = deps.now ?? Date.now;
  const sweepMs = deps.sweepMs ?? usualSweepMs;
  const path = join(deps.dataDir, 'history.db');
  const stopped = new AbortController();
  const bell = new Bell();
  let store: HistoryStore | undefined;
  let pending: Arrival[] = [];
  let hosts: ReadonlySet<string> = new Set();
  let hostsTold = true;
  let problem: Problem | null = null;
  let setAside: Problem | null = null;
  let perHostDay = usualBytesPerHostDay;
  let sweeps = 0;
  let state: HistoryState | undefined;
  let upkeep: NodeJS.Timeout | undefined;

  function opened(): HistoryStore {
    if (store !== undefined) return store;
    const { database, damage } = openDatabase(path, historyMigrations, new Date(now()), 'large');
    if (damage !== undefined) begunAnew(damage);
    try {
      store = new HistoryStore(database, now);
    } catch (error) {
      database.close();
      throw error;
    }
    return store;
  }

  function begunAnew(damage: Problem): void {
    setAside = { ...damage, code: 'history-failed' };
    hostsTold = false;
    deps.log.warn(setAside, 'the history was damaged');
  }

  /** Does something with the file; false when it failed, which the state tells. A damaged file is replaced. */
  function attempt(act: (store: HistoryStore) => void): boolean {
    try {
      act(opened());
      if (problem !== null) deps.log.info({}, 'the history goes on');
      problem = null;
      return true;
    } catch (error) {
      if (isDamage(error)) replace(error);
      else stands(error);
      return false;
    }
  }

  function stands(error: unknown): void {
    const next = cannotBeKept(error, path);
    if (problem?.detail !== next.detail) deps.log.warn(next, 'the history stands still');
    problem = next;
  }

  function replace(damage: unknown): void {
    try {
      store?.close();
      store = undefined;
      const begun = replaceDamaged(path, historyMigrations, damage, new Date(now()), 'large');
      if (begun.damage !== undefined) begunAnew(begun.damage);
      store = new HistoryStore(begun.database, now);
    } catch (error) {
      stands(error);
    }
  }

  function sweep(): void {
    const arrivals = pending;
    pending = [];
    // Nothing that could be written would tell that the disk has room again.
    if (problem !== null && arrivals.length === 0) return;
    const kept = attempt((open) => {
      if (!hostsTold) open.setHosts(hosts);
      hostsTold = true;
      // What could not be packed is in memory: nothing is added to it before it is.
      if (problem !== null) open.work(deps.limitBytes(), stepMs);
      open.append(arrivals);
    });
    if (kept) upkeep ??= setTimeout(keepUp, restMs);
    refresh();
  }

  function keepUp(): void {
    upkeep = undefined;
    let more = false;
    attempt((open) => {
      more = open.work(deps.limitBytes(), stepMs);
    });
    if (more) upkeep = setTimeout(keepUp, restMs);
    else refresh();
  }

  function measure(): void {
    try {
      if (store !== undefined) perHostDay = store.bytesPerHostDay();
    } catch (error) {
      if (isDamage(error)) replace(error);
    }
  }

  /** What has arrived of a host since the last sweep. */
  function unwritten(host: string): StepRows {
    const own = pending.filter(({ key }) => key === host);
    const steps = new Float32Array(own.length * columns.length);
    for (const [row, { figures }] of own.entries()) steps.set(figures, row * columns.length);
    return { rows: own.length, times: Float64Array.from(own, ({ at }) => at), steps };
  }

  function refresh(): void {
    if (sweeps % measuredEach === 0) measure();
    sweeps += 1;
    const next: HistoryState = {
      problem,
      setAside,
      bytes: sizeOnDisk(path),
      limitBytes: deps.limitBytes(),
      hosts: store?.hosts ?? 0,
      bytesPerHostDay: perHostDay,
    };
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    bell.ring();
  }

  attempt(() => undefined);
  refresh();
  const timer = setInterval(sweep, sweepMs);

  return {
    collect(host, sample) {
      if (pending.length >= mostPending) return;
      const figures = new Float32Array(columns.length);
      writeSteps(sample.values, figures, 0);
      pending.push({ key: host, at: sample.at, figures });
    },
    setHosts(ids) {
      hosts = new Set(ids);
      hostsTold = false;
    },
    async range(query) {
      try {
        return await readRange(opened(), query, unwritten(query.host), (error) =>
          deps.log.warn({ host: query.host, reason: messageOf(error) }, 'a damaged chunk of the history'),
        );
      } catch (error) {
        if (isDamage(error)) replace(error);
        throw new HumError(cannotBeRead(error), { cause: error });
      }
    },
    watch(signal) {
      return abortable([signal, stopped.signal], async function* (aborted) {
        let sent: HistoryState | undefined;
        while (!aborted.aborted) {
          if (state === undefined || state === sent) {
            await bell.wait(aborted);
            continue;
          }
          sent = state;
          yield sent;
          await pause(sweepMs, aborted);
        }
      });
    },
    stop() {
      clearInterval(timer);
      attempt((open) => open.append(pending));
      clearTimeout(upkeep);
      stopped.abort();
      store?.close();
      store = undefined;
    },
  };
}

/** SQLITE_FULL (sqlite.org/rescode.html). */
const fullCode = 13;

function cannotBeKept(error: unknown, path: string): Problem {
  const full = error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === fullCode;
  return {
    code: 'history-failed',
    message: full
      ? 'The disk is full: the history of the hosts is not being kept. Everything else goes on.'
      : 'The history of the hosts cannot be written and is not being kept. Everything else goes on.',
    hint: `${full ? 'Make room for' : 'Check the free space and the permissions of'} ${path}. Hum tries again every few seconds and goes on by itself.`,
    detail: messageOf(error),
  };
}

function cannotBeRead(error: unknown): Problem {
  return {
    code: 'history-failed',
    message: 'The history cannot be read.',
    hint: 'Try again. If it happens again, look at the state of the history in the settings.',
    detail: messageOf(error),
  };
}

/** The file and its log, bytes. */
function sizeOnDisk(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
