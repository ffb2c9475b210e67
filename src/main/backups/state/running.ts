import type { RunningBackup } from '../../../shared/contract/backups.ts';
import type { SentProcess } from '../collect/answer.ts';
import { unitKey } from '../collect/wants.ts';
import type { FoundJob } from '../jobs.ts';

/** An rsync with the processes that it made of itself (rsync(1): a sender, a receiver and a generator). */
interface Family {
  readonly top: SentProcess;
  readonly bytes: number | null;
}

/** The rsyncs of a host, those that serve a daemon's or another host's aside. */
function families(processes: readonly SentProcess[]): readonly Family[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const topOf = (process: SentProcess): SentProcess => {
    let top = process;
    for (let up = byPid.get(top.parent), steps = 0; up !== undefined && steps < 8; up = byPid.get(top.parent), steps += 1) top = up;
    return top;
  };
  const groups = Map.groupBy(processes, (process) => topOf(process).pid);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const top = topOf(first);
    if (top.args.includes('--daemon') || top.args.includes('--server')) return [];
    const moved = group.flatMap(({ read, written }) => (read === null || written === null ? [] : [Math.max(read, written)]));
    return [{ top, bytes: moved.length === 0 ? null : Math.max(...moved) }];
  });
}

/** Whether the rsync daemon runs. */
export function daemonRuns(processes: readonly SentProcess[]): boolean {
  return processes.some(({ args }) => args.includes('--daemon'));
}

/** Which jobs run now, by their ids. A process belongs to the first job whose script started it, or whose command line it has. */
export function runningJobs(
  jobs: readonly FoundJob[],
  processes: readonly SentProcess[],
  unitPids: ReadonlyMap<string, number>,
): ReadonlyMap<string, Omit<RunningBackup, 'overlaps'>> {
  const found = new Map<string, Omit<RunningBackup, 'overlaps'>>();
  for (const { top, bytes } of families(processes)) {
    const job = jobs.find((each) => !found.has(each.id) && each.disabled === null && isOf(each, top, unitPids));
    if (job !== undefined) found.set(job.id, { pid: top.pid, since: top.since, bytes });
  }
  return found;
}

function isOf(
  { origin, script, rsyncs }: FoundJob,
  { pid, parent, args, parents }: SentProcess,
  unitPids: ReadonlyMap<string, number>,
): boolean {
  if (origin.unit !== null) {
    const main = unitPids.get(unitKey(origin) ?? '');
    if (main !== undefined && (main === pid || main === parent)) return true;
  }
  const path = script?.path ?? (origin.kind === 'periodic' ? origin.file : undefined);
  if (path !== undefined && parents.some((line) => line.includes(path))) return true;
  // A script's rsync that was started in another way is not this job.
  if (path !== undefined) return false;
  return rsyncs.some(({ line }) => {
    const words = [...line.sourceWords.map(({ text }) => text), ...(line.destination === null ? [] : [lastOf(args)])];
    const open = line.sourceWords.some((word) => word.open);
    const ends = args.slice(-words.length);
    return (
      !open &&
      words.length > 1 &&
      ends.length === words.length &&
      ends.every((arg, at) => arg === words[at]) &&
      endsAlike(line.destination, lastOf(args))
    );
  });
}

function lastOf(args: readonly string[]): string {
  return args.at(-1) ?? '';
}

function endsAlike(destination: { readonly path: string; readonly host: string | null } | null, arg: string): boolean {
  if (destination === null) return false;
  const fixed = destination.path.split(/[$`]/)[0] ?? '';
  return arg.includes(fixed) && (destination.host === null || arg.includes(destination.host));
}
