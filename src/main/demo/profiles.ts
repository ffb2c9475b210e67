import { type Kind, type KindName, kinds } from './kinds.ts';
import { between, hex, pick, randomOf } from './random.ts';
import type { Swing, Wave } from './wave.ts';

/** What is wrong with a host, if anything. One of each as soon as the fleet is large enough. */
export type Role = 'steady' | 'leaking' | 'pressed' | 'slow' | 'key-changed' | 'login-refused' | 'rebooting' | 'old-kernel' | 'losing';

/** What stays the same about a simulated host while the demo runs. Memory in kB, as the kernel counts it. */
export interface Profile {
  readonly index: number;
  readonly name: string;
  readonly kind: Kind;
  readonly role: Role;
  readonly totalKb: number;
  readonly swapKb: number;
  /** Swap that was filled long ago and never read back. */
  readonly oldSwapKb: number;
  readonly cores: number;
  readonly kernel: string;
  readonly system: string;
  readonly interface: string;
  /** Up for so long when the demo starts. */
  readonly uptimeAtStartMs: number;
  readonly oomKillsAtStart: number;
  /** Application memory of total. */
  readonly apps: Wave;
  /** Around 1: how much there is to do, by the hour of the day and the minute. */
  readonly activity: Wave;
  readonly cacheFillMs: number;
  readonly cachePhase: number;
  readonly bootIdSeed: number;
  /** Who logs in; only root may ask Xen anything. */
  readonly user: string;
  /** Null on a plain Linux host. */
  readonly xen: XenProfile | null;
}

/** The domains of a Xen host. Its name then says what they are for, and its own figures are those of its dom0. */
export interface XenProfile {
  readonly seed: number;
  readonly domains: number;
  /** One of each kind of trouble is here. */
  readonly first: boolean;
  /** What its first domain has in common with that of the first host. */
  readonly repeats: 'mac' | 'name' | null;
}

/** The first twelve, with their domains; the order makes a fleet of three interesting too. */
const opening: readonly (readonly [kind: KindName, role: Role, xen?: Partial<XenProfile> | undefined, user?: string])[] = [
  ['dom0', 'steady', { domains: 14, first: true }],
  ['web', 'steady', { domains: 9, repeats: 'mac' }],
  ['web', 'leaking'],
  ['db', 'losing', { domains: 5, repeats: 'name' }],
  ['build', 'pressed'],
  ['backup', 'slow'],
  ['dom0', 'steady', { domains: 50 }],
  ['mail', 'key-changed', { domains: 4 }],
  ['web', 'steady', { domains: 7 }, 'op'],
  ['monitoring', 'login-refused'],
  ['dom0', 'rebooting', { domains: 8 }],
  ['db', 'old-kernel'],
];

/** One in so many of the others is a plain Linux host. */
const plainOneIn = 6;

const later: readonly KindName[] = [
  ...(['dom0', 'web', 'app', 'web', 'db', 'dom0', 'web', 'cache', 'app', 'web'] as const),
  ...(['dom0', 'web', 'db', 'app', 'build', 'web', 'dom0', 'backup', 'web', 'db'] as const),
];

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The demo begins on a working morning, wherever the clock stands: what a seed shows does not depend on the time of day. */
const startOfDemo = 10.5 * hour;

/** Its name in /etc/os-release and its kernel. */
type System = readonly [name: string, kernel: string];

const systems: readonly [System, ...System[]] = [
  ['Debian GNU/Linux 12 (bookworm)', '6.1.0-28-amd64'],
  ['Debian GNU/Linux 12 (bookworm)', '6.1.0-31-amd64'],
  ['Debian GNU/Linux 11 (bullseye)', '5.10.0-33-amd64'],
  ['Ubuntu 24.04.1 LTS', '6.8.0-51-generic'],
  ['Rocky Linux 9.5 (Blue Onyx)', '5.14.0-503.22.1.el9_5.x86_64'],
  ['Alpine Linux v3.21', '6.12.8-0-lts'],
];

/** The last Debian before /proc/meminfo had MemAvailable (Linux 3.14), PSI (4.20) and oom_kill (4.13). */
const oldSystem: System = ['Debian GNU/Linux 7 (wheezy)', '3.2.0-4-amd64'];

/**
 * The fleet of a seed: `count` hosts, of which a smaller fleet is always the beginning of a larger one. With `domains`, each host is a
 * Xen host that has so many.
 */
export function fleetOf(seed: number, count: number, domains?: number): readonly Profile[] {
  const numbers = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const [kindName, role, part, user = 'root'] = opening[index] ?? laterHost(seed, index);
    const told = domains === undefined ? part : { ...part, domains };
    const xen = told && { seed, domains: 0, first: false, repeats: null, ...told };
    const kind = xen ? xenKind(kinds[kindName]) : kinds[kindName];
    const number = (numbers.get(kind.prefix) ?? 0) + 1;
    numbers.set(kind.prefix, number);
    const profile = profileOf(seed, index, `${kind.prefix}${String(number).padStart(2, '0')}`, kind, role);
    return { ...profile, user, xen: xen ?? null };
  });
}

function laterHost(seed: number, index: number): (typeof opening)[number] {
  const kind = later[(index - opening.length) % later.length] ?? 'web';
  const random = randomOf(seed + 31, index);
  return [kind, 'steady', index % plainOneIn === 0 ? undefined : { domains: Math.floor(between(random, 3, 31)) }];
}

/** What a machine for such domains is itself: a dom0, in the same group. */
function xenKind(kind: Kind): Kind {
  const { group, prefix, cores, networkPerSecond } = kind;
  return { ...kinds.dom0, group, prefix, cores, networkPerSecond, tags: [...new Set([...kind.tags, 'xen'])] };
}

function profileOf(seed: number, index: number, name: string, kind: Kind, role: Role): Omit<Profile, 'user' | 'xen'> {
  const random = randomOf(seed, index);
  const small = role === 'leaking';
  const sizeGib = small ? 8 : pick(random, kind.sizesGib);
  // Firmware and the kernel's own image are missing from MemTotal: 1 to 3 % on an ordinary machine.
  const totalKb = 4 * Math.round(sizeGib * 256 * 1024 * between(random, 0.97, 0.99));
  const [system, kernel] = role === 'old-kernel' ? oldSystem : pick(random, systems);
  const tight = role === 'steady' && index >= opening.length && random() < 0.03;
  const appsOfTotal = tight ? between(random, 0.84, 0.9) : kind.appsOfTotal * between(random, 0.8, 1.2);
  const swapGib = small ? 2 : pick(random, [0, 2, 4, 8]);
  return {
    index,
    name,
    kind,
    role,
    totalKb,
    swapKb: swapGib * 1024 * 1024 - (swapGib > 0 ? 4 : 0),
    oldSwapKb: swapGib > 0 && !small ? Math.round(between(random, 0, 0.12) * swapGib * 1024 * 1024) : 0,
    cores: pick(random, kind.cores),
    kernel,
    system,
    interface: pick(random, ['eth0', 'enX0', 'ens3']),
    uptimeAtStartMs: role === 'old-kernel' ? 1214.3 * day : Math.exp(between(random, Math.log(2 * hour), Math.log(2.2 * 365 * day))),
    oomKillsAtStart: small ? 3 : tight ? 1 : 0,
    apps: role === 'pressed' ? pressedApps(random) : appsWave(random, appsOfTotal),
    activity: activityWave(random),
    cacheFillMs: between(random, 6, 40) * minute,
    cachePhase: random(),
    bootIdSeed: Number.parseInt(hex(random, 7), 16),
  };
}

function activityWave(random: () => number): Wave {
  const busiest = 14.5 * hour;
  const swing = (amplitude: number, low: number, high: number): Swing => ({
    amplitude,
    periodMs: between(random, low, high),
    phase: between(random, 0, 2 * Math.PI),
  });
  return {
    mean: 1,
    swings: [
      { amplitude: 0.3, periodMs: day, phase: Math.PI / 2 + (2 * Math.PI * (startOfDemo - busiest)) / day },
      swing(0.2, 6 * minute, 15 * minute),
      swing(0.16, 70_000, 160_000),
      swing(0.12, 14_000, 35_000),
    ],
  };
}

function appsWave(random: () => number, mean: number): Wave {
  return {
    mean,
    swings: [
      { amplitude: mean * 0.05, periodMs: between(random, 3, 9) * minute, phase: between(random, 0, 2 * Math.PI) },
      { amplitude: mean * 0.018, periodMs: between(random, 35, 80) * 1000, phase: between(random, 0, 2 * Math.PI) },
    ],
  };
}

/** A build every two and a half minutes that asks for more than there is. */
export const pressedPeriodMs = 150_000;

function pressedApps(random: () => number): Wave {
  return {
    mean: 0.82,
    swings: [
      { amplitude: 0.15, periodMs: pressedPeriodMs, phase: 0 },
      { amplitude: 0.008, periodMs: 31_000, phase: between(random, 0, 2 * Math.PI) },
    ],
  };
}
