import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Plan, Step, StepContext, StepHandler } from '../../src/main/plans/plan.ts';
import { openPlans, type Plans, type PlansDeps } from '../../src/main/plans/plans.ts';
import type { Runner } from '../../src/main/ssh/session.ts';
import type { PlanState, PlanView } from '../../src/shared/contract/plans.ts';
import { HumError } from '../../src/shared/errors.ts';
import { patience } from './patience.ts';

/** A folder for a journal, and the consoles' plans that were opened on it. */
export interface PlansRig {
  readonly dataDir: string;
  /** What was done and undone, in order, as `toy` steps say: `+a`, `-a`. */
  readonly log: string[];
  /** Ends the plans that are open and opens them anew, as the next start of Hum does. */
  open(deps?: Partial<PlansDeps>): Promise<Plans>;
  /** Forgets the open plans without ending them: the journal stays as a killed Hum leaves it. */
  abandon(): void;
  close(): Promise<void>;
}

/** Opens an empty rig. Its handler `toy` does what its argument `does` says; see `toyStep`. */
export function plansRig(): PlansRig {
  const dataDir = mkdtempSync(join(tmpdir(), 'hum-plans-'));
  const log: string[] = [];
  let plans: Plans | undefined;
  const rig: PlansRig = {
    dataDir,
    log,
    async open(deps = {}) {
      await plans?.stop();
      plans = openPlans({
        dataDir,
        handlers: { toy: toyHandler(log), ...deps.handlers },
        runner: connected,
        hostName: (host) => `name of ${host}`,
        onStep: async () => undefined,
        by: 'tester',
        log: { info: () => undefined, error: () => undefined },
        limits: { reconnectMs: 300, lookMs: 5, refreshMs: 100 },
        ...deps,
        ...(deps.handlers === undefined ? {} : { handlers: { toy: toyHandler(log), ...deps.handlers } }),
      });
      return plans;
    },
    abandon() {
      plans = undefined;
    },
    async close() {
      await plans?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return rig;
}

/** The connection of hosts on which toys only look whether there is one. */
export const connected = (): Runner =>
  new Proxy({} as Runner, {
    get: () => {
      throw new Error('toys run nothing');
    },
  });

type Toy = 'well' | 'fails' | 'waits' | 'unsent';

/** Logs what it was asked to do; `waits` ends when it is cancelled, `unsent` fails before it asks for the connection. */
function toyHandler(log: string[]): StepHandler {
  return async ({ does, mark }, { runner, signal, repeated, output }: StepContext) => {
    if (does === 'unsent') throw new HumError({ code: 'connection-lost', message: 'no connection', hint: '' });
    runner();
    log.push(`${mark}${repeated ? ' again' : ''}`);
    output(`${mark} printed\n`);
    if (does === 'fails') throw new HumError({ code: 'command-failed', message: `${mark} failed`, hint: 'Look.', detail: 'said so' });
    if (does === 'waits' && !signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    if (does === 'waits') throw new HumError({ code: 'cancelled', message: 'cancelled', hint: '' });
  };
}

/** A step that logs `+name`, its undo `-name`. `undo` null: nothing takes it back. */
export function toyStep(name: string, does: Toy = 'well', undo: Toy | null = 'well', host = 'h1'): Step {
  const action = (kind: Toy, mark: string) => ({ handler: 'toy', args: { does: kind, mark }, shown: `toy ${mark}` });
  return { title: `Do ${name}`, host, action: action(does, `+${name}`), undo: undo === null ? null : action(undo, `-${name}`) };
}

/** A plan of these steps; its subject is its own unless told. */
export function toyPlan(steps: readonly Step[], change: Partial<Plan> = {}): Plan {
  return { kind: 'toy', title: 'Toy plan', host: 'h1', subject: `subject ${++serial}`, steps, ...change };
}

let serial = 0;

/** The plan as a window that opens now sees it; undefined when it is not shown. */
export async function viewOf(plans: Plans, id: string): Promise<PlanView | undefined> {
  const stream = plans.watch();
  const { value } = await stream.next();
  await stream.return();
  return value?.plans.find((plan) => plan.id === id);
}

/** Waits until the plan is in this state. */
export function becomes(plans: Plans, id: string, state: PlanState): Promise<PlanView> {
  return vi.waitFor(async () => {
    const view = await viewOf(plans, id);
    if (view?.state !== state) throw new Error(`not ${state}: ${JSON.stringify(view)}`);
    return view;
  }, patience);
}

/** Starts one plan and answers its id. */
export function startOne(plans: Plans, plan: Plan): string {
  const [id] = plans.start([plan]).ids;
  if (id === undefined) throw new Error('not started');
  return id;
}
