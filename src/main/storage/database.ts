import { existsSync, renameSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, type Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { asideName } from './damaged.ts';

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** What to tell the person when the file was damaged and a new one was begun. */
  readonly damage: Problem | undefined;
}

/**
 * `careful`: every commit is on disk before it answers, and the whole file is checked when it is opened. `large`: for a file too large for that.
 * Commits survive the end of Hum however it ends, and the newest may be lost with the machine's power (synchronous=NORMAL); damage is found when
 * it is met, for `replaceDamaged`; the file can be made smaller a few pages at a time (`PRAGMA incremental_vacuum`).
 */
export type DatabaseKind = 'careful' | 'large';

/** In this order: neither page size nor auto_vacuum can be set once the file has its first page (sqlite.org/pragma.html). */
const setUp: Readonly<Record<DatabaseKind, string>> = {
  careful: 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
  // The log is brought into the file often, so that it never takes long.
  large: `PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 200`,
};

/**
 * Opens an SQLite file in WAL mode and brings its schema up to date: `migrations` are SQL scripts, of which a file has seen as many as its
 * `user_version` says; never change one that was released. A damaged file is renamed, its log with it, and a new one begun.
 * @throws Error when it can be neither used nor renamed, or was written by a newer Hum
 */
export function openDatabase(
  path: string,
  migrations: readonly string[],
  now = new Date(),
  kind: DatabaseKind = 'careful',
): OpenedDatabase {
  try {
    return { database: openSound(path, migrations, kind), damage: undefined };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return replaceDamaged(path, migrations, error, now, kind);
  }
}

/**
 * Renames a file in which damage was met and begins a new one. It must be closed.
 * @throws Error when it cannot be renamed, or a new one not be made
 */
export function replaceDamaged(path: string, migrations: readonly string[], error: unknown, now: Date, kind: DatabaseKind): OpenedDatabase {
  const aside = setAside(path, now);
  return { database: openSound(path, migrations, kind), damage: damageProblem(path, aside, messageOf(error)) };
}

function openSound(path: string, migrations: readonly string[], kind: DatabaseKind): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(setUp[kind]);
    if (kind === 'careful') {
      const check = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
      if (check !== 'ok') throw new DamagedDatabase(String(check));
    }
    migrate(database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version > migrations.length) throw new Error(`It has version ${version}; this Hum knows ${migrations.length} and older ones.`);
  if (version === migrations.length) return;
  transaction(database, () => {
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** Runs `write` as one transaction: all of it is on disk, or nothing. @throws what `write` or SQLite throws */
export function transaction<T>(database: DatabaseSync, write: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = write();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite rolls some errors back by itself, a full disk among them (sqlite.org/lang_transaction.html).
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

class DamagedDatabase extends Error {}

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html); the low byte is the code without its extension. */
const damageCodes: readonly number[] = [11, 26];

/** Whether SQLite's error says that the file is damaged. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamagedDatabase) return true;
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  return damageCodes.includes(Number(error.errcode) & 0xff);
}

/** The log (`-wal`) may hold what the file itself does not: it keeps its place beside it. The index (`-shm`) is made anew. */
function setAside(path: string, now: Date): string {
  const aside = asideName(path, now);
  for (const part of ['', '-wal', '-shm']) if (existsSync(path + part)) renameSync(path + part, aside + part);
  return aside;
}

function damageProblem(path: string, aside: string, reason: string): Problem {
  return {
    code: 'settings-damaged',
    message: `${basename(path)} was damaged and has been set aside; Hum began a new one.`,
    hint: `The old file is ${aside}. What is sound in it can be read with “sqlite3 ${basename(aside)} .recover”; or delete it.`,
    detail: visibleText(reason),
  };
}
