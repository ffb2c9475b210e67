import type { DomainLoad, DomainRow } from '../../shared/contract/xen.ts';

/** CPU use from which a domain counts as busy, and as having none left. Ratios of all its vCPUs. */
const busyRatio = 0.85;
const fullRatio = 0.97;

/** Bytes per second, both ways; null where neither is known. */
export function networkRate(load: DomainLoad): number | null {
  return sum(load.receivePerSecond, load.transmitPerSecond);
}

/** Bytes per second, read and written; null where neither is known. */
export function diskRate(load: DomainLoad): number | null {
  return sum(load.readPerSecond, load.writePerSecond);
}

function sum(left: number | null, right: number | null): number | null {
  return left === null && right === null ? null : (left ?? 0) + (right ?? 0);
}

/** Since when it has been up, ms; null while it is off or nobody knows. */
export function uptimeOf({ facts, load }: DomainRow, now: number): number | null {
  return facts.startedAt === null || load.id === null ? null : Math.max(0, now - facts.startedAt);
}

/** How hard a domain's vCPUs are pressed. */
export function cpuStrain(used: number | null): 'none' | 'warn' | 'bad' {
  if (used === null || used < busyRatio) return 'none';
  return used < fullRatio ? 'warn' : 'bad';
}

/** Memory against its ceiling, 0..1; null where there is none. Xen lets dom0's ceiling be unlimited. */
export function memoryShare({ facts, load }: DomainRow): number | null {
  return facts.memoryMax > 0 && Number.isFinite(facts.memoryMax) ? Math.min(1, load.memory / facts.memoryMax) : null;
}

/** Figures older than this are shown as old: three times what the stream asks for while it is looked at. ms. */
export const oldAfterMs = 20_000;
