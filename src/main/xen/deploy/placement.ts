import type { HostFit } from '../../../shared/contract/deploy.ts';
import { formatBytes, formatRatio } from '../../../shared/units.ts';
import type { Guest } from './guest.ts';
import type { HostLook } from './look.ts';
import { type Hypervisor, hostObstacles, lookObstacles, type Obstacle } from './obstacles.ts';
import { needsOf, type Room, roomsOf } from './room.ts';

/** A host that VMs may be placed on. Bytes. */
export interface PlacementHost extends Hypervisor {
  readonly id: string;
  readonly name: string;
  /** What Xen has free and nobody has set aside: claims of other tools are off already (`xl info` takes them off), deployments under way too. */
  readonly memoryFree: number;
  /** How busy its CPUs are with VMs, 0..1. */
  readonly load: number;
  /** The VMs that run there, or are being deployed. */
  readonly vms: readonly ThereVm[];
  /** What was found there; null before anybody has looked. What is not known is not held against a host. */
  readonly look: HostLook | null;
}

/** A VM that a host has already. */
export interface ThereVm {
  readonly name: string;
  /** Of the template that Hum has made it from; none where it did not. */
  readonly tags: readonly string[];
}

/** How a VM would do on a host, after those that were placed there before it. Bytes. */
export interface Verdict {
  readonly obstacles: readonly Obstacle[];
  readonly memoryNeed: number;
  /** What it may have: without the headroom. */
  readonly memoryAvailable: number;
  /** Free after it, the headroom included; negative where it does not fit. */
  readonly memoryLeft: number;
  readonly rooms: readonly Room[];
  /** VMs that it should be kept apart from and that are there. */
  readonly alike: Alike;
  readonly score: number;
}

export interface Placed {
  /** The inventory id; null where no host fits. */
  readonly host: string | null;
  /** Of that host. */
  readonly verdict: Verdict | null;
  /** Where it has no host: what is in the way on the hosts that come nearest, three at most. */
  readonly refusals: readonly Refusal[];
}

export interface Refusal {
  /** The name of the host. */
  readonly host: string;
  readonly obstacles: readonly Obstacle[];
}

export interface Placement {
  /** In the order of the guests. */
  readonly vms: readonly Placed[];
  /** How the first guest would do on each host, the best first. */
  readonly fits: readonly HostFit[];
}

export interface PlacementOptions {
  /** Bytes that stay free on each host. */
  readonly headroom: number;
  /** The host that a person has chosen: every VM goes there, fit or not. Null for the best. */
  readonly only: string | null;
  /** Where VMs were placed before, by name: they stay as long as they fit, so that a plan does not change with every breath of the fleet. */
  readonly keep?: ReadonlyMap<string, string>;
}

const mib = 2 ** 20;

/**
 * What Xen sets aside for a guest besides its memory, as libxl reckons (libxl_mem.c, libxl__get_required_paging_memory): 1 MiB for every
 * guest, and where the hardware pages for it 1 MiB for each virtual CPU and 8 KiB for each MiB that it can grow to; an HVM guest has a video
 * card of 16 MiB and 1 MiB more. 2 MiB are for what Xen keeps of a domain itself.
 */
export function memoryOverhead({ type, vcpus, memoryMax }: Pick<Guest, 'type' | 'vcpus' | 'memoryMax'>): number {
  const paging = type === 'pv' ? 0 : vcpus * mib + Math.ceil(memoryMax / mib) * 8 * 1024;
  return 3 * mib + paging + (type === 'hvm' ? 17 * mib : 0);
}

/** VMs on one host that do the same as another one. A host that fails should not take all of them along. */
interface Alike {
  /** With a tag of its own. */
  readonly tagged: number;
  /** Of its kind (`kindOf`), without such a tag. */
  readonly named: number;
  /** Asked for in the same request. */
  readonly asked: number;
}

/**
 * What VMs that do the same have in common beside the tags of their template, which Xen does not know and a VM made by other means does not
 * have: the name without its number.
 */
export function kindOf(name: string): string {
  return name.replace(/[\d._+-]+$/, '') || name;
}

/** What the VMs that were placed before take on one host. */
interface Taken {
  memory: number;
  vms: number;
  /** Bytes by mount point or volume group. */
  readonly room: Map<string, number>;
}

/** Finds a host for each guest, in their order. Pure; the order of the hosts does not matter. */
export function place(guests: readonly Guest[], hosts: readonly PlacementHost[], options: PlacementOptions): Placement {
  const sorted = [...hosts].sort((left, right) => compare(left.name, right.name) || compare(left.id, right.id));
  const taken = new Map(sorted.map(({ id }): [string, Taken] => [id, nothing()]));
  const alikeOf = alikeOn(sorted);
  const judged = (guest: Guest, host: PlacementHost, before: Taken) =>
    judge(guest, host, before, { ...alikeOf(guest, host), asked: before.vms }, options.headroom);
  const before = (host: PlacementHost) => taken.get(host.id) ?? nothing();

  const [first] = guests;
  const fits = first === undefined ? [] : sorted.map((host) => fitOf(host, judged(first, host, nothing())));
  const vms = guests.map((guest): Placed => {
    const chosen = choose(guest);
    if (chosen === undefined) return { host: null, verdict: null, refusals: refusalsOf(guest) };
    take(before(chosen.host), guest, chosen);
    return { host: chosen.host.id, verdict: chosen.verdict, refusals: [] };
  });
  return { vms, fits: fits.sort((left, right) => Number(right.fits) - Number(left.fits) || right.score - left.score) };

  function refusalsOf(guest: Guest): readonly Refusal[] {
    const asked = options.only === null ? sorted : [];
    const refusals = asked.map((host) => ({ host: host.name, obstacles: judged(guest, host, before(host)).obstacles }));
    // One that cannot be asked is far from fitting.
    const distance = ({ obstacles }: Refusal) => (obstacles.some(({ kind }) => kind === 'host') ? 100 : obstacles.length);
    return refusals.sort((left, right) => distance(left) - distance(right)).slice(0, 3);
  }

  function choose(guest: Guest): { readonly host: PlacementHost; readonly verdict: Verdict } | undefined {
    const wanted = options.only ?? options.keep?.get(guest.name);
    const there = wanted === undefined ? undefined : sorted.find(({ id }) => id === wanted);
    if (there !== undefined) {
      const verdict = judged(guest, there, before(there));
      if (options.only !== null || verdict.obstacles.length === 0) return { host: there, verdict };
    }
    if (options.only !== null) return undefined;
    let best: { readonly host: PlacementHost; readonly verdict: Verdict } | undefined;
    for (const host of sorted) {
      const verdict = judged(guest, host, before(host));
      if (verdict.obstacles.length === 0 && (best === undefined || verdict.score > best.verdict.score)) best = { host, verdict };
    }
    return best;
  }
}

function take(before: Taken, guest: Guest, { host, verdict }: { readonly host: PlacementHost; readonly verdict: Verdict }): void {
  before.memory += verdict.memoryNeed;
  before.vms += 1;
  for (const { key, need } of needsOf(guest, host.look)) before.room.set(key, (before.room.get(key) ?? 0) + need);
}

function judge(guest: Guest, host: PlacementHost, before: Taken, alike: Alike, headroom: number): Verdict {
  const memoryNeed = guest.memory + memoryOverhead(guest);
  const free = host.memoryFree - before.memory;
  const rooms = roomsOf(guest, host.look, before.room);
  const obstacles = [...hostObstacles(guest, host), ...(host.trouble === null ? lookObstacles(guest, host.look) : [])];
  const memoryAvailable = Math.max(0, free - headroom);
  if (host.trouble === null && host.memoryTotal > 0 && memoryNeed > free - headroom) {
    obstacles.push({ kind: 'memory', reason: `no: ${formatBytes(memoryNeed + headroom - free)} short` });
  }
  for (const { where, need, free: there } of rooms) {
    if (host.trouble === null && there !== null && need > there) {
      obstacles.push({ kind: 'disk-space', reason: `${where.startsWith('/') ? 'disk' : where}: ${formatBytes(need - there)} short` });
    }
  }
  const memoryLeft = free - memoryNeed;
  const memoryShare = host.memoryTotal > 0 ? Math.min(1, Math.max(0, (memoryLeft - headroom) / host.memoryTotal)) : 0;
  const load = Math.min(1, Math.max(0, host.load));
  const score = obstacles.length > 0 ? 0 : 0.3 * memoryShare + 0.2 * (1 - load) + 0.5 / (1 + alike.tagged + alike.named + alike.asked);
  // The figures move all the time: what makes no difference to a person makes none here.
  return { obstacles, memoryNeed, memoryAvailable, memoryLeft, rooms, alike, score: Math.round(score * 100) / 100 };
}

function fitOf({ id, load, look, trouble }: PlacementHost, { obstacles, memoryLeft, alike, score }: Verdict): HostFit {
  if (trouble !== null) return { host: id, fits: false, score: 0, reasons: [trouble] };
  if (obstacles.length > 0) return { host: id, fits: false, score: 0, reasons: obstacles.map(({ reason }) => reason) };
  const reasons = [`${formatBytes(memoryLeft)} left after it`];
  if (alike.tagged > 0) reasons.push(`${alike.tagged} with its tag there`);
  if (alike.named > 0) reasons.push(`${alike.named} of its kind there`);
  if (load >= 0.5) reasons.push(`its CPUs are ${formatRatio(Math.floor(load * 10) / 10)} busy`);
  if (look === null) reasons.push('its disks and bridges not looked at yet');
  return { host: id, fits: true, score, reasons };
}

function nothing(): Taken {
  return { memory: 0, vms: 0, room: new Map() };
}

/** Counts, on each host, the VMs that are like a guest: once for all guests of the same kind and tags, as those of a request mostly are. */
function alikeOn(hosts: readonly PlacementHost[]): (guest: Guest, host: PlacementHost) => Pick<Alike, 'tagged' | 'named'> {
  const there = hosts.map(({ id, vms }) => ({ id, vms: vms.map(({ name, tags }) => ({ kind: kindOf(name), tags })) }));
  const counted = new Map<string, ReadonlyMap<string, Pick<Alike, 'tagged' | 'named'>>>();
  const count = (kind: string, tags: ReadonlySet<string>) =>
    new Map(
      there.map(({ id, vms }) => {
        const alike = vms.map((vm) => (vm.tags.some((tag) => tags.has(tag)) ? 'tagged' : vm.kind === kind ? 'named' : undefined));
        return [id, { tagged: alike.filter((how) => how === 'tagged').length, named: alike.filter((how) => how === 'named').length }];
      }),
    );
  return ({ name, tags }, { id }) => {
    const kind = kindOf(name);
    const key = JSON.stringify([kind, tags]);
    const counts = counted.get(key) ?? count(kind, new Set(tags));
    counted.set(key, counts);
    return counts.get(id) ?? { tagged: 0, named: 0 };
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
