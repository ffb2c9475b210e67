import type { Meminfo } from './meminfo.ts';

/** How much a host could give to new programs without swapping. */
export interface Available {
  readonly bytes: number;
  /** True where the kernel does not say it itself. */
  readonly approximate: boolean;
}

/**
 * MemAvailable, or for kernels before 3.14 the estimate that kernel commit 34e431b0ae introduced, from outside the kernel, as procps does:
 * the sum of the zones' low watermarks is 5/4 of `vm.min_free_kbytes`. `minFree` is that setting in bytes, 0 if unknown.
 *
 * Kernels before 2.6.28 do not split the LRU lists either (procps then answers MemFree, which makes every busy host look full): the page
 * cache is then Buffers + Cached - Shmem.
 */
export function availableMemory(meminfo: Meminfo, minFree: number): Available {
  const total = meminfo.get('MemTotal') ?? 0;
  const free = meminfo.get('MemFree') ?? 0;
  const told = meminfo.get('MemAvailable');
  // In some containers the fields come from different worlds; procps then falls back to MemFree too.
  if (told !== undefined) return { bytes: Math.min(told > total ? free : told, total), approximate: false };

  const low = (minFree * 5) / 4;
  const activeFile = meminfo.get('Active(file)');
  const inactiveFile = meminfo.get('Inactive(file)');
  const pageCache =
    activeFile !== undefined && inactiveFile !== undefined
      ? activeFile + inactiveFile
      : Math.max(0, (meminfo.get('Buffers') ?? 0) + (meminfo.get('Cached') ?? 0) - (meminfo.get('Shmem') ?? 0));
  const reclaimable = meminfo.get('SReclaimable') ?? 0;
  const bytes = free - low + pageCache - Math.min(pageCache / 2, low) + reclaimable - Math.min(reclaimable / 2, low);
  return { bytes: Math.floor(Math.min(Math.max(0, bytes), total)), approximate: true };
}
