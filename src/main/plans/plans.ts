import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AuditPage, AuditQuery, PlanState, PlansEvent, PlanView } from '../../shared/contract/plans.ts';
import { HumError, type Problem } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';
import { openDatabase } from '../storage/database.ts';
import { abortable, Bell } from '../stream.ts';
import { auditCsv, auditJson } from './audit-export.ts';
import { runCommandStep } from './command-step.ts';
import { cancelledProblem, undoneProblem } from './endings.ts';
import { restoreFileStep, writeFileStep } from './file-step.ts';
import { type Journal, type JournalQuery, journalFailed, openJournal } from './journal.ts';
import { journalMigrations } from './journal-schema.ts';
import type { Plan, PlanRunner, StepHandler } from './plan.ts';
import { plansFeed } from './plans-feed.ts';
import { hasEnded, isUndecided, isUntouched, newRecord, type PlanRecord, planView } from './record.ts';
import { recover } from './recovery.ts';
import { alreadyBusy, noSuchPlan, notNow } from './refusals.ts';
import { type RunDeps, type RunLimits, run, unknownAction, usualLimits } from './run.ts';
import { turns } from './turns.ts';

export interface PlansDeps {
  /** The data folder; the journal is `journal.db` in it. */
  readonly dataDir: string;
  /** By `Action.handler`; `command`, `file` and `file-back` are the runner's own. */
  readonly handlers: Readonly<Record<string, StepHandler>>;
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** The name of a host now, its id when it is gone. */
  readonly hostName: (host: string) => string;
  /** Called after the last step and the last undo on a host, and after one that failed, so that the truth comes back at once. */
  readonly onStep: (host: string, subject: string) => Promise<void>;
  /** Kinds of plans that can be undone once they are done: each of their undos refuses where somebody has changed what it would take back. */
  readonly undoneLater?: ReadonlySet<string>;
  /** The account that acts. */
  readonly by: string;
  readonly log: { info(data: object, message: string): void; error(data: object, message: string): void };
  /** Epoch ms. */
  readonly now?: () => number;
  readonly limits?: RunLimits;
}

/** The plans of the console: the runner for features, and what a person sees and does of it. */
export interface Plans extends PlanRunner {
  /** What was found wrong with the journal when it was opened, and worked around. */
  readonly notices: readonly Problem[];
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<PlansEvent, void, void>;
  /** @throws HumError `not-found`, `conflict` when it has ended, needs a decision, or is being undone already */
  cancel(id: string): void;
  /** @throws HumError `not-found`, `conflict` unless it is `interrupted`, `stuck` or `done` and undoable, or while its subject has another plan */
  undo(id: string): void;
  /** @throws HumError `not-found`, `conflict` unless it is `interrupted` and went forward; `connection-lost` when its next host is not there */
  resume(id: string): void;
  /** @throws HumError `not-found`, `conflict` unless it is `interrupted` or `stuck`, `journal-failed` */
  dismiss(id: string): void;
  /** @throws HumError `journal-failed` */
  audit(query: AuditQuery): AuditPage;
  /** @throws HumError `journal-failed` */
  exportAudit(query: Omit<AuditQuery, 'before'> & { readonly format: 'csv' | 'json' }): { text: string; fileName: string };
  /** A plan that is shown; undefined for one that ended long ago. */
  record(id: string): PlanRecord | undefined;
  /** Ends what runs as it stands: the journal knows, and the next start offers to go on or to undo. */
  stop(): Promise<void>;
}

const builtIn: Readonly<Record<string, StepHandler>> = { command: runCommandStep, file: writeFileStep, 'file-back': restoreFileStep };

/** How many plans that have ended the streams still show. */
const endedKept = 50;
const auditPage = 50;
/** How long the end of Hum waits for steps to notice it. */
const farewellMs = 2_000;

const underWay: readonly PlanState[] = ['queued', 'running', 'undoing'];
const undecided: readonly PlanState[] = ['interrupted', 'stuck'];
const ended: readonly PlanState[] = ['done', 'failed', 'cancelled', 'undone', 'dismissed'];

/**
 * Opens the journal and takes up what it says: plans that were under way when Hum ended are `interrupted`. A journal that cannot be opened is a
 * notice, and every plan is refused then.
 */
export function openPlans(deps: PlansDeps): Plans {
  const now = deps.now ?? Date.now;
  const handlers = { ...deps.handlers, ...builtIn };
  const notices: Problem[] = [];
  const journal = openOrRefuse(join(deps.dataDir, 'journal.db'), notices);
  /** Oldest first. */
  const plans = new Map<string, PlanRecord>();
  const running = new Map<PlanRecord, { readonly cancel: AbortController; readonly ended: Promise<void> }>();
  const stopping = new AbortController();
  const changedAt = new Map<string, number>();
  const state = { plans, changedAt, revision: 0, bell: new Bell(), undoable };

  /** What ended long ago is in the audit log alone. */
  function undoable({ id, kind, state: at }: PlanRecord): boolean {
    return at === 'done' && plans.has(id) && deps.undoneLater?.has(kind) === true;
  }

  function changed(plan: PlanRecord): void {
    state.revision += 1;
    changedAt.set(plan.id, state.revision);
    state.bell.ring();
  }

  const runDeps: RunDeps = {
    handlers,
    runner: deps.runner,
    onStep: deps.onStep,
    save: (plan, steps) => journal().save(plan, steps),
    changed,
    now,
    limits: deps.limits ?? usualLimits,
  };

  takeUp();

  /** What the journal says of plans before this start. */
  function takeUp(): void {
    if (notices.some((notice) => notice.code === 'journal-failed')) return;
    try {
      const find = (states: readonly PlanState[], limit: number) => journal().find({ words: [], states, before: null }, limit);
      const open = find([...underWay, ...undecided], -1);
      for (const plan of open.filter((one) => underWay.includes(one.state))) {
        recover(plan, now());
        journal().save(plan, plan.steps);
        deps.log.info({ plan: plan.id, title: plan.title, state: plan.state }, 'a plan was under way when Hum ended');
      }
      const newestFirst = [...open, ...find(ended, endedKept)].sort((left, right) => right.createdAt - left.createdAt);
      for (const plan of newestFirst.reverse()) plans.set(plan.id, plan);
    } catch (error) {
      if (!(error instanceof HumError)) throw error;
      notices.push(error.problem);
    }
  }

  function busyPlan(subject: string): PlanRecord | undefined {
    return [...plans.values()].find((plan) => plan.subject === subject && !hasEnded(plan.state));
  }

  /** Starts every plan whose turn has come. */
  function pump(): void {
    if (stopping.signal.aborted) return;
    const queue = [...plans.values()].filter((plan) => plan.state === 'queued' && !running.has(plan));
    for (const plan of turns(queue, [...running.keys()])) {
      const cancel = new AbortController();
      // Entered before it runs: the handler's first part runs at once.
      const { promise, resolve } = Promise.withResolvers<void>();
      running.set(plan, { cancel, ended: promise });
      deps.log.info({ plan: plan.id, kind: plan.kind, title: plan.title, host: plan.hostName, direction: plan.direction }, 'a plan begins');
      void run(plan, runDeps, { cancel: cancel.signal, stop: stopping.signal }).then(() => {
        resolve();
        running.delete(plan);
        if (stopping.signal.aborted) return;
        deps.log.info({ plan: plan.id, title: plan.title, state: plan.state, problem: plan.problem }, 'a plan ended');
        forget();
        pump();
      });
    }
  }

  /** Keeps in memory what is open and the newest of what has ended. */
  function forget(): void {
    const over = [...plans.values()].filter((plan) => hasEnded(plan.state) && !running.has(plan));
    over.sort((left, right) => (left.endedAt ?? 0) - (right.endedAt ?? 0));
    for (const plan of over.slice(0, Math.max(0, over.length - endedKept))) {
      plans.delete(plan.id);
      changedAt.delete(plan.id);
    }
  }

  function found(id: string): PlanRecord {
    const plan = plans.get(id);
    if (plan === undefined) throw noSuchPlan();
    return plan;
  }

  /** Changes a plan that nothing runs, on disk first: what cannot be journalled is not changed. */
  function decide(plan: PlanRecord, change: Partial<Pick<PlanRecord, 'state' | 'direction' | 'problem' | 'endedAt'>>): void {
    const before = { ...plan };
    Object.assign(plan, change);
    try {
      journal().save(plan, plan.steps);
    } catch (error) {
      Object.assign(plan, before);
      throw error;
    }
    changed(plan);
    forget();
    pump();
  }

  return {
    notices,
    start(wanted) {
      const batch = randomUUID();
      const subjects = new Set<string>();
      for (const plan of wanted) {
        checkHandlers(plan, handlers);
        const other = busyPlan(plan.subject);
        if (other !== undefined || subjects.has(plan.subject)) throw alreadyBusy(plan, other);
        subjects.add(plan.subject);
      }
      const createdAt = now();
      const records = wanted.map((plan) => newRecord(plan, { hostName: deps.hostName(plan.host), batch, by: deps.by, createdAt }));
      journal().add(records);
      for (const plan of records) {
        plans.set(plan.id, plan);
        changed(plan);
      }
      pump();
      return { batch, ids: records.map((plan) => plan.id) };
    },
    record: (id) => plans.get(id),
    busy: (subject) => busyPlan(subject) !== undefined,
    holdings: () => [...plans.values()].flatMap(({ state, holds }) => (holds === null || hasEnded(state) ? [] : [holds])),
    holdingsOfEnded: () => [...journal().holds('dismissed'), ...journal().holds('done')],
    watch: (signal, writable) => abortable([signal, stopping.signal], (aborted) => plansFeed(state, aborted, writable)),
    cancel(id) {
      const plan = found(id);
      const run = running.get(plan);
      if (plan.direction === 'back' || !(plan.state === 'queued' || plan.state === 'running')) throw notNow(plan, 'cancelled');
      if (run !== undefined) run.cancel.abort();
      else if (isUntouched(plan)) decide(plan, { state: 'cancelled', endedAt: now(), problem: cancelledProblem(deps.by) });
      else decide(plan, { direction: 'back', problem: cancelledProblem(deps.by) });
    },
    undo(id) {
      const plan = found(id);
      const whole = undoable(plan);
      if (!(whole || isUndecided(plan.state)) || running.has(plan)) throw notNow(plan, 'undone');
      const other = whole ? busyPlan(plan.subject) : undefined;
      if (other !== undefined) throw alreadyBusy(plan, other);
      const problem =
        plan.direction === 'back' && plan.state === 'interrupted' ? plan.problem : (whole ? undoneProblem : cancelledProblem)(deps.by);
      decide(plan, { state: 'queued', direction: 'back', endedAt: null, problem });
    },
    resume(id) {
      const plan = found(id);
      if (plan.state !== 'interrupted' || plan.direction === 'back') throw notNow(plan, 'gone on with');
      const next = plan.steps.find((step) => step.state === 'waiting' || step.state === 'unknown');
      // Without a connection it would fail at once, and be taken back.
      if (next !== undefined) deps.runner(next.host);
      decide(plan, { state: 'queued', problem: undefined });
    },
    dismiss(id) {
      const plan = found(id);
      if (!isUndecided(plan.state) || running.has(plan)) throw notNow(plan, 'left as it is');
      decide(plan, { state: 'dismissed', endedAt: now() });
    },
    audit(query) {
      const found = journal().find(asJournalQuery(query), auditPage + 1);
      return {
        plans: found.slice(0, auditPage).map((plan) => planView(plan, { undoable: undoable(plan) })),
        more: found.length > auditPage,
      };
    },
    exportAudit({ format, ...query }) {
      const found = journal().each(asJournalQuery({ ...query, before: null }));
      const text = (format === 'csv' ? auditCsv : auditJson)(views(found));
      return { text, fileName: `hum-audit-${new Date(now()).toISOString().slice(0, 10)}.${format}` };
    },
    async stop() {
      stopping.abort();
      const all = Promise.all([...running.values()].map((run) => run.ended));
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, farewellMs);
      await Promise.race([all, late.promise]);
      clearTimeout(timer);
      if (!notices.some((notice) => notice.code === 'journal-failed')) journal().close();
    },
  };
}

/** The journal, or what throws why there is none, each time that it is needed. */
function openOrRefuse(path: string, notices: Problem[]): () => Journal {
  try {
    const { database, damage } = openDatabase(path, journalMigrations);
    if (damage !== undefined) notices.push(damage);
    const journal = openJournal(database);
    return () => journal;
  } catch (error) {
    const refusal = journalFailed('opened', error);
    notices.push(refusal.problem);
    return () => {
      throw refusal;
    };
  }
}

function* views(found: Iterable<PlanRecord>): Generator<PlanView, void, void> {
  for (const plan of found) yield planView(plan);
}

/** The audit log tells of what is over or waits for a decision; what is under way is in the stream. */
function asJournalQuery({ text, states, before }: AuditQuery): JournalQuery {
  return {
    words: text.split(/\s+/).filter((word) => word !== ''),
    states: states.length > 0 ? states : [...ended, ...undecided],
    before,
  };
}

/** @throws HumError `internal` */
function checkHandlers(plan: Plan, handlers: Readonly<Record<string, StepHandler>>): void {
  for (const { action, undo } of plan.steps) {
    for (const each of [action, undo]) if (each !== null && !Object.hasOwn(handlers, each.handler)) throw unknownAction(each);
  }
}
