import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { DeployCheck, DeployPreviewEvent, DeployRequest, SeedFile } from '../../../shared/contract/deploy.ts';
import { HumError, type Problem, type ProblemCode } from '../../../shared/errors.ts';
import type { Plan, PlanRunner } from '../../plans/plan.ts';
import type { Runner } from '../../ssh/session.ts';
import { abortable, settled } from '../../stream.ts';
import type { Templates } from '../templates/templates.ts';
import type { Xen } from '../xen.ts';
import { checksOf, type VmFacts } from './checks.ts';
import { deploymentOfAll, deploymentPlan } from './deployment-plan.ts';
import type { Draft, DraftVm } from './draft.ts';
import { holdingsOf, seedOf } from './draft.ts';
import { type FleetView, type Holding, heldBy, othersOf, placementHosts, readHoldings } from './fleet-view.ts';
import { claimWord, type HostLook, lookAt, together, wordsOf } from './look.ts';
import { place } from './placement.ts';
import { Preview, type ReadyDraft } from './preview.ts';

export interface DeploymentsDeps {
  readonly xen: Pick<Xen, 'hosts' | 'host' | 'domains' | 'watch'>;
  readonly templates: Pick<Templates, 'get'>;
  readonly plans: PlanRunner;
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** Every host of the inventory. */
  readonly hosts: () => readonly { readonly id: string; readonly name: string; readonly address: string; readonly asked: boolean }[];
  /** Answers so many random bytes. */
  readonly random?: (bytes: number) => Uint8Array;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** What would be deployed, seen and checked before it is; and its start. */
export interface Deployments {
  /**
   * Follows a request until the caller leaves. Its names, MACs and addresses are held as long; it can be started for another minute. `client` is
   * the window that asks. `writable`, if given, is awaited before each event.
   */
  preview(
    request: DeployRequest,
    client: string,
    signal?: AbortSignal,
    writable?: () => Promise<void>,
  ): AsyncGenerator<DeployPreviewEvent, void, void>;
  /**
   * The files of the seed of a VM, as the newest open preview of this window has it.
   * @throws HumError `not-found`
   */
  seed(client: string, vm: string): readonly SeedFile[];
  /**
   * Looks once more at what was not seen in the last seconds, and starts the plans of the preview with this digest.
   * @throws HumError `plan-changed` when it stands for another request, or is too old; else why a check failed; what `Runner.run` throws
   */
  start(request: DeployRequest & { readonly digest: string }): Promise<{ readonly batch: string; readonly plans: readonly string[] }>;
  stop(): void;
}

/** Between two drafts that only the movement of the fleet asks for, ms. */
const spacingMs = 500;
/** How often a preview sees for itself whether plans or its template have changed, ms. */
const seeMs = 1_000;
/** What was seen so short a time before a click is not looked at again, ms: a host that is slow to look has better things to do. */
const freshMs = 5_000;
/** Nor is it asked anew so soon whether an address answers, ms. */
const slowMs = 60_000;
/** How long other hosts have to say at the start of a deployment whether they know its names, ms. */
const elsewhereMs = 2_000;
/** So long after its end a preview can be started, ms. */
const graceMs = 60_000;

/** And so many of one window. */
const leftKept = 4;

/** Builds the service. */
export function createDeployments({
  xen,
  templates,
  plans,
  runner,
  hosts,
  random = randomBytes,
  now = Date.now,
}: DeploymentsDeps): Deployments {
  /** The open ones, and those that ended less than a minute ago; oldest first. */
  const previews = new Set<Preview>();
  const open = new Set<Preview>();
  const timers = new Set<NodeJS.Timeout>();
  const stopped = new AbortController();

  /** They change only when a plan has ended, which what is held tells. */
  let deployed: { readonly since: string; readonly holdings: readonly Holding[] } | undefined;
  function deployedBefore(): readonly Holding[] {
    const since = JSON.stringify(plans.holdings());
    if (deployed?.since !== since) deployed = { since, holdings: plans.holdingsOfEnded().flatMap(readHoldings) };
    return deployed.holdings;
  }

  /** The fleet at this moment, with what these previews have set aside. */
  function viewWith(others: readonly Preview[]): FleetView {
    const inventory = hosts();
    const names = new Map(inventory.map(({ id, name }) => [id, name]));
    return {
      hosts: xen.hosts(),
      domains: xen.domains(),
      hostName: (id) => names.get(id) ?? id,
      hostAddresses: inventory,
      planned: plans.holdings().flatMap(readHoldings),
      deployed: deployedBefore(),
      previewed: others.flatMap(({ draft }) => (draft === null ? [] : holdingsOf(draft))),
    };
  }

  /** The previews that have the first say: those that were open before, but for what the same window has looked at. */
  function before(preview: Preview): readonly Preview[] {
    const all = [...open];
    return all.slice(0, all.indexOf(preview)).filter(({ client }) => client !== preview.client);
  }

  async function* follow(
    request: DeployRequest,
    client: string,
    signal: AbortSignal,
    writable: (() => Promise<void>) | undefined,
  ): AsyncGenerator<DeployPreviewEvent, void, void> {
    const earlier = [...previews].findLast((each) => each.client === client && each.request.template === request.template);
    const preview = new Preview(
      request,
      client,
      anew(earlier?.draft ?? null, earlier?.request.host !== 'best'),
      { runner, random, now },
      signal,
    );
    const left = [...previews].filter((each) => each.client === client && !open.has(each));
    for (const each of left.slice(0, -leftKept)) previews.delete(each);
    previews.add(preview);
    open.add(preview);
    let moved = false;
    const watchFleet = async () => {
      for await (const _ of xen.watch(signal)) {
        moved = true;
        preview.bell.ring();
      }
    };
    void watchFleet();
    try {
      let missing = false;
      while (!signal.aborted) {
        const drafted = performance.now();
        moved = false;
        const template = templates.get(request.template);
        let events: readonly DeployPreviewEvent[] = [];
        if (template === undefined) {
          if (!missing) events = [{ kind: 'refused', problem: noSuchTemplate().problem }];
          preview.tellAll();
        } else events = preview.next(template.template, template.version, viewWith(before(preview)));
        missing = template === undefined;
        const seen = stamp(template?.version);
        for (const event of events) {
          if (writable !== undefined) await settled(writable(), signal);
          if (signal.aborted) return;
          yield event;
        }
        await somethingNew(seen, drafted);
      }
    } finally {
      open.delete(preview);
      const timer = setTimeout(() => {
        timers.delete(timer);
        previews.delete(preview);
      }, graceMs);
      timer.unref();
      timers.add(timer);
    }

    /** What does not tell by itself that it has changed. */
    function stamp(version: string | undefined): string {
      return JSON.stringify([version, plans.holdings(), [...open].map((each) => each.draft?.digest)]);
    }

    /** Until a look has ended, or something else has changed and the last draft is not quite new. */
    async function somethingNew(seen: string, drafted: number): Promise<void> {
      while (!signal.aborted && !preview.lookEnded) {
        if (moved || stamp(templates.get(request.template)?.version) !== seen || preview.wantsToLook) {
          const rest = drafted + spacingMs - performance.now();
          if (rest <= 0) return;
          await preview.bell.wait(signal, rest);
        } else await preview.bell.wait(signal, seeMs);
      }
    }
  }

  /** Looks again at the hosts that were not looked at just now, and then, in one go with the start, judges what is known at that moment. */
  async function lookAgain(ready: ReadyDraft): Promise<ReadonlyMap<string, HostLook>> {
    const byHost = Map.groupBy(ready.vms, ({ placed }) => placed.host ?? '');
    const looks = [...byHost].map(async ([host, vms]) => {
      const known = ready.looks.get(host) ?? null;
      if (known !== null && now() - known.since < freshMs) return [host, known] as const;
      const slow = known === null || now() - known.since >= slowMs;
      const words = new Set(vms.flatMap(({ guest }) => wordsOf(guest, { slow })));
      const look = await lookAt(runner(host), xen.host(host)?.toolstack ?? 'xl', [...words], { now });
      // What takes a second and was told a moment ago counts.
      return [host, together(known, look)] as const;
    });
    return new Map(await Promise.all(looks));
  }

  /**
   * Asks each host for the names of the VMs that are placed on others: another Hum may be about to make one of them there. What is configured
   * the fleet tells itself. A host that does not answer at once, or not without a password, is passed over.
   */
  async function lookElsewhere({ vms }: ReadyDraft): Promise<readonly (readonly [host: string, HostLook])[]> {
    const others = xen.hosts().filter(({ toolstack, problem }) => toolstack === 'xl' && problem === undefined);
    const looks = others.map(async ({ host }) => {
      const words = vms.flatMap(({ guest, placed }) => (placed.host === host ? [] : [claimWord(guest.name)]));
      if (words.length === 0) return [];
      const look = await lookAt(runner(host), 'xl', words, { now, quietly: true, signal: AbortSignal.timeout(elsewhereMs) });
      return [[host, look] as const];
    });
    const ended = await Promise.allSettled(looks);
    return ended.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  }

  return {
    preview: (request, client, signal, writable) =>
      abortable([signal, stopped.signal], (aborted) => follow(request, client, aborted, writable)),

    seed(client, vm) {
      const drafts = [...open].flatMap((each) => (each.client === client && each.draft !== null ? [each.draft] : []));
      const found = drafts.at(-1)?.vms.find(({ guest }) => guest.name === vm)?.deployment;
      if (found == null) throw new HumError(noSeed);
      return seedOf(deploymentPlan(found).steps);
    },

    async start({ digest, ...request }) {
      const preview = [...previews].findLast((each) => each.ready.has(digest));
      const ready = preview?.ready.get(digest);
      if (preview === undefined || ready === undefined || !isDeepStrictEqual(ready.request, request)) throw planChanged();
      if (templates.get(request.template)?.version !== ready.version) throw planChanged();
      const [looks, elsewhere] = await Promise.all([lookAgain(ready), lookElsewhere(ready)]);
      // Nothing is awaited from here on: of two that start at once, the second sees the plans of the first.
      if (!preview.ready.has(digest)) throw planChanged();
      // What others only look at does not count: whoever starts first has it.
      const failed = failedCheck(ready, viewWith([]), looks, elsewhere);
      if (failed !== undefined) throw refusal(failed);
      const { batch, ids } = plans.start(plansOf(ready));
      preview.started();
      return { batch, plans: ids };
    },

    stop() {
      stopped.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };

  function plansOf({ request, vms }: ReadyDraft): readonly Plan[] {
    const deployments = vms.flatMap(({ deployment }) => deployment ?? []);
    const holdings = holdingsOf({ vms });
    if (request.partial === 'all-or-none') {
      const busy = vms.find(({ guest, placed }) => plans.busy(`${placed.host}/${guest.name}`));
      if (busy !== undefined) throw underWay(busy);
      return [{ ...deploymentOfAll(deployments), holds: heldBy(holdings) }];
    }
    return deployments.map((deployment, at) => ({
      ...deploymentPlan(deployment),
      atOnce: request.atOnce,
      holds: heldBy(holdings.slice(at, at + 1)),
    }));
  }
}

/** The first check that fails now, each VM on the host that it was shown on. @throws HumError `plan-changed` when one of these is none any more */
function failedCheck(
  { request, vms }: ReadyDraft,
  view: FleetView,
  looks: ReadonlyMap<string, HostLook>,
  elsewhere: readonly (readonly [host: string, HostLook])[],
): DeployCheck | undefined {
  const others = othersOf(view, [...looks, ...elsewhere]);
  const hosts = placementHosts(view, looks);
  if (vms.some(({ placed }) => hosts.every(({ id }) => id !== placed.host))) throw planChanged();
  for (const host of hosts) {
    const mine = vms.filter(({ placed }) => placed.host === host.id);
    const guests = mine.map(({ guest }) => guest);
    const { vms: placed } = place(guests, [host], { headroom: request.headroom, only: host.id });
    const facts = mine.flatMap(({ guest, macs }, at): VmFacts[] => {
      const here = placed[at];
      return here === undefined ? [] : [{ guest, macs, placed: here, host, lookProblem: null, complaints: [] }];
    });
    const failed = checksOf(facts, others, []).find(({ state }) => state === 'failed');
    if (failed !== undefined) return failed;
  }
  return undefined;
}

/** A draft whose addresses and hosts another preview goes on with; what it makes bears marks of its own. */
function anew(draft: Draft | null, chosen: boolean): Draft | null {
  if (draft === null) return null;
  const vms = draft.vms.map((vm) => ({
    ...vm,
    mark: randomBytes(8).toString('hex'),
    ...(chosen ? { placed: { ...vm.placed, host: null } } : {}),
  }));
  return { ...draft, vms };
}

const codes: Readonly<Record<string, ProblemCode>> = {
  name: 'name-taken',
  memory: 'memory-short',
  bridge: 'bridge-missing',
  'disk-space': 'disk-full',
  image: 'disk-missing',
  kernel: 'kernel-missing',
  config: 'config-invalid',
};

/** A check that failed between preview and start, in its own words: what was found, and then what to do. */
function refusal({ id, detail }: DeployCheck): HumError {
  const [, found, advice] = /^(.*\.) ([^.]+(?:\.[^ ][^.]*)*\.)$/s.exec(detail) ?? [];
  return new HumError({
    code: codes[id] ?? 'conflict',
    message: found ?? detail,
    hint: `Nothing was started. ${advice ?? 'Look at the checks as they are now.'}`,
  });
}

function underWay({ guest, placed }: DraftVm): HumError {
  return new HumError({
    code: 'conflict',
    message: `Something is being done to ${guest.name} already.`,
    hint: 'Wait for it, or decide about it on the activity page.',
    ...(placed.host === null ? {} : { host: placed.host }),
  });
}

function planChanged(): HumError {
  return new HumError({
    code: 'plan-changed',
    message: 'What would be deployed is not what was shown any more; nothing was started.',
    hint: 'Look at it as it is now, and decide again.',
  });
}

const noSeed: Problem = {
  code: 'not-found',
  message: 'There is no seed for cloud-init of this VM.',
  hint: 'The preview may have changed meanwhile: look at what it shows now.',
};

function noSuchTemplate(): HumError {
  return new HumError({
    code: 'not-found',
    message: 'This template is not there any more, or has an error.',
    hint: 'See the templates page: it says what is wrong with it.',
  });
}
