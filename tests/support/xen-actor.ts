import { vi } from 'vitest';
import type { Plans } from '../../src/main/plans/plans.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { createRemovals, type Removals } from '../../src/main/xen/deploy/removal.ts';
import { createLifecycle, type Lifecycle } from '../../src/main/xen/lifecycle.ts';
import { xenStepHandlers } from '../../src/main/xen/step-handlers.ts';
import { createXen, type Xen } from '../../src/main/xen/xen.ts';
import type { PlanView } from '../../src/shared/contract/plans.ts';
import type { DomainAction } from '../../src/shared/contract/xen.ts';
import { HumError } from '../../src/shared/errors.ts';
import { inventoryHost } from './inventory-host.ts';
import { patience } from './patience.ts';
import { plansRig, viewOf } from './plans.ts';
import { xenFacts } from './xen-host.ts';

/** Everything between a person's click and a host's xl, wired as `console.ts` wires it. The host's id is `x`, that of a second one `y`. */
export interface XenActor {
  readonly xen: Xen;
  readonly plans: Plans;
  readonly lifecycle: Lifecycle;
  readonly removals: Removals;
  /** Previews and starts an action on one domain, by its name. Answers the plan's id. @throws HumError why it is refused */
  begin(name: string, action: DomainAction): Promise<string>;
  /** The same, and waits until the plan has ended. */
  act(name: string, action: DomainAction): Promise<PlanView>;
  ended(id: string): Promise<PlanView>;
  close(): Promise<void>;
}

const over: readonly PlanView['state'][] = ['done', 'failed', 'cancelled', 'stuck', 'interrupted', 'dismissed'];

/**
 * Opens one on a session that is online, and on that of a second host; it follows them through their reconnects. `address` is where the first
 * host finds the second one's sshd.
 */
export async function openXenActor(session: Session, second?: { readonly session: Session; readonly address: string }): Promise<XenActor> {
  const sessions = new Map([['x', session], ...(second === undefined ? [] : [['y', second.session] as const])]);
  const hosts = new Map([
    ['x', inventoryHost('x', { address: '127.0.0.1', port: session.target.port })],
    ['y', inventoryHost('y', { address: second?.address ?? '127.0.0.1', user: 'root' })],
  ]);
  const xen = createXen({ log: { info: () => undefined } });
  const rig = plansRig();
  const runner = (id: string) => {
    const found = sessions.get(id);
    if (found?.status.state === 'online') return found;
    throw new HumError({ code: 'connection-lost', message: 'The connection is lost.', hint: 'Wait.', host: id });
  };
  const plans = await rig.open({
    handlers: xenStepHandlers(() => xen),
    runner,
    onStep: (id) => xen.refresh(id),
    limits: { reconnectMs: 240_000, lookMs: 200, refreshMs: 60_000 },
  });
  const lifecycle = createLifecycle({ xen, plans, runner, hostAddress: (id) => hosts.get(id) });
  const removals = createRemovals({ xen, plans, runner, hostName: (id) => id, trash: { expect: () => undefined } });
  const unfollow = [...sessions].map(([id, each]) => {
    const host = hosts.get(id) ?? inventoryHost(id);
    const follow = () => {
      if (each.status.state === 'online') xen.connected(host, each, xenFacts());
      else xen.disconnected(id, false);
    };
    follow();
    return each.onStatus(follow);
  });

  async function begin(name: string, action: DomainAction): Promise<string> {
    await xen.refresh('x');
    const domains = [{ host: 'x', key: `x/${name}` }];
    const { plans: shown, digest } = lifecycle.preview(action, domains);
    const refused = shown.find((plan) => plan.kind === 'refused');
    if (refused) throw new HumError(refused.problem);
    const { plans: ids } = lifecycle.act({ action, domains, digest, confirmed: action.action === 'destroy' ? name : null });
    return ids[0] ?? '';
  }

  function ended(id: string): Promise<PlanView> {
    return vi.waitFor(async () => {
      const view = await viewOf(plans, id);
      if (view === undefined || !over.includes(view.state)) throw new Error(`still under way: ${JSON.stringify(view)}`);
      return view;
    }, patience);
  }

  await vi.waitFor(() => {
    for (const id of sessions.keys()) if (xen.host(id) === undefined) throw new Error(`nothing known of the host ${id} yet`);
  }, patience);
  return {
    xen,
    plans,
    lifecycle,
    removals,
    begin,
    ended,
    act: async (name, action) => ended(await begin(name, action)),
    async close() {
      for (const each of unfollow) each();
      await rig.close();
      await xen.stop();
    },
  };
}
