import type { HostLive } from '../../shared/contract/fleet.ts';
import type { FleetRow } from './rows.ts';

/** Used memory from which a host counts as short of it, and from which it is about to run out. Ratios of its total. */
export const shortOfMemoryRatio = 0.9;
const outOfMemoryRatio = 0.97;
/** The filter that finds the hosts which are counted as short of memory. */
export const shortOfMemoryFilter = `mem>=${shortOfMemoryRatio * 100} state:online`;

/** Share of the last ten seconds in which some task, or all tasks, waited for memory: from here the host feels it. */
const feltPressureSome = 0.1;
const feltPressureFull = 0.05;

export type Strain = 'none' | 'warn' | 'bad';

/** Used memory as a ratio of the total; undefined before the first sample. */
export function memoryRatio(live: HostLive | null): number | undefined {
  return live && live.memoryTotal > 0 ? live.memoryUsed / live.memoryTotal : undefined;
}

/** Used swap as a ratio of all swap; undefined where there is none. */
export function swapRatio(live: HostLive | null): number | undefined {
  return live && live.swapTotal > 0 ? live.swapUsed / live.swapTotal : undefined;
}

/** How hard a host's memory is pressed, by its used ratio. */
export function memoryStrain(ratio: number | undefined): Strain {
  if (ratio === undefined || ratio < shortOfMemoryRatio) return 'none';
  return ratio < outOfMemoryRatio ? 'warn' : 'bad';
}

/** How hard a host's memory is pressed, by how long tasks wait for it. */
export function pressureStrain(live: HostLive | null): Strain {
  if ((live?.pressureFull ?? 0) >= feltPressureFull) return 'bad';
  return (live?.pressureSome ?? 0) >= feltPressureSome ? 'warn' : 'none';
}

/** Whether the figures of a row are of now: those of a host that is not online are what was last heard. */
export function isCurrent(row: FleetRow): boolean {
  return row.status.state === 'online' && row.live !== null;
}

/** Whether figures are old for how often their host is asked: three intervals late, and ten seconds at least. Ages in ms. */
export function isLate(ageMs: number, intervalMs: number): boolean {
  return ageMs > Math.max(10_000, 3 * intervalMs);
}
