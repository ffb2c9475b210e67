import type { RunProgress } from '../../../shared/contract/backup-jobs.ts';

/** Bytes of each unit of rsync's rate: `kB/s`, `MB/s`, `GB/s` count by 1024 (rsync's progress.c). */
const units: Readonly<Record<string, number>> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };

/** A line of `--info=progress2`: `  1,234,567  45%   12.34MB/s    0:00:12 (xfr#5, to-chk=95/100)`. Undefined for any other. */
export function readProgress(line: string): RunProgress | undefined {
  const found =
    /^ *([\d,.]{1,30}) +(\d{1,3})% +(\d+(?:\.\d+)?)([kMGT]?B)\/s +(?:(\d{1,6}):(\d\d):(\d\d)|\?\?:\?\?:\?\?)(?: +\((?:xfr|xfer)#(\d{1,12}))?/.exec(
      line,
    );
  if (!found) return undefined;
  const [, bytes = '', share, rate, unit = 'B', hours, minutes, seconds, files] = found;
  return {
    bytes: Number(bytes.replaceAll(/[,.]/g, '')),
    share: Math.min(1, Number(share) / 100),
    rate: Number(rate) * (units[unit] ?? 1),
    leftMs: hours === undefined ? null : (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000,
    files: Number(files ?? 0),
  };
}
