import { Decimals } from '../../shared/decimals.ts';

/** Reads /proc/uptime (proc_uptime(5)): ms since the boot, time asleep included. Null when it is missing or something else. */
export function parseUptime(text: string): number | null {
  const seconds = new Decimals(text).next();
  return seconds < 1e10 ? Math.round(seconds * 1000) : null;
}
