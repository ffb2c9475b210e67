/** Fields of /proc/meminfo by name (proc_meminfo(5)): bytes where the line says kB, a count where it says nothing. */
export type Meminfo = ReadonlyMap<string, number>;

/** Reads /proc/meminfo. Lines of another shape are left out. */
export function parseMeminfo(text: string): Meminfo {
  const fields = new Map<string, number>();
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start) + 1 || text.length + 1;
    const colon = text.indexOf(':', start);
    if (colon < 0) break;
    if (colon < end) {
      const number = Number.parseInt(text.slice(colon + 1, end - 1), 10);
      if (number >= 0) fields.set(text.slice(start, colon), text.startsWith('kB', end - 3) ? number * 1024 : number);
    }
    start = end;
  }
  return fields;
}
