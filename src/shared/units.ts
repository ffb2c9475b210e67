/** Numbers as people read them. Pure; the only place where bytes become GiB. */

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes with a binary unit and three significant digits at least: `15.6 GiB`, `512 MiB`, `0 B`. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${bytes < 0 ? '−' : ''}${value.toFixed(digits)} ${binaryUnits[unit]}`;
}

/** Bytes per second, as `formatBytes`: `1.2 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** A ratio 0..1 as a whole percentage: `42 %`. Below one percent but not zero: `< 1 %`. */
export function formatRatio(ratio: number): string {
  if (ratio > 0 && ratio < 0.01) return '< 1 %';
  return `${Math.round(ratio * 100)} %`;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A duration in its largest two units: `41 d 3 h`, `2 h 5 min`, `12 s`. */
export function formatDuration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < minute) return `${Math.floor(value / second)} s`;
  if (value < hour) return `${Math.floor(value / minute)} min`;
  const [big, bigName, small, smallName] = value < day ? ([hour, 'h', minute, 'min'] as const) : ([day, 'd', hour, 'h'] as const);
  const rest = Math.floor((value % big) / small);
  return `${Math.floor(value / big)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
}

/** How old something is, for a column: `now`, `12 s`, `3 min`, `2 h 5 min`. */
export function formatAge(ms: number): string {
  return ms < 2 * second ? 'now' : formatDuration(ms);
}
