import { create } from 'zustand';
import type { PlanView } from '../../shared/contract/plans.ts';
import { showDone, showProblem } from '../app/act.tsx';
import { subscribe } from '../app/client.ts';
import { endSentence, hasEnded, tally } from './batch-end.ts';

/** A batch of plans that was started from here. */
export interface Batch {
  readonly id: string;
  /** How many plans it is to have. */
  readonly all: number;
  /** "Shut down", and "web01" or "3 VMs". */
  readonly doneWord: string;
  readonly which: string;
  /** In the order in which they were asked for. */
  readonly plans: readonly PlanView[];
  /** A dialog shows how it goes: no notification is needed at its end. */
  readonly watched: boolean;
}

/** What was started from here and has not ended, or is still shown. */
export const useBatches = create<{ readonly batches: ReadonlyMap<string, Batch> }>(() => ({ batches: new Map() }));

let stop: (() => void) | null = null;
/** What the stream has told of plans that belong to no batch yet: a plan may end before the answer that names its batch arrives. */
let early: readonly PlanView[] = [];
const mostEarly = 1000;

/** Follows a batch to its end. */
export function followBatch(batch: Omit<Batch, 'plans' | 'watched'>): void {
  useBatches.setState(({ batches }) => ({ batches: new Map(batches).set(batch.id, { ...batch, plans: [], watched: true }) }));
  listen();
}

function listen(): void {
  take(early);
  stop ??= subscribe(
    (client, signal) => client.plans.watch(undefined, { signal }),
    ({ plans }) => {
      early = [...early, ...plans].slice(-mostEarly);
      take(plans);
    },
    { onProblem: (problem) => showProblem(problem, 'Following what was started') },
  );
}

/** Follows one plan that was started without a dialog, and says how it ended. */
export function followBatchOfPlan(plan: string, doneWord: string, which: string): void {
  const id = `plan ${plan}`;
  useBatches.setState(({ batches }) => ({ batches: new Map(batches).set(id, { id, all: 1, doneWord, which, plans: [], watched: false }) }));
  listen();
}

/** The dialog was closed: what is still under way goes on, and its end is said in a notification. */
export function leaveBatch(id: string): void {
  const batch = useBatches.getState().batches.get(id);
  if (!batch) return;
  if (isOver(batch)) forget(id);
  else change({ ...batch, watched: false });
}

function take(changed: readonly PlanView[]): void {
  for (const batch of useBatches.getState().batches.values()) {
    const mine = changed.filter((plan) => plan.batch === batch.id || `plan ${plan.id}` === batch.id);
    if (mine.length === 0) continue;
    const byId = new Map(batch.plans.map((plan) => [plan.id, plan]));
    for (const plan of mine) byId.set(plan.id, plan);
    const next = { ...batch, plans: [...byId.values()] };
    change(next);
    if (next.watched || !isOver(next)) continue;
    say(next);
    forget(next.id);
  }
}

function isOver({ plans, all }: Batch): boolean {
  return plans.length >= all && plans.every(hasEnded);
}

function say({ plans, all, doneWord, which }: Batch): void {
  const sum = tally(plans, all);
  const sentence = endSentence(sum, doneWord, which);
  const problem = plans.find((plan) => plan.problem)?.problem;
  if (sum.failed === 0 || !problem) showDone(sentence);
  else showProblem({ ...problem, message: `${sentence} ${problem.message}` }, `${doneWord} ${which}:`);
}

function change(batch: Batch): void {
  useBatches.setState(({ batches }) => ({ batches: new Map(batches).set(batch.id, batch) }));
}

function forget(id: string): void {
  useBatches.setState(({ batches }) => {
    const left = new Map(batches);
    left.delete(id);
    return { batches: left };
  });
  if (useBatches.getState().batches.size > 0) return;
  stop?.();
  stop = null;
  early = [];
}
