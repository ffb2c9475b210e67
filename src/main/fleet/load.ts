export interface LoadAverages {
  readonly load1: number;
  readonly load5: number;
  readonly load15: number;
}

/** Reads /proc/loadavg (proc_loadavg(5)). Null when it is missing or something else. */
export function parseLoadAverages(text: string): LoadAverages | null {
  const [load1 = Number.NaN, load5 = Number.NaN, load15 = Number.NaN] = text.split(' ', 3).map(Number);
  return isLoad(load1) && isLoad(load5) && isLoad(load15) ? { load1, load5, load15 } : null;
}

function isLoad(value: number): boolean {
  return value >= 0 && value < 1e9;
}
