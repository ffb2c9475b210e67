import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Every process below these at this moment, by the parent ids of proc_pid_stat(5). */
export function descendants(roots: readonly number[]): number[] {
  if (roots.length === 0) return [];
  const childrenOf = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // The command, in parentheses, may hold spaces and parentheses of its own.
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(entry)]);
    } catch {
      // It ended while we looked.
    }
  }
  const found: number[] = [];
  let level: readonly number[] = roots;
  while (level.length > 0 && found.length < 100_000) {
    level = level.flatMap((pid) => childrenOf.get(pid) ?? []);
    found.push(...level);
  }
  return found;
}

/** Every other process in the mount namespace of this one; none where that is our own. */
export function sharersOfMounts(of: number): number[] {
  const namespaceOf = (pid: string) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/mnt`);
    } catch {
      return undefined;
    }
  };
  const namespace = namespaceOf(String(of));
  if (namespace === undefined || namespace === namespaceOf('self')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== of && namespaceOf(entry) === namespace)
    .map(Number);
}

/** Whether a process runs; one that has ended and waits to be reaped (state Z) does not. */
export function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}
