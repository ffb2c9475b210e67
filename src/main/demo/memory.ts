import type { Profile } from './profiles.ts';
import { leakOf } from './story.ts';
import { average, valueAt } from './wave.ts';

/** Where the memory of a host is at one moment, in kB. The parts and `free` add up to `total`. */
export interface MemoryFigures {
  readonly total: number;
  readonly free: number;
  /** What the kernel would estimate as MemAvailable. */
  readonly available: number;
  readonly anon: number;
  readonly shmem: number;
  /** Page cache of files, without buffers and without shared memory. */
  readonly cache: number;
  readonly buffers: number;
  readonly slabReclaimable: number;
  readonly slabFixed: number;
  readonly kernelStack: number;
  readonly pageTables: number;
  readonly perCpu: number;
  readonly hugePages: number;
  readonly swapTotal: number;
  readonly swapUsed: number;
  readonly lowWatermark: number;
  /** What the applications hold in memory and swap together. */
  readonly demand: number;
  /** The part of `demand` that one leaking process holds. */
  readonly leaked: number;
}

export const hugePageKb = 2048;

/** Where the memory is `at` ms after the demo began. */
export function memoryAt(profile: Profile, at: number): MemoryFigures {
  const total = profile.totalKb;
  const hugePages = Math.floor((total * profile.kind.hugeOfTotal) / hugePageKb);
  const slab = Math.round(total * 0.014);
  const slabReclaimable = Math.round(slab * 0.68);
  const kernelStack = 1600 + 16 * Math.round(profile.cores * 6);
  const pageTables = Math.round(total * 0.0022);
  const perCpu = 344 * profile.cores;
  const kernel = slab + kernelStack + pageTables + perCpu;
  const lowWatermark = lowWatermarkKb(total);

  // The kernel starts to swap well before the last page.
  const limit = total - kernel - hugePages * hugePageKb - lowWatermark * 2 - Math.round(total * 0.015);
  const leaked = leakedKb(profile, at, limit);
  const wanted =
    total * valueAt(profile.apps, at) + (profile.role === 'pressed' ? 0 : total * 0.06 * (average(profile.activity, at, 60_000) - 1));
  const demand = Math.round(Math.min(limit + profile.swapKb - profile.oldSwapKb, Math.max(total * 0.03, wanted) + leaked));
  const swapUsed = profile.oldSwapKb + Math.max(0, demand - limit);
  const inMemory = Math.min(demand, limit);
  const shmem = Math.round(inMemory * 0.02);

  const room = total - kernel - hugePages * hugePageKb - inMemory - lowWatermark;
  const files = Math.max(0, Math.round(room * cacheFill(profile, at)));
  const buffers = Math.round(files * 0.05);
  const free = total - kernel - hugePages * hugePageKb - inMemory - files;
  const available = Math.max(0, free - lowWatermark + keepHalf(files, lowWatermark) + keepHalf(slabReclaimable, lowWatermark));
  return {
    total,
    free,
    available: Math.round(available),
    anon: inMemory - shmem,
    shmem,
    cache: files - buffers,
    buffers,
    slabReclaimable,
    slabFixed: slab - slabReclaimable,
    kernelStack,
    pageTables,
    perCpu,
    hugePages,
    swapTotal: profile.swapKb,
    swapUsed,
    lowWatermark,
    demand,
    leaked,
  };
}

/** vm.min_free_kbytes as the kernel sets it: sqrt(16 × lowmem), at most 64 MiB (mm/page_alloc.c, init_per_zone_wmark_min). */
export function minFreeKb(totalKb: number): number {
  return Math.min(65_536, Math.floor(Math.sqrt(totalKb * 16)));
}

function lowWatermarkKb(totalKb: number): number {
  return Math.round(minFreeKb(totalKb) * 1.25);
}

/** mm/show_mem.c, si_mem_available(): not all of the cache can be given up. */
function keepHalf(kb: number, lowWatermark: number): number {
  return kb - Math.min(kb / 2, lowWatermark);
}

/** It grows faster and faster, and ends where memory and swap end. */
function leakedKb(profile: Profile, at: number, limit: number): number {
  const { grown } = leakOf(profile, at);
  if (grown === 0) return 0;
  return Math.round(grown ** 1.8 * Math.max(0, limit + profile.swapKb - profile.totalKb * profile.apps.mean));
}

/** The page cache fills what is free over minutes; then something large is deleted and it starts again from half. */
function cacheFill(profile: Profile, at: number): number {
  const cycle = at / profile.cacheFillMs + profile.cachePhase;
  const part = cycle - Math.floor(cycle);
  return part < 0.92 ? 0.52 + 0.42 * (part / 0.92) : 0.94 - 0.42 * ((part - 0.92) / 0.08);
}
