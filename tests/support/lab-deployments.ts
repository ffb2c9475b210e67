import { setTimeout as pause } from 'node:timers/promises';
import { vi } from 'vitest';
import type { Plan, StepHandler } from '../../src/main/plans/plan.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import type { Runner, Session } from '../../src/main/ssh/session.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { type Deployment, deploymentPlan } from '../../src/main/xen/deploy/deployment-plan.ts';
import type { Guest } from '../../src/main/xen/deploy/guest.ts';
import { xenStepHandlers } from '../../src/main/xen/step-handlers.ts';
import { createXen } from '../../src/main/xen/xen.ts';
import type { PlanView } from '../../src/shared/contract/plans.ts';
import type { XenHost } from '../../src/shared/contract/xen.ts';
import { HumError } from '../../src/shared/errors.ts';
import { deployment, disk, guest, kernelBoot } from './deployments.ts';
import type { Lab } from './lab.ts';
import { fingerprint } from './lab-scripts.ts';
import { patience, patienceMs } from './patience.ts';
import { plansRig, startOne, viewOf } from './plans.ts';
import { online, reaches } from './sshd-target.ts';

export const labAddress = '10.0.2.110';
export const labMac = '00:16:3e:7a:00:01';

/** A guest that leaves no kind of step out. `makeGolden` makes what it is copied from. */
export function labGuest(change: Partial<Guest> = {}): Guest {
  return guest({
    boot: labKernel(`ip4=${labAddress} name=web01`),
    disks: [disk({ size: 24 * 2 ** 20, grow: true })],
    vifs: [{ bridge: 'xenbr0', mac: null, ip: { kind: 'static', address: labAddress, prefix: 24, gateway: null, dns: [] } }],
    cloudInit: { device: 'xvdz', path: '/srv/xen/seed.img', hostname: 'web01', user: null, keys: [], packages: [], userData: '' },
    selinux: { booleans: ['virt_use_nfs'], whenAbsent: 'note' },
    autostart: true,
    ready: 'ping',
    stableS: 2,
    ...change,
  });
}

/** The kernel of the lab's guests, with these words for tests/lab/image/guest/etc/rc. */
export function labKernel(words: string): Guest['boot'] {
  return kernelBoot('/srv/xen/guest.vmlinux', '/srv/xen/guest.initrd', `console=hvc0 quiet ${words}`);
}

export function labPlan(change: Partial<Guest> = {}, more: Partial<Deployment> = {}): Plan {
  return deploymentPlan(deployment({ guest: labGuest(change), macs: [labMac], ...more }));
}

export const labSteps = labPlan().steps;

/** The place of a step of `labPlan`. */
export function stepAt(beginning: string): number {
  return labSteps.findIndex(({ title }) => title.startsWith(beginning));
}

/** The image that `labGuest` is copied from, and nothing of what it makes. */
export const makeGolden = `
rm -rf /srv/xen/golden.img /srv/xen/seed.img
truncate -s 8M /srv/xen/golden.img && mkfs.ext4 -q -F /srv/xen/golden.img
`;

/** The same file with so much in it that its copy takes a while. */
export const makeLargeGolden = 'head -c 150000000 /dev/zero | tr "\\0" x >/srv/xen/golden.img';

/** Consoles that deploy on the lab's host, one after the other, with one journal. */
export interface LabDeployer {
  /** What a deployment that failed must leave as it was. */
  everything(): Promise<string>;
  /** The next Hum. `runner`: its connection, in place of the lab's own. */
  open(runner?: () => Runner): Promise<Plans>;
  ended(plans: Plans, id: string): Promise<PlanView>;
  /** Opens the next Hum, and waits until this plan has ended. */
  deploy(plan: Plan, runner?: () => Runner): Promise<PlanView>;
  /** The lab's connection, on which something happens as soon as the script of the nth step was sent. What is thrown is the script's end. */
  disturbed(nth: number, happens: (ran: Promise<unknown>) => Promise<void>): () => Runner;
  /** The host is lost in the nth step of `labPlan`, whose answer never comes. */
  lostIn(nth: number): Promise<PlanView>;
  /** Hum is killed in the nth step of `labPlan`; answers the next one, which has the journal. */
  killedIn(nth: number): Promise<{ readonly plans: Plans; readonly id: string }>;
  close(): Promise<void>;
}

const over: readonly PlanView['state'][] = ['done', 'failed', 'cancelled', 'stuck', 'interrupted'];
/** None is asked by the probe, and each takes as long for an answer as an emulated host does. */
const xen = { ...createXen({ log: { info: () => undefined } }), host: () => ({ tookMs: 1000 }) as XenHost };
const handlers: Readonly<Record<string, StepHandler>> = xenStepHandlers(() => xen);
/** A whole deployment, and perhaps all of its undoing. */
const wholePatience = { ...patience, timeout: 2 * patienceMs };
const limits = { reconnectMs: 240_000, lookMs: 200, refreshMs: 1000 };
const lost = () => new HumError({ code: 'connection-lost', message: 'The connection is lost.', hint: 'Wait.', host: 'x' });
const never = () => new Promise<never>(() => undefined);

export function openLabDeployer(lab: Lab): LabDeployer {
  const rig = plansRig();

  const connected = (session: Session) => (): Runner => {
    if (session.status.state === 'online') return session;
    throw lost();
  };

  const open = (runner = connected(lab.root)) => rig.open({ handlers, runner, limits });

  async function ended(plans: Plans, id: string): Promise<PlanView> {
    return vi.waitFor(async () => {
      const view = await viewOf(plans, id);
      if (view === undefined || !over.includes(view.state)) throw new Error(`still under way: ${JSON.stringify(view)}`);
      return view;
    }, wholePatience);
  }

  async function deploy(plan: Plan, runner?: () => Runner): Promise<PlanView> {
    const plans = await open(runner);
    return ended(plans, startOne(plans, plan));
  }

  function disturbed(nth: number, happens: (ran: Promise<unknown>) => Promise<void>, session: Session = lab.root): () => Runner {
    let script = 0;
    let last: string | undefined;
    return () => {
      const runner = connected(session)();
      return {
        open: (...call) => runner.open(...call),
        terminal: (...call) => runner.terminal(...call),
        async run(text, args, options) {
          // The looks of one step are one script.
          const name = text.split('\n', 1)[0];
          if (name === '# hum disk-look' || args?.[0] === 'follow') return runner.run(text, args, options);
          if (name !== '# hum watch' || name !== last) script += 1;
          last = name;
          const ran = runner.run(text, args, options);
          if (script - 1 !== nth) return ran;
          script += 1000;
          ran.catch(() => undefined);
          await happens(ran);
          return ran;
        },
      };
    };
  }

  return {
    everything: () => lab.sure(fingerprint),
    open,
    ended,
    deploy,
    disturbed,

    async lostIn(nth) {
      const lose = async (ran: Promise<unknown>) => {
        const gone = reaches(lab.root, 'unreachable');
        await lab.faults.stopSshdFor(1).catch(() => undefined);
        await gone;
        await ran;
        throw lost();
      };
      const plan = await deploy(labPlan(), disturbed(nth, lose));
      await reaches(lab.root, 'online', 2 * patienceMs);
      return plan;
    },

    async killedIn(nth) {
      const session = await online(createSession(lab.target('root'), { gate: createHandshakeGate() }));
      const reached = Promise.withResolvers<void>();
      let alive = true;
      const runner = disturbed(
        nth,
        async (ran) => {
          await Promise.race([ran.catch(() => undefined), pause(500)]);
          reached.resolve();
          await never();
        },
        session,
      );
      const killed = await open(() => (alive ? runner() : { run: never, open: never, terminal: never }));
      const id = startOne(killed, labPlan());
      await reached.promise;
      alive = false;
      rig.abandon();
      await session.stop();
      // Nobody starts Hum again and is connected faster.
      await pause(1000);
      return { plans: await open(), id };
    },

    close: () => rig.close(),
  };
}
