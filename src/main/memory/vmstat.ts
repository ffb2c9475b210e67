import { Decimals } from '../../shared/decimals.ts';

/** Counters of /proc/vmstat since boot; null where the kernel has no such counter. */
export interface VmCounters {
  /** Bytes read from and written to swap. */
  readonly swapIn: number | null;
  readonly swapOut: number | null;
  /** Processes killed for want of memory. Since kernel 4.13. */
  readonly oomKills: number | null;
}

/** `pswpin` and `pswpout` count pages. x86 has 4 KiB pages, and so has everything that Xen runs on. */
const pageBytes = 4096;

/** Reads /proc/vmstat. */
export function parseVmstat(text: string): VmCounters {
  const swapIn = counter(text, 'pswpin ');
  const swapOut = counter(text, 'pswpout ');
  return {
    swapIn: swapIn === null ? null : swapIn * pageBytes,
    swapOut: swapOut === null ? null : swapOut * pageBytes,
    oomKills: counter(text, 'oom_kill '),
  };
}

function counter(text: string, name: string): number | null {
  const at = text.startsWith(name) ? 0 : text.indexOf(`\n${name}`) + 1;
  if (at === 0 && !text.startsWith(name)) return null;
  const value = new Decimals(text, at + name.length).next();
  return value < 2 ** 64 ? value : null;
}
