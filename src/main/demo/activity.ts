import { type Profile, pressedPeriodMs } from './profiles.ts';
import { bootOf, leakOf, leakPeriodMs, leakPressure, leakPressureMs, lossAreaMs } from './story.ts';
import { average, integral, scaled, type Wave } from './wave.ts';

/** What a host is busy with, as counters since its boot and averages: everything that is not memory. */

/** Microseconds stalled since boot and the kernel's three averages, as ratios (PSI: Documentation/accounting/psi.rst). */
export interface Stall {
  readonly totalUs: number;
  readonly averages: readonly [number, number, number];
}

const windows = [10_000, 60_000, 300_000] as const;

/** In step with the builds of a pressed host; nothing on the others. */
function builds(profile: Profile): Wave {
  if (profile.role !== 'pressed') return { mean: 0, swings: [] };
  return { mean: 0.13, swings: [{ amplitude: 0.12, periodMs: pressedPeriodMs, phase: 0 }] };
}

/** `some` with a share of 1, `full` with the part of it in which every task waited. */
export function memoryStall(profile: Profile, at: number, share: number): Stall {
  const wave = scaled(builds(profile), share);
  const area = (from: number, to: number) =>
    integral(wave, from, to) + share * (leakPressureMs(leakOf(profile, to)) - leakPressureMs(leakOf(profile, from)));
  return stall(profile, at, area);
}

/** Tasks that wait for a CPU. */
export function cpuStall(profile: Profile, at: number): Stall {
  const wave = scaled(profile.activity, profile.kind.cpuBusy ** 2 * 0.6);
  return stall(profile, at, (from, to) => integral(wave, from, to));
}

/** As `memoryStall`, for the disks: swapping shows here too. */
export function ioStall(profile: Profile, at: number, share: number): Stall {
  const wave = scaled(profile.activity, share * (profile.kind.group === 'backup' ? 0.14 : 0.015));
  const swapping = scaled(builds(profile), share * 0.7);
  return stall(profile, at, (from, to) => integral(wave, from, to) + integral(swapping, from, to));
}

function stall(profile: Profile, at: number, area: (from: number, to: number) => number): Stall {
  const bootedAt = bootOf(profile, at).at;
  const [short, middle, long] = windows.map((window) => {
    const from = Math.max(bootedAt, at - window);
    return Math.min(0.99, Math.max(0, area(from, at) / window));
  });
  return { totalUs: Math.max(0, Math.round(area(bootedAt, at) * 1000)), averages: [short ?? 0, middle ?? 0, long ?? 0] };
}

/** Ticks of a hundredth of a second since boot, of all CPUs together. */
export interface CpuTicks {
  readonly user: number;
  readonly nice: number;
  readonly system: number;
  readonly idle: number;
  readonly iowait: number;
  readonly softirq: number;
  readonly steal: number;
}

/** Whole ticks; none of them falls while the host is up. */
export function cpuTicks(profile: Profile, at: number): CpuTicks {
  const bootedAt = bootOf(profile, at).at;
  const ticks = (profile.cores * (at - bootedAt)) / 10;
  const busy = (profile.cores * integral(scaled(profile.activity, profile.kind.cpuBusy), bootedAt, at)) / 10;
  const waiting = busy * (profile.kind.group === 'backup' ? 0.8 : 0.06);
  return {
    user: Math.floor(busy * 0.7),
    nice: Math.floor(busy * 0.01),
    system: Math.floor(busy * 0.22),
    idle: Math.max(0, Math.floor(ticks - busy - waiting)),
    iowait: Math.floor(waiting),
    softirq: Math.floor(busy * 0.05),
    steal: profile.xen !== null ? 0 : Math.floor(busy * 0.02),
  };
}

/** Load over 1, 5 and 15 minutes. */
export function loads(profile: Profile, at: number): readonly [number, number, number] {
  const bootedAt = bootOf(profile, at).at;
  const perActivity = profile.cores * profile.kind.cpuBusy * 1.1;
  const over = (windowMs: number) => {
    const window = Math.max(1000, Math.min(windowMs, at - bootedAt));
    const leaking = (leakPressure(leakOf(profile, at)) + (profile.role === 'pressed' ? 2 * average(builds(profile), at, window) : 0)) * 6;
    return average(profile.activity, at, window) * perActivity + leaking;
  };
  return [over(60_000), over(300_000), over(900_000)];
}

/** Bytes since boot through the outer interface. */
export function networkBytes(profile: Profile, at: number): { readonly received: number; readonly sent: number } {
  const moved = integral(profile.activity, bootOf(profile, at).at, at) / 1000;
  const receives = profile.kind.group === 'backup' ? 0.95 : 0.3;
  return {
    received: Math.floor(moved * profile.kind.networkPerSecond * receives),
    sent: Math.floor(moved * profile.kind.networkPerSecond * (1 - receives)),
  };
}

const bytesOfSegment = 900;
/** A network that is well loses a little now and then. */
const usuallyLost = 0.0004;

/** TCP segments since boot, and packets that the outer interface dropped: on the losing host as many as are sent again. */
export function segments(
  profile: Profile,
  at: number,
): { readonly received: number; readonly sent: number; readonly again: number; readonly dropped: number } {
  const { received, sent } = networkBytes(profile, at);
  const moved = integral(profile.activity, bootOf(profile, at).at, at);
  const perMs = sent / bytesOfSegment / Math.max(1, moved);
  const dropped = Math.floor(lossAreaMs(profile, at) * perMs);
  const all = Math.floor(sent / bytesOfSegment);
  return { received: Math.floor(received / bytesOfSegment), sent: all, again: Math.floor(all * usuallyLost) + dropped, dropped };
}

/** Pages of 4 KiB swapped in and out since boot. */
export function swappedPages(profile: Profile, at: number): { readonly in: number; readonly out: number } {
  const bootedAt = bootOf(profile, at).at;
  const leak = leakOf(profile, at);
  const leakMs = leakPressureMs(leak) + (leak.kills > 0 ? 0.02 * leakPeriodMs * leak.kills : 0);
  const stalled = integral(builds(profile), bootedAt, at) + leakMs;
  const old = profile.oldSwapKb / 4;
  return { in: Math.floor(old * 0.08 + stalled * 9), out: Math.floor(old + stalled * 16) };
}
