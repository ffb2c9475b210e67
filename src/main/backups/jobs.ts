import { createHash } from 'node:crypto';
import type { BackupOrigin } from '../../shared/contract/backups.ts';
import type { SentFile, StaticPart } from './collect/answer.ts';
import { type CrontabEntry, readCrontab } from './parse/crontab.ts';
import { type FoundCommands, type FoundRsync, findRsync } from './parse/find-rsync.ts';
import { timedUnits } from './parse/unit-files.ts';
import { cronTiming, periodicTiming, periods, type Timing, timerTiming } from './timing.ts';

/** A job as its files tell it. */
export interface FoundJob {
  readonly id: string;
  readonly name: string;
  readonly managed: string | null;
  readonly origin: BackupOrigin;
  readonly user: string | null;
  readonly timing: Timing;
  /** What is started, as it stands in `file` from `at` on. */
  readonly command: string;
  readonly file: SentFile;
  /** Null where the command does not stand there in one piece, or the whole file is it. */
  readonly at: number | null;
  /** The line of a crontab. */
  readonly entry: CrontabEntry | null;
  /** What its crontab or unit sets before it starts. */
  readonly variables: ReadonlyMap<string, string>;
  readonly commands: FoundCommands;
  /** The script that it starts, where rsync stands in that. */
  readonly script: SentFile | null;
  /** At least one. */
  readonly rsyncs: readonly FoundRsync[];
  readonly disabled: string | null;
}

export interface FoundJobs {
  readonly jobs: readonly FoundJob[];
  /** Files that may be scripts with an rsync in them, to be asked for. */
  readonly scripts: readonly string[];
}

const mostJobs = 500;
const mostScripts = 100;

/** Every job that runs rsync, from the files of a host. Never throws. */
export function findJobs({ files }: Pick<StaticPart, 'files'>): FoundJobs {
  const scripts = new Map(files.filter(({ kind }) => kind === 'script').map((file) => [file.path, file]));
  const wanted = new Set<string>();
  const jobs: FoundJob[] = [];
  const ids = new Map<string, number>();

  function add(
    job: Omit<FoundJob, 'id' | 'name' | 'commands' | 'script' | 'rsyncs' | 'managed' | 'origin'> & {
      readonly origin: Omit<BackupOrigin, 'script'>;
      readonly cron?: boolean;
    },
  ): void {
    const { cron = false, origin, ...rest } = job;
    const commands = findRsync(job.command, { cron, variables: job.variables });
    let rsyncs = commands.rsyncs;
    let script: SentFile | null = null;
    if (rsyncs.length === 0) {
      for (const path of commands.scripts.flatMap((name) => scriptPaths(name, job.user))) {
        wanted.add(path);
        const file = scripts.get(path);
        const within = file === undefined ? [] : findRsync(file.text).rsyncs;
        if (file === undefined || within.length === 0) continue;
        script = file;
        rsyncs = within;
        break;
      }
    }
    rsyncs = rsyncs.filter(({ line }) => !line.daemon && line.sources.length > 0);
    if (rsyncs.length === 0 || jobs.length >= mostJobs) return;
    const key = [
      origin.kind,
      origin.file,
      origin.manager === undefined ? job.user : `unit of ${origin.manager}`,
      job.timing.text,
      job.command,
    ].join('\0');
    const nth = (ids.get(key) ?? 0) + 1;
    ids.set(key, nth);
    const id = createHash('sha256').update(`${key}\0${nth}`).digest('hex').slice(0, 16);
    const managed = managedName(origin, script?.path ?? job.file.path);
    const full = { ...rest, id, managed, origin: { ...origin, script: script?.path ?? null }, commands, script, rsyncs };
    jobs.push({ ...full, name: managed ?? nameOf(full) });
  }

  for (const file of files) {
    if (file.kind === 'crontab' || file.kind === 'cron.d' || file.kind === 'user') {
      const crontab = readCrontab(file.text, { userColumn: file.kind !== 'user' });
      const starts = lineStarts(file.text);
      for (const entry of crontab.entries) {
        const origin = {
          kind: file.kind === 'user' ? ('user-crontab' as const) : file.kind,
          file: file.path,
          line: entry.line,
          unit: null,
        };
        const user = entry.user ?? (file.kind === 'user' ? file.user : null);
        const at = (starts[entry.line - 1] ?? 0) + entry.commandAt;
        const { command, disabled, variables } = entry;
        add({ origin, user, timing: cronTiming(entry), command, file, at, entry, disabled, cron: true, variables });
      }
    } else if (file.kind === 'periodic') {
      const period = periods.find((each) => file.path.startsWith(`/etc/cron.${each}/`));
      if (period === undefined) continue;
      const origin = { kind: 'periodic' as const, file: file.path, line: null, unit: null };
      add({
        origin,
        user: 'root',
        timing: periodicTiming(period, files),
        command: file.text,
        file,
        at: 0,
        entry: null,
        disabled: null,
        variables: new Map(),
      });
    }
  }
  for (const { service, manager, unit, timer, files: parts } of timedUnits(files)) {
    for (const { text: command, at, part } of unit.starts) {
      const file = parts[part];
      if (file === undefined) continue;
      const origin = { kind: 'timer' as const, file: file.path, line: null, unit: service, ...(manager === '-' ? {} : { manager }) };
      // An account's own manager starts nothing as another one.
      const user = manager === '*' ? null : manager === '-' ? (unit.user ?? 'root') : manager;
      add({ origin, user, timing: timerTiming(timer), command, file, at, entry: null, disabled: null, variables: unit.variables });
    }
  }
  return { jobs, scripts: [...wanted].slice(0, mostScripts) };
}

/** Where a script of this name would lie; a bare name is looked for where scripts are put, a relative one cannot be known. */
function scriptPaths(name: string, user: string | null): readonly string[] {
  if (/[\n\0$`*?]/.test(name) || name.length > 500) return [];
  if (name.startsWith('/')) return [name];
  if (name.startsWith('~/')) return [`${user === null || user === 'root' ? '/root' : `/home/${user}`}${name.slice(1)}`];
  if (!/^[\w.+-]+$/.test(name) || /^(?:echo|cd|rm|mkdir|find|date|touch|mail|logger|sleep|exit|true|test|cp|mv|tar|ls|cat)$/.test(name))
    return [];
  return ['/usr/local/bin', '/usr/local/sbin'].map((folder) => `${folder}/${name}`);
}

function managedName(origin: Pick<BackupOrigin, 'file' | 'unit' | 'manager'>, script: string): string | null {
  const inScript = /^\/etc\/hum\/jobs\/([a-z0-9][a-z0-9-]{0,40})\.sh$/.exec(script)?.[1];
  if (inScript === undefined || origin.manager !== undefined) return null;
  return origin.file === `/etc/cron.d/hum-${inScript}` || origin.unit === `hum-${inScript}.service` ? inScript : null;
}

const lastPart = (path: string) => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

function nameOf({ origin, script, rsyncs }: Pick<FoundJob, 'origin' | 'script' | 'rsyncs'>): string {
  if (origin.unit !== null) return origin.unit.replace(/\.service$/, '');
  const named = origin.kind === 'periodic' ? origin.file : script?.path;
  if (named !== undefined) return lastPart(named).replace(/\.(?:sh|bash)$/, '') || named;
  const line = rsyncs[0]?.line;
  const source = line?.sources[0];
  const to = line?.destination ?? null;
  const from = source === undefined ? '' : lastPart(source.path) || source.host || '/';
  return to === null ? from : `${from} → ${to.host ?? (lastPart(to.path) || '/')}`;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0 && starts.length < 20_000; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
