import type { SentFile } from '../collect/answer.ts';
import type { FoundJob, FoundJobs } from '../jobs.ts';
import { findRsync } from '../parse/find-rsync.ts';
import { readRsyncdConf } from '../parse/units.ts';

/** What a job's ssh is told: as whom, where, with which key, and whether the host key matters. */
export interface SshUse {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** `-i`; empty for the usual files. */
  readonly key: string;
  readonly checksHostKey: boolean;
  /** An agent, or a program that gives the password. */
  readonly helped: boolean;
}

const mostOfAKind = 60;
const mostOfAccounts = 20;
/** How much of a command is enough to find it in syslog. */
const patternLength = 100;

/** What a unit's state is asked for and answered by; undefined where it is nobody's, or no name of a unit. */
export function unitKey({ unit, manager }: FoundJob['origin']): string | undefined {
  if (unit === null || !/^[\w.@:\\-]+$/.test(unit) || manager === '*') return undefined;
  return manager === undefined ? unit : `${unit} ${manager}`;
}

/** Where a job writes what it prints: `--log-file`, or a file that its output goes to. Null for none that is known. */
export function logOf(job: FoundJob): string | null {
  if (job.managed !== null) return `/var/lib/hum/jobs/${job.managed}/log`;
  const own = job.rsyncs.map(({ line }) => line.logFile).find((path) => path?.startsWith('/'));
  if (own) return own;
  for (const { command } of job.rsyncs) {
    const file = outputFile(command.redirects);
    if (file !== null) return file;
  }
  for (const { redirects } of job.commands.shell.commands) {
    const file = outputFile(redirects);
    if (file !== null) return file;
  }
  return null;
}

function outputFile(redirects: FoundJob['rsyncs'][number]['command']['redirects']): string | null {
  const found = redirects.find(({ op, fd, target }) => /^(?:>|>>|&>|&>>|>\|)$/.test(op) && fd !== '2' && target.startsWith('/'));
  return found === undefined || found.target.startsWith('/dev/') || /[$`]/.test(found.target) ? null : found.target;
}

/** How a job's rsync uses ssh, for each remote side that it has. */
export function sshUses(job: FoundJob): readonly SshUse[] {
  // Whose keys a unit of every account uses is not known.
  if (job.origin.manager === '*') return [];
  return job.rsyncs.flatMap(({ line, wrappers }) => {
    const remote = [...line.sources, ...(line.destination === null ? [] : [line.destination])].find(({ kind }) => kind === 'ssh');
    if (remote?.host == null || /[$`]/.test(remote.host)) return [];
    const words = (findShellWords(line.remoteShell ?? '') ?? []).slice(1);
    const options = words.join(' ');
    const after = (flag: string) => {
      const at = words.findIndex((word) => word === flag || (word.startsWith(flag) && word.length > 2));
      const word = words[at];
      return word === undefined ? undefined : word === flag ? words[at + 1] : word.slice(2);
    };
    const text = job.script?.text ?? job.command;
    return [
      {
        user: job.user ?? 'root',
        host: remote.host,
        port: Number(after('-p') ?? 22) || 22,
        key: after('-i') ?? '',
        checksHostKey: !/StrictHostKeyChecking[= ]*(?:no|off|accept-new)|UserKnownHostsFile|GlobalKnownHostsFile/i.test(options),
        helped:
          /SSH_AUTH_SOCK|SSH_ASKPASS|keychain|ssh-agent|ssh-add/.test(text) ||
          wrappers.includes('sshpass') ||
          (job.entry?.variables.has('SSH_AUTH_SOCK') ?? false),
      },
    ];
  });
}

function findShellWords(text: string): readonly string[] | undefined {
  return findRsync(text).shell.commands[0]?.words.map((word) => word.text);
}

/** Local places of a job that a lint must know more of. */
export function placesOf(job: FoundJob): readonly string[] {
  return job.rsyncs.flatMap(({ line }) => {
    const local = line.sources.filter(({ kind }) => kind === 'local').map(({ path }) => path);
    const copies = line.destination?.kind === 'local';
    const asked = [...(line.delete || copies ? local : []), ...(copies && line.destination !== null ? [line.destination.path] : [])];
    return asked.filter((path) => path.startsWith('/') && !/[$`*?\n\0]/.test(path));
  });
}

/** The lines of stdin for collect.sh: what these jobs make one ask for. `stamps`: what the console has of each log. */
export function wantLines(
  { jobs, scripts }: FoundJobs,
  files: readonly SentFile[],
  stamps: ReadonlyMap<string, string>,
): readonly string[] {
  const logs = unique(jobs.map((job) => (job.managed === null ? logOf(job) : null)).filter((path) => path !== null));
  const keysOf = (own: boolean) =>
    unique(jobs.flatMap(({ origin }) => ((origin.manager !== undefined) === own ? (unitKey(origin) ?? []) : [])));
  // An account can make any number of units.
  const units = [...keysOf(false), ...keysOf(true).slice(0, mostOfAccounts)];
  const patterns = unique(
    jobs.flatMap((job) =>
      job.entry !== null && job.managed === null && logOf(job) === null ? [job.command.trim().slice(0, patternLength).trimEnd()] : [],
    ),
  );
  const uses = jobs.flatMap(sshUses);
  const secrets = files.filter(({ kind }) => kind === 'rsyncd').flatMap(({ text }) => readRsyncdConf(text).secretsFiles);
  const passwords = jobs.flatMap(({ rsyncs }) => rsyncs.map(({ line }) => line.passwordFile ?? '').filter((path) => path.startsWith('/')));
  return [
    ...scripts.map((path) => `file ${path}`),
    ...logs.map((path) => `log ${stamps.get(path) ?? '-'} ${path}`),
    ...units.map((name) => `unit ${name}`),
    ...patterns.map((text) => `cron ${text}`),
    ...unique(jobs.flatMap(placesOf)).map((path) => `place ${path}`),
    ...unique([...secrets, ...passwords]).map((path) => `secret ${path}`),
    ...unique(uses.filter((use) => use.checksHostKey).map(({ user, port, host }) => `hostkey ${user} ${port} ${host}`)),
    ...unique(uses.filter((use) => !use.helped).map(({ user, key }) => `key ${user} ${key}`)),
  ].filter((line) => !/[\n\r\0]/.test(line) && line.length < 4096);
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].slice(0, mostOfAKind);
}
