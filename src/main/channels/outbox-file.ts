import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf, type Problem } from '../../shared/errors.ts';
import { isDamage, openDatabase, replaceDamaged } from '../storage/database.ts';
import { Outbox, type OutboxLimits } from './outbox.ts';
import { outboxMigrations } from './outbox-schema.ts';

/** The outbox in `outbox.db` of the data folder. Where it cannot be used that is a problem in its state, and tried again with each use. */
export interface OutboxFile {
  readonly problem: Problem | null;
  /** That a damaged file was set aside since Hum started, and where it is. */
  readonly setAside: Problem | null;
  /** @throws what SQLite throws */
  use(): Outbox;
  /** Writes something and gives what comes of it; undefined where that failed, which `problem` tells. */
  attempt<T>(act: (outbox: Outbox) => T): T | undefined;
  /** Reads something, which says nothing of whether it can be written; undefined where that failed. */
  look<T>(act: (outbox: Outbox) => T): T | undefined;
  /** It failed in somebody's hands. A damaged one is set aside. */
  failed(error: unknown): void;
  close(): void;
}

export function openOutboxFile(
  dataDir: string,
  log: { warn(data: object, message: string): void },
  now: () => number,
  limits?: OutboxLimits,
): OutboxFile {
  const path = join(dataDir, 'outbox.db');
  let database: DatabaseSync | undefined;
  let outbox: Outbox | undefined;
  let closed = false;
  let problem: Problem | null = null;
  let setAside: Problem | null = null;

  function take(opened: { readonly database: DatabaseSync; readonly damage: Problem | undefined }): Outbox {
    if (opened.damage !== undefined) {
      setAside = { ...opened.damage, code: 'outbox-failed' };
      log.warn(setAside, 'the outbox was damaged');
    }
    database = opened.database;
    // After a loss of power the newest commits may be gone, the cursor of incidents with them: they are taken in again.
    database.exec('PRAGMA synchronous = NORMAL');
    outbox = new Outbox(database, now, limits);
    return outbox;
  }

  function close(): void {
    database?.close();
    database = undefined;
    outbox = undefined;
  }

  function failed(error: unknown): void {
    if (closed) return;
    const next = outboxFailed(error, path);
    if (problem?.detail !== next.detail) log.warn(next, 'the outbox stands still');
    problem = next;
    if (!isDamage(error)) return;
    try {
      close();
      take(replaceDamaged(path, outboxMigrations, error, new Date(now()), 'careful'));
      problem = null;
    } catch (again) {
      problem = outboxFailed(again, path);
    }
  }

  function use(): Outbox {
    // What arrives at the very end is not taken down: it will be sent again.
    if (closed) throw new Error('The outbox is closed.');
    return outbox ?? take(openDatabase(path, outboxMigrations, new Date(now())));
  }

  function look<T>(act: (outbox: Outbox) => T): T | undefined {
    try {
      return act(use());
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  return {
    get problem() {
      return problem;
    },
    get setAside() {
      return setAside;
    },
    use,
    attempt(act) {
      const result = look(act);
      if (result !== undefined) problem = null;
      return result;
    },
    look,
    failed,
    close() {
      closed = true;
      close();
    },
  };
}

/** What stands in the way when the disk does not take or give the queue. */
function outboxFailed(error: unknown, path: string): Problem {
  return {
    code: 'outbox-failed',
    message: 'What is to be sent cannot be kept on the disk.',
    hint: `Check the free space and the permissions of ${path}. Hum tries again every few seconds and goes on by itself.`,
    detail: messageOf(error),
  };
}
