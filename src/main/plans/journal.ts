import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { PlanState, StepState } from '../../shared/contract/plans.ts';
import { HumError, messageOf, type Problem } from '../../shared/errors.ts';
import { transaction } from '../storage/database.ts';
import type { Action, Json } from './plan.ts';
import { type PlanRecord, type StepRecord, searchText } from './record.ts';

export interface JournalQuery {
  /** Each must occur, in whatever case. */
  readonly words: readonly string[];
  readonly states: readonly PlanState[];
  /** Only plans older than the one with this id. */
  readonly before: string | null;
}

/**
 * Every plan that ever ran, in SQLite. What `add` and `save` were given is on disk when they return.
 * Every method throws HumError `journal-failed` when SQLite does.
 */
export interface Journal {
  add(plans: readonly PlanRecord[]): void;
  /** The plan itself, and these of its steps. */
  save(plan: PlanRecord, steps: readonly StepRecord[]): void;
  /** Newest first. */
  find(query: JournalQuery, limit: number): PlanRecord[];
  /** As `find`, one after the other, so that all of them need not be in memory. */
  each(query: JournalQuery): Generator<PlanRecord, void, void>;
  /** What the plans in this state hold, oldest first; those that hold nothing are left out. */
  holds(state: PlanState): Json[];
  close(): void;
}

/** The journal in an opened database (journal-schema.ts). */
export function openJournal(database: DatabaseSync): Journal {
  const insertPlan = database.prepare(
    `INSERT INTO plan (id, kind, title, host, host_name, subject, batch, actor, state, direction, created_at, ended_at, problem,
     at_once, holds)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertStep = database.prepare(
    `INSERT INTO step (plan, position, title, host, action, undo, state, started_at, ended_at, output, problem)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updatePlan = database.prepare('UPDATE plan SET state = ?, direction = ?, ended_at = ?, problem = ? WHERE id = ?');
  const updateStep = database.prepare(
    `UPDATE step SET state = ?, started_at = ?, ended_at = ?, output = ?, problem = ?
     WHERE plan = (SELECT seq FROM plan WHERE id = ?) AND position = ?`,
  );
  const writeText = database.prepare('INSERT OR REPLACE INTO plan_text (plan, text) VALUES ((SELECT seq FROM plan WHERE id = ?), ?)');
  const readHolds = database.prepare('SELECT holds FROM plan WHERE state = ? AND holds IS NOT NULL ORDER BY seq');
  const readSteps = database.prepare('SELECT * FROM step WHERE plan = ? ORDER BY position');

  function add(plan: PlanRecord): void {
    const { lastInsertRowid } = insertPlan.run(
      ...[plan.id, plan.kind, plan.title, plan.host, plan.hostName, plan.subject, plan.batch, plan.by],
      ...[plan.state, plan.direction, plan.createdAt, plan.endedAt, json(plan.problem)],
      ...[plan.atOnce, json(plan.holds ?? undefined)],
    );
    for (const [position, step] of plan.steps.entries()) {
      insertStep.run(
        ...[lastInsertRowid, position, step.title, step.host, json(step.action), json(step.undo ?? undefined)],
        ...[step.state, step.startedAt, step.endedAt, step.output, json(step.problem)],
      );
    }
    writeText.run(plan.id, searchText(plan));
  }

  function save(plan: PlanRecord, steps: readonly StepRecord[]): void {
    updatePlan.run(plan.state, plan.direction, plan.endedAt, json(plan.problem), plan.id);
    for (const step of steps) {
      const { state, startedAt, endedAt, output, problem } = step;
      updateStep.run(state, startedAt, endedAt, output, json(problem), plan.id, plan.steps.indexOf(step));
    }
    if (plan.endedAt !== null) writeText.run(plan.id, searchText(plan));
  }

  function* rows({ words, states, before }: JournalQuery, limit: number): Generator<PlanRecord, void, void> {
    const conditions = [
      'TRUE',
      ...(states.length > 0 ? [`plan.state IN (${states.map(() => '?').join(', ')})`] : []),
      ...(before === null ? [] : ['plan.seq < (SELECT seq FROM plan WHERE id = ?)']),
      // Exact substrings: nothing in a word is special, as % and _ are to LIKE.
      ...words.map(() => 'instr(plan_text.text, ?) > 0'),
    ];
    const values: SQLInputValue[] = [...states, ...(before === null ? [] : [before]), ...words.map((word) => word.toLowerCase())];
    const select = database.prepare(
      `SELECT plan.* FROM plan JOIN plan_text ON plan_text.plan = plan.seq WHERE ${conditions.join(' AND ')} ORDER BY plan.seq DESC LIMIT ?`,
    );
    for (const row of select.iterate(...values, limit)) yield planOf(row, readSteps.all(Number(row.seq)));
  }

  return {
    add: (plans) => told('written', () => transaction(database, () => plans.forEach(add))),
    save: (plan, steps) => told('written', () => transaction(database, () => save(plan, steps))),
    find: (query, limit) => told('read', () => [...rows(query, limit)]),
    holds: (state) => told('read', () => readHolds.all(state).flatMap(({ holds }) => parsed<Json>(holds) ?? [])),
    each: (query) => rows(query, -1),
    close: () => database.close(),
  };
}

/** @throws HumError `journal-failed` in place of whatever `act` throws */
function told<T>(verb: 'read' | 'written', act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw journalFailed(verb, error);
  }
}

/** Why the journal cannot be used. */
export function journalFailed(verb: 'opened' | 'read' | 'written', error: unknown): HumError {
  return new HumError(
    {
      code: 'journal-failed',
      message: `The journal of changes (journal.db in the data folder) cannot be ${verb}, so nothing is changed on any host.`,
      hint: 'Check the free space of the data folder and who may write to it. Then try again.',
      detail: messageOf(error),
    },
    { cause: error },
  );
}

type Row = Record<string, SQLOutputValue>;

function planOf(row: Row, steps: readonly Row[]): PlanRecord {
  return {
    id: String(row.id),
    kind: String(row.kind),
    title: String(row.title),
    host: String(row.host),
    hostName: String(row.host_name),
    subject: String(row.subject),
    batch: String(row.batch),
    by: String(row.actor),
    createdAt: Number(row.created_at),
    state: String(row.state) as PlanState,
    direction: row.direction === 'back' ? 'back' : 'forward',
    endedAt: numberOrNull(row.ended_at),
    problem: parsed<Problem>(row.problem),
    atOnce: numberOrNull(row.at_once),
    holds: parsed<Json>(row.holds) ?? null,
    steps: steps.map(stepOf),
  };
}

function stepOf(row: Row): StepRecord {
  const action = parsed<Action>(row.action);
  if (action === undefined) throw new Error('a step without an action');
  return {
    title: String(row.title),
    host: String(row.host),
    action,
    undo: parsed<Action>(row.undo) ?? null,
    state: String(row.state) as StepState,
    startedAt: numberOrNull(row.started_at),
    endedAt: numberOrNull(row.ended_at),
    output: String(row.output),
    progress: '',
    problem: parsed<Problem>(row.problem),
  };
}

function json(value: Action | Problem | Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function parsed<T>(value: SQLOutputValue | undefined): T | undefined {
  return typeof value === 'string' ? (JSON.parse(value) as T) : undefined;
}

function numberOrNull(value: SQLOutputValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
