import { Decimals } from '../../shared/decimals.ts';

/** Fields of /proc/meminfo by name (proc_meminfo(5)): bytes where the line says kB, a count where it says nothing. */
export type Meminfo = ReadonlyMap<string, number>;

/** 4 PiB in KiB. What is larger is no memory, and not exact as a number of bytes. */
const maxValue = 2 ** 42;

/** Reads /proc/meminfo. Lines of another shape are left out. */
export function parseMeminfo(text: string): Meminfo {
  const fields = new Map<string, number>();
  let start = 0;
  let colon = text.indexOf(':');
  while (colon >= 0) {
    const end = text.indexOf('\n', start) + 1 || text.length + 1;
    if (colon < end) {
      const number = new Decimals(text, colon + 1).next();
      if (number <= maxValue) fields.set(text.slice(start, colon), text.startsWith('kB', end - 3) ? number * 1024 : number);
    }
    start = end;
    if (colon < start) colon = text.indexOf(':', start);
  }
  return fields;
}
