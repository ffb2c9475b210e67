import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { HistoryTier } from '../../shared/contract/history.ts';

/** How the tiers are called in the file (history-schema.ts). */
export const tierNumbers: Readonly<Record<HistoryTier, number>> = { sample: 0, minute: 1, hour: 2 };

/** The statements of a database, each prepared once. Every method throws what SQLite throws. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  of(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }

  /** How many rows were changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.of(sql).run(...values).changes);
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }
}
