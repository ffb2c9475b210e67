import type { BackupRun } from '../../../shared/contract/backups.ts';
import { wallClock } from './wall-clock.ts';

const stampPattern = /^(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d) (?:\[(\d+)\] )?/;
const startPattern = /(?:building file list|receiving (?:incremental )?file list|sending incremental file list)/;
const sentPattern = /sent ([\d,.]+[KMGT]?) bytes\s+received ([\d,.]+[KMGT]?) bytes/;
const codePattern = /rsync (?:error|warning): .*\(code (\d{1,3})\)/;

/**
 * The runs that a log of rsync tells of, oldest first. With `--log-file` each line has the time, by the wall clock of the host; what rsync printed by
 * itself has none, and its last run ended when the file was changed last.
 */
export function logRuns(lines: readonly string[], zone: string, changedAt: number): readonly BackupRun[] {
  const runs: BackupRun[] = [];
  let open: { startedAt: number | null; process: string | undefined } | undefined;
  let dated = false;
  const end = (at: number | null, exit: number, bytes: number | null) => {
    const startedAt = open?.startedAt ?? null;
    const last = runs.at(-1);
    // An error follows the totals of the run that it belongs to.
    if (open === undefined && last !== undefined && exit !== 0) runs[runs.length - 1] = { ...last, exit, endedAt: at ?? last.endedAt };
    else {
      const seconds = startedAt === null || at === null ? null : Math.max(0, Math.round((at - startedAt) / 1000));
      runs.push({ startedAt, endedAt: at, exit, bytes, seconds });
    }
    open = undefined;
  };
  for (const line of lines) {
    const stamp = stampPattern.exec(line);
    const at = stamp === null ? null : wallClock(stamp.slice(1, 7).map(Number), zone);
    dated ||= at !== null;
    const text = stamp === null ? line : line.slice(stamp[0].length);
    const sent = sentPattern.exec(text);
    const code = codePattern.exec(text);
    if (startPattern.test(text)) {
      // A run that never told its end was killed: nothing says how.
      if (open !== undefined) runs.push({ startedAt: open.startedAt, endedAt: null, exit: null, bytes: null, seconds: null });
      open = { startedAt: at, process: stamp?.[7] };
    } else if (code !== null) end(at, Number(code[1]), null);
    else if (sent !== null) end(at, 0, Math.max(bytesOf(sent[1] ?? ''), bytesOf(sent[2] ?? '')));
  }
  if (open !== undefined) runs.push({ startedAt: open.startedAt, endedAt: null, exit: null, bytes: null, seconds: null });
  const last = runs.at(-1);
  if (!dated && last !== undefined && last.exit !== null) return [{ ...last, endedAt: changedAt }];
  return dated ? runs : [];
}

/** `1,234,567` or `1.23M`. */
function bytesOf(text: string): number {
  const unit = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 }[text.at(-1) ?? ''];
  const value = Number(unit === undefined ? text.replaceAll(/[,.]/g, '') : text.slice(0, -1));
  return Number.isFinite(value) ? Math.round(value * (unit ?? 1)) : 0;
}
