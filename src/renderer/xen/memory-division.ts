import type { DomainRow, XenHost } from '../../shared/contract/xen.ts';

/** A part of a host's memory; bytes. */
export interface MemoryPart {
  readonly kind: 'xen' | 'dom0' | 'domain' | 'claimed' | 'free';
  readonly label: string;
  readonly bytes: number;
  /** Of the domain that has it. */
  readonly key: string | null;
}

/**
 * How a host's memory is divided, largest domain first; the parts add up to its total. What nobody accounts for is Xen's own: its heap, page
 * tables and the overhead of each domain.
 */
export function divideMemory(host: XenHost, rows: readonly DomainRow[]): readonly MemoryPart[] {
  const there = rows.filter((row) => row.load.id !== null && row.load.memory > 0);
  const part = (row: DomainRow): MemoryPart => ({
    kind: row.facts.control ? 'dom0' : 'domain',
    label: row.name,
    bytes: row.load.memory,
    key: row.key,
  });
  const dom0 = there.filter((row) => row.facts.control).map(part);
  const guests = there.filter((row) => !row.facts.control).map(part);
  guests.sort((left, right) => right.bytes - left.bytes);
  const claimed = Math.min(host.memoryClaimed, host.memoryFree);
  const held = [...dom0, ...guests].reduce((sum, { bytes }) => sum + bytes, 0);
  const own = Math.max(0, host.memoryTotal - host.memoryFree - held);
  const parts: MemoryPart[] = [{ kind: 'xen', label: 'Xen itself', bytes: own, key: null }, ...dom0, ...guests];
  if (claimed > 0) parts.push({ kind: 'claimed', label: 'Claimed for VMs being built', bytes: claimed, key: null });
  parts.push({ kind: 'free', label: 'Free', bytes: host.memoryFree - claimed, key: null });
  return parts;
}
