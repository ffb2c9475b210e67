import { create } from 'zustand';
import type { PlanView } from '../../shared/contract/plans.ts';
import { showDone, showProblem } from '../app/act.tsx';
import { usePlans } from '../plans/store.ts';
import { endSentence, hasEnded, tally } from './batch-end.ts';

/** Plans that were started together from here. */
export interface Batch {
  readonly id: string;
  /** The ids of the plans, in the order in which they were asked for. */
  readonly plans: readonly string[];
  /** "Shut down", and "web01" or "3 VMs". */
  readonly doneWord: string;
  readonly which: string;
}

interface Batches {
  /** What was started from here and is shown, or still under way. */
  readonly batches: ReadonlyMap<string, Batch>;
  /** The plans of these batches as they were told last: the store of all plans forgets those that ended when there are many. */
  readonly views: ReadonlyMap<string, PlanView>;
}

export const useBatches = create<Batches>(() => ({ batches: new Map(), views: new Map() }));

let stop: (() => void) | null = null;
const inBackground = new Set<string>();

/** Follows a batch that a dialog shows. */
export function showBatch(batch: Batch): void {
  useBatches.setState(({ batches }) => ({ batches: new Map(batches).set(batch.id, batch) }));
  stop ??= usePlans.subscribe(take);
  take(usePlans.getState());
}

/** Nobody looks at the batch: what is under way goes on, and its end is said in a notification. One that is over is forgotten. */
export function leaveBatch(id: string): void {
  const { batches, views } = useBatches.getState();
  const batch = batches.get(id);
  if (!batch) return;
  if (isOver(batch, plansOf(batch, views))) forget(batch);
  else inBackground.add(id);
}

/** Says how plans that were started without a dialog ended. */
export function sayWhenOver(batch: Batch): void {
  inBackground.add(batch.id);
  showBatch(batch);
}

/** The plans of a batch that the console has told of. */
export function plansOf(batch: Batch, views: ReadonlyMap<string, PlanView>): readonly PlanView[] {
  return batch.plans.flatMap((id) => views.get(id) ?? []);
}

function take({ plans }: { readonly plans: ReadonlyMap<string, PlanView> }): void {
  const { batches, views } = useBatches.getState();
  const changed = [...batches.values()].flatMap((batch) =>
    batch.plans.flatMap((id) => {
      const plan = plans.get(id);
      return plan && plan !== views.get(id) ? [[id, plan] as const] : [];
    }),
  );
  if (changed.length === 0) return;
  const next = new Map([...views, ...changed]);
  useBatches.setState({ views: next });
  for (const batch of batches.values()) {
    const mine = plansOf(batch, next);
    if (!inBackground.has(batch.id) || !isOver(batch, mine)) continue;
    say(batch, mine);
    forget(batch);
  }
}

function forget(batch: Batch): void {
  inBackground.delete(batch.id);
  const { batches, views } = useBatches.getState();
  const gone = new Set(batch.plans);
  const left = new Map([...batches].filter(([id]) => id !== batch.id));
  useBatches.setState({ batches: left, views: new Map([...views].filter(([id]) => !gone.has(id))) });
  if (left.size > 0) return;
  stop?.();
  stop = null;
}

function isOver(batch: Batch, plans: readonly PlanView[]): boolean {
  return plans.length === batch.plans.length && plans.every(hasEnded);
}

function say({ doneWord, which }: Batch, plans: readonly PlanView[]): void {
  const sum = tally(plans, plans.length);
  const sentence = endSentence(sum, doneWord, which);
  const problem = plans.find((plan) => plan.problem)?.problem;
  if (sum.failed === 0 || !problem) showDone(sentence);
  else showProblem({ ...problem, message: `${sentence} ${problem.message}` }, 'What was started in the background');
}
