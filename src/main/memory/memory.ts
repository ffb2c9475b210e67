import type { ProcFiles } from '../probe/proc-files.ts';
import { availableMemory } from './available.ts';
import { type Meminfo, parseMeminfo } from './meminfo.ts';
import { type PressureReading, readPressure } from './pressure.ts';
import { parseVmstat, type VmCounters } from './vmstat.ts';

/** Where the memory of a host is, in bytes. The parts sum to `total`, none is negative. */
export interface MemoryParts {
  /** What is in none of the other parts: programs, shared memory, tmpfs, page tables, the kernel itself. */
  readonly apps: number;
  /** File contents, without shared memory and tmpfs, which cannot be dropped. */
  readonly cache: number;
  readonly buffers: number;
  readonly slab: number;
  readonly hugePages: number;
  readonly free: number;
}

/** Memory and swap of a host, in bytes. */
export interface MemoryReading extends MemoryParts, VmCounters {
  readonly total: number;
  /** `MemTotal - MemAvailable`. */
  readonly used: number;
  readonly approximate: boolean;
  readonly swapTotal: number;
  readonly swapUsed: number;
  readonly pressure: PressureReading;
}

/** Reads /proc/meminfo, /proc/vmstat and /proc/pressure. Null when there is no memory figure: a host without /proc, or with another one. */
export function readMemory(files: ProcFiles): MemoryReading | null {
  const meminfo = parseMeminfo(files.get('meminfo') ?? '');
  const total = meminfo.get('MemTotal') ?? 0;
  if (total === 0 || !meminfo.has('MemFree')) return null;
  const minFree = Number.parseInt(files.get('sys/vm/min_free_kbytes') ?? '0', 10) * 1024 || 0;
  const available = availableMemory(meminfo, minFree);
  const swapTotal = meminfo.get('SwapTotal') ?? 0;
  return {
    total,
    used: total - available.bytes,
    approximate: available.approximate,
    swapTotal,
    swapUsed: Math.max(0, swapTotal - (meminfo.get('SwapFree') ?? swapTotal)),
    pressure: readPressure(files),
    ...memoryParts(meminfo),
    ...parseVmstat(files.get('vmstat') ?? ''),
  };
}

/** Divides MemTotal. The kernel reads its counters one after the other, so they may overlap a little: each part takes of what is left. */
export function memoryParts(meminfo: Meminfo): MemoryParts {
  let left = meminfo.get('MemTotal') ?? 0;
  const take = (wanted: number) => {
    const taken = Math.min(Math.max(0, wanted), left);
    left -= taken;
    return taken;
  };
  const field = (name: string) => meminfo.get(name) ?? 0;
  const free = take(field('MemFree'));
  // `Hugetlb` (kernel 4.18) counts every page size; before, the default size is all that is told.
  const hugePages = take(meminfo.get('Hugetlb') ?? field('HugePages_Total') * field('Hugepagesize'));
  const buffers = take(field('Buffers'));
  const slab = take(field('Slab'));
  const cache = take(field('Cached') + field('SwapCached') - field('Shmem'));
  return { apps: left, cache, buffers, slab, hugePages, free };
}
