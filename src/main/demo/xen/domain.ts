import { integral, type Wave } from '../wave.ts';
import type { CastMember } from './cast.ts';
import type { Guest } from './guest.ts';

/** Why a domain has ended: SHUTDOWN_* of xen/include/public/sched.h. */
export const reasons = { poweroff: 0, reboot: 1, suspend: 2, crash: 3 } as const;

/** What a guest is busy with while it runs: shares and rates around 1, times what is ordinary for it. */
export interface Load {
  readonly busy: number;
  readonly networkPerSecond: number;
  readonly diskPerSecond: number;
  readonly activity: Wave;
  /** Its kernel does nothing when it is asked to shut down. */
  readonly deaf: boolean;
}

/** Ms of ordinary work that a guest has done since it was built: a counter for all its figures. */
export interface Work {
  readonly doneMs: number;
  /** Since when it is at work again; null while it stands still. */
  readonly since: number | null;
}

/** A domain that is there, with or without life in it. Times are ms since the demo began. */
export interface Domain {
  readonly id: number;
  readonly name: string;
  readonly guest: Guest;
  readonly load: Load;
  readonly state: 'alive' | 'paused' | 'shut-down';
  /** Once it is shut down. */
  readonly reason: number | null;
  readonly builtAt: number;
  readonly memoryKb: number;
  readonly targetKb: number;
  readonly maxKb: number;
  readonly vcpus: number;
  readonly work: Work;
  /** `xl save -c` ends the process that waits for it: nobody cleans up after it. */
  readonly unattended: boolean;
}

/** The demo's own start is the moment at which members of the cast have been up for a while. */
export function newDomain(id: number, guest: Guest, load: Load, at: number): Domain {
  return {
    id,
    name: guest.name,
    guest,
    load,
    state: 'alive',
    reason: null,
    builtAt: at,
    memoryKb: guest.memoryMb * 1024,
    targetKb: guest.memoryMb * 1024,
    maxKb: guest.maxMemoryMb * 1024,
    vcpus: guest.vcpus,
    work: { doneMs: 0, since: at },
    unattended: false,
  };
}

export function loadOf(member: CastMember, activity: Wave): Load {
  const { busy, networkPerSecond, diskPerSecond, role } = member;
  return { busy, networkPerSecond, diskPerSecond, activity, deaf: role === 'deaf' };
}

/** It stands still from now on. */
export function halted(domain: Domain, at: number, change: Partial<Domain>): Domain {
  return { ...domain, ...change, work: { doneMs: workDone(domain, at), since: null } };
}

/** It works from now on. */
export function resumed(domain: Domain, at: number, change: Partial<Domain>): Domain {
  return { ...domain, ...change, work: { doneMs: workDone(domain, at), since: at } };
}

function workDone({ work, load }: Domain, at: number): number {
  return work.since === null ? work.doneMs : work.doneMs + integral(load.activity, work.since, Math.max(work.since, at));
}

/** CPU time of all its vCPUs, ms. Booting takes the first three seconds of one. */
export function cpuMs(domain: Domain, at: number): number {
  const boot = Math.min(3000, workDone(domain, at));
  return boot + workDone(domain, at) * domain.load.busy * domain.vcpus;
}

/** Bytes since it was built, from the guest's side. */
export function traffic(domain: Domain, at: number): { readonly received: number; readonly sent: number } {
  const moved = (workDone(domain, at) / 1000) * domain.load.networkPerSecond;
  return { received: Math.floor(moved * 0.6), sent: Math.floor(moved * 0.4) };
}

/** 512-byte sectors and requests since it was built, of its first disk. */
export function diskWork(domain: Domain, at: number) {
  const sectors = ((workDone(domain, at) / 1000) * domain.load.diskPerSecond) / 512;
  const [read, written] = [Math.floor(sectors * 0.35), Math.floor(sectors * 0.65)];
  return { readSectors: read, writtenSectors: written, reads: Math.floor(read / 24), writes: Math.floor(written / 16) };
}

/** Whether it is on a CPU at the moment it is looked at: `r` of `xl list`, else `b`. */
export function onCpu(domain: Domain, at: number): boolean {
  // Looked at by chance, as often as it is busy; the same moment gives the same answer.
  const chance = Math.abs(Math.sin(at * 12.9898 + domain.id * 78.233) * 43758.5453) % 1;
  return chance < domain.load.busy;
}
