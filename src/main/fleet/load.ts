import { Decimals } from '../../shared/decimals.ts';

export interface LoadAverages {
  readonly load1: number;
  readonly load5: number;
  readonly load15: number;
}

/** No kernel counts so many tasks. */
const mostLoad = 1e9;

/** Reads /proc/loadavg (proc_loadavg(5)). Null when it is missing or something else. */
export function parseLoadAverages(text: string): LoadAverages | null {
  const fields = new Decimals(text);
  const loads = { load1: fields.next(), load5: fields.next(), load15: fields.next() };
  return loads.load1 < mostLoad && loads.load5 < mostLoad && loads.load15 < mostLoad ? loads : null;
}
