import { formatBytes } from '../../shared/units.ts';

/** Used of total in the total's unit, so that a column stays in line: `0.5 / 15.6 GiB`. */
export function formatUsedOf(used: number, total: number): string {
  const inTotal = formatBytes(total);
  const unit = inTotal.slice(inTotal.lastIndexOf(' ') + 1);
  const scale = 1024 ** Math.max(0, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].indexOf(unit));
  return `${(used / scale).toFixed(used / scale >= 100 ? 0 : 1)} / ${inTotal}`;
}
