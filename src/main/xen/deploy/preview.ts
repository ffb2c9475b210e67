import type { DeployCheck, DeployPreviewEvent, DeployRequest } from '../../../shared/contract/deploy.ts';
import type { ConfigComplaint, Toolstack } from '../../../shared/contract/xen.ts';
import { type Problem, problemOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Runner } from '../../ssh/session.ts';
import { Bell } from '../../stream.ts';
import { checkOnHost } from '../config-check.ts';
import type { Template } from '../templates/template.ts';
import { checksOf, isLookedAt, type VmFacts } from './checks.ts';
import { type Draft, type DraftVm, draftOf } from './draft.ts';
import { type FleetView, othersOf, placementHosts } from './fleet-view.ts';
import { type HostLook, isSlow, lookAt, together, wordsOf } from './look.ts';
import type { PlacementHost } from './placement.ts';

/** What a preview works with. */
export interface PreviewDeps {
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  readonly random: (bytes: number) => Uint8Array;
  readonly now: () => number;
}

/** A draft whose checks have all ended well, as `start` needs it. */
export interface ReadyDraft {
  readonly request: DeployRequest;
  /** Of the template. */
  readonly version: string;
  readonly vms: readonly DraftVm[];
  readonly looks: ReadonlyMap<string, HostLook>;
}

/** Of many hosts that would do, so many are looked at before a person has chosen. */
const mostLooked = 8;
/** A host that could not be looked at is asked again after so long, ms. */
const lookAgainMs = 10_000;
/** What no look at a host tells. */
const unseen: ReadonlySet<string> = new Set(['mac', 'memory', 'type']);
/** While a check fails, hosts are looked at afresh after so long, ms: somebody may mend what is told. */
const lookAfreshMs = 15_000;
/** How many of its earlier selves a preview can still be started from. */
const readyKept = 8;

interface Looking {
  look: HostLook | null;
  problem: Problem | null;
  /** When the last look ended, epoch ms. */
  endedAt: number;
  running: boolean;
  /** Not looked at afresh before, epoch ms. */
  notBefore: number;
}

/**
 * One preview while it is open. It looks at hosts, lets them read configurations, and knows what it has told; `next` answers what there is to
 * tell. `bell` rings when a look has ended, whatever came of it.
 */
export class Preview {
  readonly request: DeployRequest;
  /** The window that it is for: what one window asks for next does not compete with what it asked for before. */
  readonly client: string;
  readonly bell = new Bell();
  /** By their digests, the newest last. */
  readonly ready = new Map<string, ReadyDraft>();
  /** A look has ended since the last `next`. */
  lookEnded = false;
  /** Of the last `next`: something was missing that a look may find. */
  #missing = false;

  readonly #deps: PreviewDeps;
  readonly #signal: AbortSignal;
  readonly #looking = new Map<string, Looking>();
  /** What each host says of a configuration; null while it reads it. */
  readonly #configs = new Map<string, readonly ConfigComplaint[] | null>();
  readonly #queues = new Map<string, Promise<void>>();
  #draft: Draft | null;
  #toldDraft = '';
  #toldChecks: ReadonlyMap<string, DeployCheck> = new Map();

  /** `before`: the draft of an earlier preview of the same window, whose addresses stay as far as they are still good. */
  constructor(request: DeployRequest, client: string, before: Draft | null, deps: PreviewDeps, signal: AbortSignal) {
    this.request = request;
    this.client = client;
    this.#draft = before;
    this.#deps = deps;
    this.#signal = signal;
  }

  get draft(): Draft | null {
    return this.#draft;
  }

  /** A host that could not be looked at can be asked again, or one that something was missing on. */
  get wantsToLook(): boolean {
    return [...this.#looking.values()].some((looking) => this.#isOver(looking) || this.#isOld(looking));
  }

  #isOld({ look, running, problem, notBefore }: Looking): boolean {
    const now = this.#deps.now();
    return this.#missing && look !== null && problem === null && !running && now >= notBefore && now - look.at >= lookAfreshMs;
  }

  #isOver({ problem, endedAt, running }: Looking): boolean {
    return problem !== null && !running && this.#deps.now() - endedAt >= lookAgainMs;
  }

  /** Tells everything anew, even if nothing has changed. */
  tellAll(): void {
    this.#toldDraft = '';
  }

  /** Its VMs are being deployed: what it drafts from here on is something else. */
  started(): void {
    this.ready.clear();
    this.#draft = null;
  }

  /** Works the request out anew, asks hosts for what is missing, and answers what a person has not been told yet. */
  next(template: Template, version: string, view: FleetView): readonly DeployPreviewEvent[] {
    this.lookEnded = false;
    for (const looking of this.#looking.values()) if (this.#isOver(looking)) looking.problem = null;
    const looks = this.#looks();
    const hosts = placementHosts(view, looks).map((host) => this.#withTrouble(host));
    const others = othersOf(view, looks);
    const { request } = this;
    const draft = draftOf({ request, template, version, hosts, others, before: this.#draft, random: this.#deps.random });
    this.#draft = draft;
    this.#look(draft, hosts);
    // Those that nobody can look at now rest, too.
    for (const looking of this.#looking.values()) if (this.#isOld(looking)) looking.notBefore = this.#deps.now() + lookAfreshMs;
    const facts = this.#facts(draft, hosts);
    this.#readConfigs(facts, draft);
    const checks = checksOf(this.#facts(draft, hosts), others, draft.errors);
    const homeless = draft.errors.some(({ field }) => field === 'host');
    this.#missing = homeless || checks.some(({ id, state }) => state === 'failed' && !unseen.has(id));

    const events = this.#news(draft, checks);
    const wellEnded = checks.every(({ state }) => state === 'ok' || state === 'note');
    if (wellEnded && draft.errors.length === 0 && draft.vms.length > 0 && draft.vms.every((vm) => vm.deployment !== null)) {
      const isNew = !this.ready.has(draft.digest);
      this.#keep(draft.digest, { request, version, vms: draft.vms, looks });
      if (isNew || events.length > 0) events.push({ kind: 'ready', digest: draft.digest });
    }
    return events;
  }

  /** Where the best host is asked for, one that cannot be looked at is none. */
  #withTrouble(host: PlacementHost): PlacementHost {
    const problem = this.#looking.get(host.id)?.problem ?? null;
    if (this.request.host !== 'best' || problem === null || host.trouble !== null) return host;
    return { ...host, trouble: visibleText(problem.message, 120).replace(/\.$/, '') };
  }

  #keep(digest: string, ready: ReadyDraft): void {
    this.ready.delete(digest);
    this.ready.set(digest, ready);
    for (const oldest of this.ready.keys()) if (this.ready.size > readyKept) this.ready.delete(oldest);
  }

  #news(draft: Draft, checks: readonly DeployCheck[]): DeployPreviewEvent[] {
    const key = JSON.stringify([draft.digest, draft.errors, draft.fits]);
    const before = this.#toldChecks;
    this.#toldChecks = new Map(checks.map((check) => [`${check.id} ${check.vm ?? ''}`, check]));
    // A check that is no more can only be told by a draft.
    if (key !== this.#toldDraft || [...before.keys()].some((id) => !this.#toldChecks.has(id))) {
      this.#toldDraft = key;
      return [{ kind: 'draft', errors: draft.errors, vms: draft.vms.map(({ shown }) => shown), hosts: draft.fits, checks }];
    }
    const changed = [...this.#toldChecks].filter(([id, check]) => JSON.stringify(before.get(id)) !== JSON.stringify(check));
    return changed.map(([, check]) => ({ kind: 'check', check }));
  }

  #looks(): ReadonlyMap<string, HostLook> {
    return new Map([...this.#looking].flatMap(([host, { look }]) => (look === null ? [] : [[host, look] as const])));
  }

  #facts({ vms }: Draft, hosts: readonly PlacementHost[]): readonly VmFacts[] {
    const byId = new Map(hosts.map((host) => [host.id, host]));
    return vms.map(({ guest, macs, placed, shown }) => ({
      guest,
      macs,
      placed,
      host: placed.host === null ? null : (byId.get(placed.host) ?? null),
      lookProblem: placed.host === null ? null : (this.#looking.get(placed.host)?.problem ?? null),
      complaints: placed.host === null ? null : (this.#configs.get(configKey(placed.host, shown.configuration)) ?? null),
    }));
  }

  /** Looks at the hosts that VMs are placed on, and at those that come next. Only what was not looked at yet. */
  #look({ vms, fits }: Draft, hosts: readonly PlacementHost[]): void {
    const [first] = vms;
    if (first === undefined) return;
    const wanted = new Map<string, Set<string>>();
    const want = (host: string, words: readonly string[]) => {
      const there = wanted.get(host);
      if (there === undefined) wanted.set(host, new Set(words));
      else for (const word of words) there.add(word);
    };
    for (const { guest, placed } of vms) if (placed.host !== null) want(placed.host, wordsOf(guest, { slow: true }));
    if (this.request.host === 'best') {
      const next = fits.filter((fit) => fit.fits).slice(0, mostLooked);
      for (const { host } of next) want(host, wordsOf(first.guest, { slow: false }));
      for (const [host, looking] of this.#looking) {
        // What it was refused for is asked again, or it would fit until that is.
        if (this.#isOld(looking)) want(host, wordsOf(first.guest, { slow: [...(looking.look?.findings.keys() ?? [])].some(isSlow) }));
      }
    }
    for (const { id, trouble, toolstack } of hosts) {
      const words = wanted.get(id);
      if (words !== undefined && trouble === null && toolstack === 'xl') this.#lookAt(id, toolstack, words);
    }
  }

  #lookAt(host: string, toolstack: Toolstack, words: ReadonlySet<string>): void {
    const { now, runner } = this.#deps;
    const state = this.#lookingAt(host);
    const afresh = this.#isOld(state);
    const missing = afresh ? [...words] : [...words].filter((word) => !state.look?.findings.has(word));
    if (state.running || missing.length === 0 || state.problem !== null) return;
    state.running = true;
    const look = async () => {
      try {
        const look = await lookAt(runner(host), toolstack, missing, { signal: this.#signal, now });
        state.look = afresh ? look : together(state.look, look);
        if (afresh) this.#forgetComplaints(host);
        state.problem = null;
      } catch (error) {
        state.problem = problemOf(error);
      }
      state.running = false;
      state.endedAt = now();
      this.#ended();
    };
    void look();
  }

  /** What a host has complained of may be mended by now. */
  #forgetComplaints(host: string): void {
    for (const [key, complaints] of this.#configs) {
      if (key.startsWith(`${host} `) && complaints?.some(({ severity }) => severity === 'error')) this.#configs.delete(key);
    }
  }

  #lookingAt(host: string): Looking {
    const state = this.#looking.get(host) ?? { look: null, problem: null, endedAt: 0, running: false, notBefore: 0 };
    this.#looking.set(host, state);
    return state;
  }

  /** Lets hosts read the configurations of VMs that they were looked at for, one after the other on each. */
  #readConfigs(facts: readonly VmFacts[], { vms }: Draft): void {
    for (const [index, vm] of facts.entries()) {
      const { host } = vm;
      const text = vms[index]?.shown.configuration;
      if (host === null || text === undefined || host.trouble !== null || host.toolstack !== 'xl' || vm.lookProblem !== null) continue;
      if (!isLookedAt(vm)) continue;
      const key = configKey(host.id, text);
      if (this.#configs.has(key)) continue;
      this.#configs.set(key, null);
      const before = this.#queues.get(host.id) ?? Promise.resolve();
      this.#queues.set(
        host.id,
        before.then(() => this.#readConfig(host, text, key)),
      );
    }
  }

  async #readConfig({ id, toolstack }: PlacementHost, text: string, key: string): Promise<void> {
    if (this.#signal.aborted) return;
    try {
      const { complaints } = await checkOnHost(this.#deps.runner(id), toolstack, text);
      this.#configs.set(key, complaints);
    } catch (error) {
      // As a look that failed: it is asked again after a while.
      this.#configs.delete(key);
      Object.assign(this.#lookingAt(id), { problem: problemOf(error), endedAt: this.#deps.now() });
    }
    this.#ended();
  }

  #ended(): void {
    this.lookEnded = true;
    this.bell.ring();
  }
}

function configKey(host: string, text: string): string {
  return `${host} ${text}`;
}
