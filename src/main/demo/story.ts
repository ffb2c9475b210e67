import type { Profile } from './profiles.ts';
import { hex, randomOf } from './random.ts';

/** What happens to the special hosts, and when. Times are ms since the demo began. */

/** The leaking host: from a fresh process to the OOM kill. */
export const leakPeriodMs = 7 * 60_000;
const firstKillAt = 2.5 * 60_000;
/** The last part of the leak, in which memory is short and the kernel swaps. */
const leakPressureFrom = 0.72;

/** The rebooting host: up for a while, gone, back with a new boot. */
const rebootPeriodMs = 4 * 60_000;
const firstRebootAt = 45_000;
const rebootTakesMs = 40_000;
/** The machine is up for so long before sshd answers. */
const bootToSshdMs = 18_000;

/** Whether nobody listens at this moment. */
export function isAway(profile: Profile, at: number): boolean {
  if (profile.role !== 'rebooting' || at < firstRebootAt) return false;
  return (at - firstRebootAt) % rebootPeriodMs < rebootTakesMs;
}

export interface Boot {
  /** May be long before the demo: negative. */
  readonly at: number;
  readonly id: string;
}

/** The boot that the host runs since, `at` ms after the demo began. */
export function bootOf(profile: Profile, at: number): Boot {
  const firstBackAt = firstRebootAt + rebootTakesMs;
  const reboots = profile.role === 'rebooting' && at >= firstBackAt ? Math.floor((at - firstBackAt) / rebootPeriodMs) + 1 : 0;
  const random = randomOf(profile.bootIdSeed, reboots);
  // RFC 9562 §5.4: version 4, variant 8 to b.
  const id = `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`;
  if (reboots === 0) return { at: -profile.uptimeAtStartMs, id };
  return { at: firstBackAt + (reboots - 1) * rebootPeriodMs - bootToSshdMs, id };
}

export interface Leak {
  /** How far the leak has come, 0..1; 0 on a host that does not leak. */
  readonly grown: number;
  /** OOM kills since the demo began. */
  readonly kills: number;
}

/** The leak, `at` ms after the demo began. */
export function leakOf(profile: Profile, at: number): Leak {
  if (profile.role !== 'leaking') return { grown: 0, kills: 0 };
  const sinceFirst = at - firstKillAt + leakPeriodMs;
  const kills = Math.floor(sinceFirst / leakPeriodMs);
  return { grown: sinceFirst / leakPeriodMs - kills, kills };
}

/** Memory pressure from the leak, ratio. */
export function leakPressure(leak: Leak): number {
  const near = Math.max(0, (leak.grown - leakPressureFrom) / (1 - leakPressureFrom));
  return 0.55 * near * near;
}

/** The area under `leakPressure` since the demo's first leak began, in ms. */
export function leakPressureMs(leak: Leak): number {
  const width = (1 - leakPressureFrom) * leakPeriodMs;
  const near = Math.max(0, (leak.grown - leakPressureFrom) / (1 - leakPressureFrom));
  return 0.55 * (width / 3) * (leak.kills + near ** 3);
}

/** The host whose disk fills: from well to nearly full in some minutes, then a while full, then somebody cleans up. */
const fillPeriodMs = 24 * 60_000;
const fillFrom = 0.845;
const fillTo = 0.97;
/** The part of the period in which it fills, and from which on it is clean. */
const filledAt = 0.5;
const cleanedAt = 0.9;

/** How full its data disk is, 0..1; null on a host whose disk does not fill. */
export function fillOf(profile: Profile, at: number): number | null {
  if (profile.role !== 'pressed') return null;
  const part = (at / fillPeriodMs) % 1;
  if (part >= cleanedAt) return 0.6 + ((part - cleanedAt) / (1 - cleanedAt)) * (fillFrom - 0.6);
  return fillFrom + Math.min(1, part / filledAt) * (fillTo - fillFrom);
}

/** The host with a bad cable: of what it sends so much is lost, for some minutes, again and again. */
const lossPeriodMs = 20 * 60_000;
const lossFrom = 20_000;
const lossMs = 8 * 60_000;
const lost = 0.06;

/** The area under the share of what it loses, since the demo began, in ms; 0 on other hosts. */
export function lossAreaMs(profile: Profile, at: number): number {
  if (profile.role !== 'losing') return 0;
  const periods = Math.floor(at / lossPeriodMs);
  const within = Math.min(lossMs, Math.max(0, at - periods * lossPeriodMs - lossFrom));
  return lost * (Math.max(0, periods) * lossMs + (periods < 0 ? 0 : within));
}

/** How long the slow host takes for an answer: 1.5 to 3 s. */
export function answerDelayMs(profile: Profile, request: number): number {
  if (profile.role !== 'slow') return 0;
  return 1500 + 1500 * randomOf(profile.bootIdSeed, request)();
}
