import { everywhere, kernelThreads, type ProcessPlan, userIds } from './kinds.ts';
import { memoryAt } from './memory.ts';
import type { Profile } from './profiles.ts';
import { randomOf } from './random.ts';
import { bootOf, leakOf } from './story.ts';

export interface SimulatedProcess {
  readonly pid: number;
  readonly command: string;
  readonly userId: number;
  /** Resident kB; null for a kernel thread, which has no memory of its own. */
  readonly residentKb: number | null;
}

/** The processes of a host at one moment, by rising pid. A leaking process has a new pid after each time it was killed. */
export function processesAt(profile: Profile, at: number): readonly SimulatedProcess[] {
  const memory = memoryAt(profile, at);
  const random = randomOf(profile.bootIdSeed, Number.parseInt(bootOf(profile, at).id.slice(0, 6), 16));
  const list: SimulatedProcess[] = kernelThreads.map((command, index) => ({
    pid: 2 + index * 7,
    command,
    userId: 0,
    residentKb: null,
  }));
  // What is in swap is not resident: everybody gives the same part of theirs.
  const resident = (memory.anon + memory.shmem) / Math.max(1, memory.demand);
  const shared = (memory.demand - memory.leaked) * resident;
  let pid = 1;
  for (const one of [...everywhere, ...profile.kind.processes]) {
    for (let copy = 0; copy < one.copies; copy += 1) {
      list.push({ pid, command: one.command, userId: userIds[one.user] ?? 0, residentKb: copySize(one, copy, shared) });
      pid += 190 + Math.floor(random() * 260);
    }
  }
  const leak = leakOf(profile, at);
  if (profile.role === 'leaking') {
    const own = Math.round(memory.leaked * resident) + 61_440;
    list.push({ pid: 20_000 + ((leak.kills * 1733) % 12_000), command: 'node', userId: userIds['www-data'] ?? 33, residentKb: own });
  }
  return list.sort((a, b) => a.pid - b.pid);
}

/** Copies of one program are not all the same size: the first is the largest. */
function copySize(plan: ProcessPlan, copy: number, sharedKb: number): number {
  const weight = 1 + 0.5 * (1 - copy / plan.copies);
  const weights = plan.copies + (0.5 * (plan.copies + 1)) / 2;
  return Math.max(1800, Math.round((sharedKb * plan.share * weight) / weights));
}
