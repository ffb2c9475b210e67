import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { StepHandler } from '../../src/main/plans/plan.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import type { Runner, Session } from '../../src/main/ssh/session.ts';
import { createDeployments, type Deployments } from '../../src/main/xen/deploy/deployments.ts';
import { xenStepHandlers } from '../../src/main/xen/step-handlers.ts';
import { openTemplates } from '../../src/main/xen/templates/templates.ts';
import { createXen, type Xen } from '../../src/main/xen/xen.ts';
import { applyPreview, type Preview } from '../../src/renderer/deploy/preview.ts';
import { type DeployRequest, deployRequest } from '../../src/shared/contract/deploy.ts';
import { HumError } from '../../src/shared/errors.ts';
import { inventoryHost } from './inventory-host.ts';
import { patience } from './patience.ts';
import { plansRig } from './plans.ts';
import { xenFacts } from './xen-host.ts';

/** A preview that somebody follows, folded as a window folds it. */
export interface FollowedPreview {
  readonly now: Preview | null;
  /** The kinds of the events so far. */
  readonly kinds: readonly string[];
  /** Waits until the preview is so. */
  until(fits: (preview: Preview) => boolean): Promise<Preview>;
  /** Waits until it can be started, and answers its digest. */
  ready(): Promise<string>;
  /** Waits until no check runs any more. */
  settled(): Promise<Preview>;
  /** The state and detail of a check. */
  check(id: string, vm?: string): { readonly state: string; readonly detail: string } | undefined;
  leave(): Promise<void>;
}

/** What previews and starts deployments, wired as `console.ts` wires it, on hosts whose sessions are online. No step of a plan does anything, unless it is to. */
export interface DeployRig {
  readonly xen: Xen;
  readonly deployments: Deployments;
  readonly plans: Plans;
  /** What the steps of plans were asked to do. */
  readonly done: readonly string[];
  /** How often a host was looked at. */
  readonly looks: number;
  /** To the deployments it is so much later from now on. */
  pass(ms: number): void;
  request(change?: Partial<DeployRequest>): DeployRequest;
  follow(request: DeployRequest, client?: string): FollowedPreview;
  /** The next start of Hum: the plans that were under way are interrupted, the previews forgotten. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const handlerNames = [
  ...(['claim', 'disk', 'volume', 'seed', 'configuration', 'selinux', 'start', 'settle', 'autostart', 'release'] as const),
] as const;

/** `templates`: the user's own, by file name without `.yaml`. Their id is `own/<name>`. Steps wait for ever with `hold`, and do what they are there for with `real`. */
export async function openDeployRig(
  sessions: Readonly<Record<string, Session>>,
  options: {
    readonly templates?: Readonly<Record<string, string>>;
    readonly hold?: boolean;
    readonly real?: boolean;
  } = {},
): Promise<DeployRig> {
  const { templates: own = {}, hold = false, real = false } = options;
  const rig = plansRig();
  const done: string[] = [];
  const step: StepHandler = async (_args, { host, signal }) => {
    done.push(host);
    if (hold && !signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    if (hold) throw new HumError({ code: 'cancelled', message: 'cancelled', hint: '' });
  };
  const handlers = Object.fromEntries(handlerNames.map((name) => [`xen.${name}`, step]));
  let looks = 0;
  let passedMs = 0;
  const runner = (host: string): Runner => {
    const session = sessions[host];
    if (session?.status.state === 'online') {
      const run: Runner['run'] = (script, ...rest) => {
        if (script.startsWith('# hum deploy-look\n')) looks += 1;
        return session.run(script, ...rest);
      };
      return { run, open: (...call) => session.open(...call), terminal: (...call) => session.terminal(...call) };
    }
    throw new HumError({ code: 'connection-lost', message: 'There is no connection.', hint: 'Wait.', host });
  };
  const hosts = Object.entries(sessions).map(([id, { target }]) => inventoryHost(id, { address: target.address, port: target.port }));

  mkdirSync(join(rig.dataDir, 'templates'), { recursive: true });
  for (const [name, text] of Object.entries(own)) writeFileSync(join(rig.dataDir, 'templates', `${name}.yaml`), text);
  const xen = createXen({ log: { info: () => undefined } });
  const templates = await openTemplates({ dataDir: rig.dataDir, xen, log: { info: () => undefined } });
  const openPlans = () => rig.open(real ? { handlers: xenStepHandlers(() => xen), runner, onStep: xen.refresh } : { handlers, runner });
  let plans = await openPlans();
  const openDeployments = () =>
    createDeployments({
      xen,
      templates,
      plans,
      runner,
      hosts: () => hosts.map((host) => ({ ...host, asked: true })),
      now: () => Date.now() + passedMs,
    });
  let deployments = openDeployments();

  for (const host of hosts) {
    const session = sessions[host.id] as Session;
    session.onStatus(({ state }) => {
      if (state === 'online') xen.connected(host, session, xenFacts());
      else xen.disconnected(host.id, false);
    });
    xen.connected(host, session, xenFacts());
  }
  await vi.waitFor(() => {
    for (const { id } of hosts) if ((xen.host(id)?.memoryTotal ?? 0) === 0) throw new Error(`nothing known of ${id} yet`);
  }, patience);

  const following: FollowedPreview[] = [];
  const deployRig: DeployRig = {
    xen,
    done,
    get looks() {
      return looks;
    },
    pass(ms) {
      passedMs += ms;
    },
    get deployments() {
      return deployments;
    },
    get plans() {
      return plans;
    },
    request: (change = {}) => deployRequest.parse({ template: 'shipped/tiny-pv', values: {}, names: 'web01', host: 'best', ...change }),
    follow(request, client = 'window') {
      const followed = follow(deployments, request, client);
      following.push(followed);
      return followed;
    },
    async restart() {
      deployments.stop();
      plans = await openPlans();
      deployments = openDeployments();
    },
    async close() {
      for (const each of following) await each.leave();
      deployments.stop();
      templates.stop();
      await rig.close();
      await xen.stop();
    },
  };
  return deployRig;
}

function follow(deployments: Deployments, request: DeployRequest, client: string): FollowedPreview {
  const stopping = new AbortController();
  const kinds: string[] = [];
  let now: Preview | null = null;
  let failure: unknown;
  const read = async () => {
    try {
      for await (const event of deployments.preview(request, client, stopping.signal)) {
        kinds.push(event.kind);
        now = applyPreview(now, event);
      }
    } catch (error) {
      failure = error;
    }
  };
  const ended = read();
  const until = (fits: (preview: Preview) => boolean) =>
    vi.waitFor(() => {
      if (failure !== undefined) throw failure;
      if (now === null || !fits(now)) throw new Error(`not yet: ${JSON.stringify({ ...now, vms: now?.vms.length })}`);
      return now;
    }, patience);
  return {
    get now() {
      return now;
    },
    kinds,
    until,
    ready: async () => (await until(({ digest }) => digest !== null)).digest ?? '',
    settled: () =>
      until(
        ({ checks, errors, problem }) =>
          problem !== null || errors.length > 0 || (checks.length > 0 && checks.every(({ state }) => state !== 'running')),
      ),
    check: (id, vm = 'web01') => now?.checks.find((check) => check.id === id && (check.vm ?? vm) === vm),
    async leave() {
      stopping.abort();
      await ended;
    },
  };
}
