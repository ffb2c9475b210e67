import type { Outage } from '../../shared/contract/fleet.ts';

/** Lost together: within this time. */
const togetherMs = 10_000;
/** Fewer are no outage, whatever part of a small fleet they are. */
const fewest = 3;

/** One host that was lost. */
interface Loss {
  readonly at: number;
  /** The jump host that leads to it, as people know it. */
  readonly via: string | undefined;
}

/** What has gone, before anybody has looked for the cause. */
export interface LostTogether {
  readonly since: number;
  readonly ids: readonly string[];
  /** The jump host before all of them; undefined when it is the whole fleet, or most of it. */
  readonly via: string | undefined;
}

/** Tells many hosts that are lost at once from many that are lost: the first is one event, and not the hosts' fault. */
export class OutageWatch {
  readonly #up = new Map<string, string | undefined>();
  readonly #lost = new Map<string, Loss>();
  readonly #now: () => number;
  #current: LostTogether | undefined;

  /** `now`: epoch ms. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Undefined while there is none. The same object for as long as it is the same outage. */
  get current(): LostTogether | undefined {
    return this.#current;
  }

  /** A host answers. `via`: the jump host that leads to it. */
  up(id: string, via?: string): void {
    this.#up.set(id, via);
    this.#isBack(id);
  }

  /** A host that answered does so no more. */
  down(id: string): void {
    if (!this.#up.has(id)) return;
    this.#lost.set(id, { at: this.#now(), via: this.#up.get(id) });
    this.#up.delete(id);
    this.#look();
  }

  /** The host is disabled or removed, or has answered with something else than figures: it is not lost. */
  forget(id: string): void {
    this.#up.delete(id);
    this.#isBack(id);
  }

  #isBack(id: string): void {
    this.#lost.delete(id);
    const { ids = [] } = this.#current ?? {};
    // Over when half of them are back; the rest has other reasons.
    if (ids.length > 0 && ids.filter((each) => this.#lost.has(each)).length * 2 <= ids.length) this.#current = undefined;
  }

  #look(): void {
    const at = this.#now();
    const recent = [...this.#lost].filter(([, loss]) => at - loss.at <= togetherMs);
    const grown = this.#current !== undefined && at - this.#current.since <= togetherMs * 3;
    if (recent.length < fewest) return;
    const since = grown && this.#current !== undefined ? this.#current.since : Math.min(...recent.map(([, loss]) => loss.at));
    const ids = grown ? [...new Set([...(this.#current?.ids ?? []), ...recent.map(([id]) => id)])] : recent.map(([id]) => id);
    const vias = new Set(recent.map(([, loss]) => loss.via));
    const [via] = vias;
    const allBehind = vias.size === 1 && via !== undefined && ![...this.#up.values()].includes(via);
    if (allBehind) this.#current = { since, ids, via };
    else if (recent.length > this.#up.size) this.#current = { since, ids, via: undefined };
  }
}

/** What is looked at to find the cause. Each answers within a few seconds and never throws. */
export interface NetworkProbes {
  /** The gateway of the default route: its address and whether it answers; null where there is no such route, undefined where nobody can tell. */
  readonly gateway: () => Promise<{ readonly address: string; readonly answers: boolean } | null | undefined>;
  /** Whether the name server answers, be it that the name is unknown. */
  readonly resolver: () => Promise<boolean>;
  /** Whether the jump host before this host answers; undefined where nobody can tell. */
  readonly hop: (id: string) => Promise<boolean | undefined>;
}

/** Whose fault it is, in words. */
export async function explainOutage({ since, ids, via }: LostTogether, probes: NetworkProbes): Promise<Outage> {
  const of = { since, hosts: ids.length };
  const hop = via === undefined ? undefined : await probes.hop(ids[0] ?? '');
  if (hop === true) {
    return {
      ...of,
      cause: 'unknown',
      message: `All ${ids.length} hosts behind the jump host ${via} were lost within seconds; it answers itself.`,
      hint: 'Look at the network behind it.',
    };
  }
  const [gateway, resolves] = await Promise.all([probes.gateway(), probes.resolver()]);
  if (via !== undefined && gateway?.answers !== false) {
    return {
      ...of,
      cause: 'jump-host',
      message:
        hop === false
          ? `The jump host ${via} is gone, and all ${ids.length} hosts behind it.`
          : `All ${ids.length} hosts behind the jump host ${via} were lost within seconds.`,
      hint: 'Look at the jump host first.',
    };
  }
  const lost = `${ids.length} hosts were lost within seconds`;
  if (gateway === null)
    return {
      ...of,
      cause: 'network',
      message: `${lost}: this machine has no route to any network.`,
      hint: 'Check its cable, its Wi-Fi or its VPN.',
    };
  if (gateway?.answers === false) {
    return {
      ...of,
      cause: 'network',
      message: `${lost}: the gateway ${gateway.address} does not answer.`,
      hint: 'The trouble is between this machine and its gateway, not with the hosts.',
    };
  }
  if (!resolves) {
    return {
      ...of,
      cause: 'network',
      message: `${lost}, and no name server answers.`,
      hint: 'The trouble is likely beyond the gateway: the line, or the VPN.',
    };
  }
  return {
    ...of,
    cause: 'unknown',
    message: `${lost}; the network of this machine works.`,
    hint: 'Look at what the hosts have in common: a switch, a firewall, a site.',
  };
}
