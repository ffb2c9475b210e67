import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { HostResult, ResultState, RunState, RunView } from '../../shared/contract/commands.ts';
import { HumError, messageOf, type Problem } from '../../shared/errors.ts';
import { transaction } from '../storage/database.ts';

/** What a host printed, by the name that results have for it. */
export interface NewOutput {
  readonly name: string;
  readonly text: string;
}

/** A run with its results, in the order of its draft. */
export interface RunRecord {
  readonly run: RunView;
  readonly results: readonly HostResult[];
}

/** A run as it stands now, with what is new of it. */
export interface RunChange {
  readonly run: RunView;
  /** On hosts before this place in the draft it may have been begun. */
  readonly begun: number;
  readonly results: readonly { readonly position: number; readonly result: HostResult }[];
  readonly outputs: readonly NewOutput[];
}

/**
 * The commands that ran, in SQLite: on disk when a method returns. The oldest go when there are too many.
 * Every method throws HumError `journal-failed` when SQLite does.
 */
export interface CommandJournal {
  add(record: RunRecord): void;
  save(change: RunChange): void;
  find(id: string): RunRecord | undefined;
  output(id: string, name: string): string | undefined;
  /** Newest first: those whose words hold each of these, in whatever case. */
  search(words: readonly string[], before: string | null, limit: number): RunView[];
  /** What was under way when Hum ended is `interrupted`; nobody knows what became of it on the hosts. */
  recover(now: number): void;
  close(): void;
}

/** How much is kept: runs, and characters of output of all of them. */
export interface KeptRuns {
  readonly runs: number;
  readonly output: number;
}

/** The journal in an opened database (journal-schema.ts). */
export function openCommandJournal(database: DatabaseSync, kept: KeptRuns): CommandJournal {
  const insertRun = database.prepare(
    `INSERT INTO run (id, command, vals, place, account, time_limit, at_once, canary, actor, retry_of, state, created_at, ended_at,
     hosts, well, failed, problem, words, kept, begun) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
  );
  const updateRun = database.prepare(
    'UPDATE run SET state = ?, ended_at = ?, well = ?, failed = ?, problem = ?, begun = ?, kept = kept + ? WHERE id = ? RETURNING seq',
  );
  const putResult = database.prepare(
    `INSERT OR REPLACE INTO result (run, position, host, name, state, code, signal, started_at, took, output, bytes, cut_bytes, problem)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const putOutput = database.prepare('INSERT OR IGNORE INTO output (run, name, text) VALUES (?, ?, ?)');
  const readRun = database.prepare('SELECT * FROM run WHERE id = ?');
  const readResults = database.prepare('SELECT * FROM result WHERE run = ? ORDER BY position');
  const readOutput = database.prepare('SELECT text FROM output WHERE run = (SELECT seq FROM run WHERE id = ?) AND name = ?');
  // The newest run stays, however much it printed.
  const forget = database.prepare(
    `DELETE FROM run WHERE ended_at IS NOT NULL AND seq < (SELECT max(seq) FROM run) AND seq IN (
       SELECT seq FROM (SELECT seq, row_number() OVER newest AS place, sum(kept) OVER newest AS total FROM run WINDOW newest AS (ORDER BY seq DESC))
       WHERE place > ? OR total > ?)`,
  );

  function putResults(seq: SQLOutputValue | bigint, results: RunChange['results']): void {
    for (const { position, result } of results) {
      const { host, name, state, code, signal, startedAt, tookMs, output, bytes, cutBytes, problem } = result;
      putResult.run(
        ...([seq, position, host, name, state, code, signal, startedAt, tookMs] as const),
        ...([output, bytes, cutBytes, json(problem)] as const),
      );
    }
  }

  function add({ run, results }: RunRecord): void {
    const words = [run.text, run.where, run.by, ...Object.values(run.values), ...results.map(({ name }) => name)].join('\n').toLowerCase();
    const { lastInsertRowid } = insertRun.run(
      ...([run.id, run.text, JSON.stringify(run.values), run.where, run.as, run.timeLimitMs, run.atOnce, run.canary, run.by] as const),
      ...([run.retryOf, run.state, run.createdAt, run.endedAt, run.hosts, run.well, run.failed, json(run.problem), words] as const),
    );
    putResults(
      lastInsertRowid,
      results.map((result, position) => ({ position, result })),
    );
  }

  return {
    add: (record) =>
      told('written', () =>
        transaction(database, () => {
          add(record);
          forget.run(kept.runs, kept.output);
        }),
      ),
    save: ({ run, begun, results, outputs }) =>
      told('written', () =>
        transaction(database, () => {
          const length = outputs.reduce((sum, { text }) => sum + text.length, 0);
          const row = updateRun.get(run.state, run.endedAt, run.well, run.failed, json(run.problem), begun, length, run.id);
          if (row?.seq === undefined) return;
          putResults(row.seq, results);
          for (const { name, text } of outputs) putOutput.run(row.seq, name, text);
          if (run.endedAt !== null) forget.run(kept.runs, kept.output);
        }),
      ),
    find: (id) =>
      told('read', () => {
        const row = readRun.get(id);
        return row && { run: runOf(row), results: readResults.all(Number(row.seq)).map(resultOf) };
      }),
    output: (id, name) => told('read', () => text(readOutput.get(id, name)?.text)),
    search: (words, before, limit) =>
      told('read', () => {
        // Exact substrings: nothing in a word is special, as % and _ are to LIKE.
        const conditions = words.map(() => "instr(words || char(10) || state || iif(failed > 0, ' failed', ''), ?) > 0");
        if (before !== null) conditions.push('seq < (SELECT seq FROM run WHERE id = ?)');
        const select = database.prepare(`SELECT * FROM run WHERE ${['TRUE', ...conditions].join(' AND ')} ORDER BY seq DESC LIMIT ?`);
        return select.all(...words.map((word) => word.toLowerCase()), ...(before === null ? [] : [before]), limit).map(runOf);
      }),
    recover: (now) =>
      told('written', () =>
        transaction(database, () => {
          const open = "(SELECT seq FROM run WHERE state IN ('running', 'asking'))";
          const begun = "(state = 'running' OR position < (SELECT begun FROM run WHERE seq = result.run))";
          database.exec(
            `UPDATE result SET state = iif(${begun}, 'unknown', 'skipped') WHERE state IN ('running', 'waiting') AND run IN ${open}`,
          );
          database
            .prepare(
              `UPDATE run SET state = 'interrupted', ended_at = ?, failed = failed + (SELECT count(*) FROM result WHERE run = seq AND state = 'unknown')
               WHERE state IN ('running', 'asking')`,
            )
            .run(now);
        }),
      ),
    close: () => database.close(),
  };
}

/** @throws HumError `journal-failed` in place of whatever `act` throws */
function told<T>(verb: 'read' | 'written', act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw commandJournalFailed(verb, error);
  }
}

/** Why the journal cannot be used. */
export function commandJournalFailed(verb: 'opened' | 'read' | 'written', error: unknown): HumError {
  return new HumError(
    {
      code: 'journal-failed',
      message: `The journal of commands (commands.db in the data folder) cannot be ${verb}, so no command is run on any host.`,
      hint: 'Check the free space of the data folder and who may write to it. Then try again.',
      detail: messageOf(error),
    },
    { cause: error },
  );
}

type Row = Record<string, SQLOutputValue>;

function runOf(row: Row): RunView {
  return {
    id: String(row.id),
    text: String(row.command),
    values: JSON.parse(String(row.vals)) as Record<string, string>,
    where: String(row.place),
    as: row.account === 'root' ? 'root' : 'login',
    timeLimitMs: Number(row.time_limit),
    atOnce: Number(row.at_once),
    canary: Number(row.canary),
    hosts: Number(row.hosts),
    by: String(row.actor),
    state: String(row.state) as RunState,
    createdAt: Number(row.created_at),
    endedAt: number(row.ended_at),
    retryOf: text(row.retry_of) ?? null,
    well: Number(row.well),
    failed: Number(row.failed),
    ...problemIn(row),
  };
}

function resultOf(row: Row): HostResult {
  return {
    host: String(row.host),
    name: String(row.name),
    state: String(row.state) as ResultState,
    code: number(row.code),
    signal: text(row.signal) ?? null,
    startedAt: number(row.started_at),
    tookMs: number(row.took),
    output: text(row.output) ?? null,
    bytes: Number(row.bytes),
    cutBytes: Number(row.cut_bytes),
    ...problemIn(row),
  };
}

function problemIn({ problem }: Row): { readonly problem?: Problem } {
  return typeof problem === 'string' ? { problem: JSON.parse(problem) as Problem } : {};
}

function json(value: Problem | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function text(value: SQLOutputValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: SQLOutputValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
