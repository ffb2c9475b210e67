import { Decimals } from '../../shared/decimals.ts';

/** What all CPUs together have done since the boot, in clock ticks (proc_stat(5)). A guest's time is in `user` already. */
export interface CpuTimes {
  readonly user: number;
  readonly system: number;
  readonly idle: number;
  readonly iowait: number;
  readonly steal: number;
}

/** What the CPUs did between two readings, as ratios of all their time. */
export interface CpuRatios {
  readonly used: number;
  readonly user: number;
  readonly system: number;
  readonly iowait: number;
  readonly steal: number;
}

/** The kernel counts in 64 bits. */
const maxTicks = 2 ** 64;

/** Reads the `cpu` line of /proc/stat. Fields that an old kernel lacks are 0. Null without the line. */
export function parseCpuTimes(text: string): CpuTimes | null {
  if (!text.startsWith('cpu ')) return null;
  const fields = new Decimals(text, 4);
  const [user, nice, system, idle] = [fields.next(), fields.next(), fields.next(), fields.next()];
  const [iowait, irq, softirq, steal] = [fields.next() || 0, fields.next() || 0, fields.next() || 0, fields.next() || 0];
  const times = { user: user + nice, system: system + irq + softirq, idle, iowait, steal };
  return times.user + times.system + idle + iowait + steal <= maxTicks ? times : null;
}

/** Null when the CPUs were counted from anew, or no time has passed. `iowait` may fall (proc_stat(5)): that is nothing, not less. */
export function cpuRatios(before: CpuTimes, after: CpuTimes): CpuRatios | null {
  if (after.user < before.user || after.system < before.system) return null;
  const user = after.user - before.user;
  const system = after.system - before.system;
  const idle = Math.max(0, after.idle - before.idle);
  const iowait = Math.max(0, after.iowait - before.iowait);
  const steal = Math.max(0, after.steal - before.steal);
  const total = user + system + idle + iowait + steal;
  if (total === 0) return null;
  return {
    used: (total - idle - iowait) / total,
    user: user / total,
    system: system / total,
    iowait: iowait / total,
    steal: steal / total,
  };
}

/** How many CPUs have been counting for `uptimeMs`: an estimate until the host has told. USER_HZ is 100 wherever Linux runs Xen. */
export function estimateCores(times: CpuTimes, uptimeMs: number): number {
  const ticks = times.user + times.system + times.idle + times.iowait + times.steal;
  return Math.max(1, Math.round(ticks / Math.max(1, uptimeMs / 10)));
}
