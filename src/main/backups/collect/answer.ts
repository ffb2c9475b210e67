import type { BackupRun } from '../../../shared/contract/backups.ts';

/** A file of a host as collect.sh sends it. */
export interface SentFile {
  readonly kind: 'crontab' | 'cron.d' | 'anacrontab' | 'periodic' | 'user' | 'unit' | 'drop-in' | 'rsyncd' | 'script';
  /** Whose crontab or unit it is; `-` for none, `*` for a unit of every account's manager. */
  readonly user: string;
  /** Octal digits. */
  readonly mode: string;
  /** A user id. */
  readonly owner: string;
  readonly path: string;
  readonly text: string;
  /** There is more of it than was sent. */
  readonly cut: boolean;
}

/** What changes rarely: sent again only when it did. */
export interface StaticPart {
  readonly sum: string;
  readonly files: readonly SentFile[];
  /** Mount points of fstab(5). */
  readonly mounts: readonly string[];
  /** An account that is not root's may read the crontabs of all. */
  readonly crontabs: boolean;
}

export interface SentProcess {
  readonly pid: number;
  readonly parent: number;
  /** Epoch ms. */
  readonly since: number;
  readonly read: number | null;
  readonly written: number | null;
  readonly user: string;
  readonly args: readonly string[];
  /** The command lines of its parents, the nearest first. */
  readonly parents: readonly (readonly string[])[];
}

/** What a place of the file systems is. `device` of one that is not there is that of the nearest folder above it. */
export interface PlaceFact {
  readonly kind: string;
  readonly device: string;
  readonly empty: boolean;
  readonly mount: string;
}

export interface ManagedStatus {
  readonly pid: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly exit: number | null;
  readonly lastSuccessAt: number | null;
  /** Whether the process of its script is there. */
  readonly alive: boolean;
}

/** One whole answer of collect.sh. Maps are by what was asked for. */
export interface Answer {
  /** The host's clock, epoch ms. */
  readonly now: number;
  readonly uid: number;
  readonly zone: string;
  readonly cron: 'cron' | 'crond' | 'none';
  /** Whether something takes the mail that cron sends. */
  readonly mail: boolean;
  /** Null when it is the one that the console has. */
  readonly fixed: StaticPart | null;
  readonly statuses: ReadonlyMap<string, ManagedStatus>;
  /** Runs that had ended since the last answer, by job; oldest first. */
  readonly runs: ReadonlyMap<string, readonly BackupRun[]>;
  readonly processes: readonly SentProcess[];
  /** `stamp` is what the next question names; `lines` null when the log is as it was. */
  readonly logs: ReadonlyMap<string, { readonly stamp: string; readonly changedAt: number; readonly lines: readonly string[] | null }>;
  /** By `NAME`, or `NAME USER`. */
  readonly units: ReadonlyMap<string, readonly string[]>;
  readonly cronLines: readonly string[];
  readonly places: ReadonlyMap<string, PlaceFact>;
  readonly secrets: ReadonlyMap<string, { readonly mode: string; readonly owner: string }>;
  /** By `USER PORT HOST`. */
  readonly hostKeys: ReadonlyMap<string, 'yes' | 'no' | 'unknown'>;
  /** By `USER PATH`. */
  readonly keys: ReadonlyMap<string, 'open' | 'locked' | 'none'>;
}

const mostFile = 256 * 1024;
const kinds = new Set(['crontab', 'cron.d', 'anacrontab', 'periodic', 'user', 'unit', 'drop-in', 'rsyncd', 'script']);

/** Reads what collect.sh printed; undefined where it is cut or no answer at all. Whatever the host sends, it does not throw. */
export function readAnswer(output: string, nonce: string): Answer | undefined {
  const parts = output.split(`\n${nonce} `).slice(1);
  if (parts.at(-1)?.trim() !== 'end') return undefined;
  const answer = {
    now: 0,
    uid: -1,
    zone: 'UTC',
    cron: 'none' as Answer['cron'],
    mail: true,
    fixed: null as StaticPart | null,
    statuses: new Map<string, ManagedStatus>(),
    runs: new Map<string, readonly BackupRun[]>(),
    processes: [] as SentProcess[],
    logs: new Map<string, { stamp: string; changedAt: number; lines: readonly string[] | null }>(),
    units: new Map<string, readonly string[]>(),
    cronLines: [] as readonly string[],
    places: new Map<string, PlaceFact>(),
    secrets: new Map<string, { mode: string; owner: string }>(),
    hostKeys: new Map<string, 'yes' | 'no' | 'unknown'>(),
    keys: new Map<string, 'open' | 'locked' | 'none'>(),
  };
  const files: SentFile[] = [];
  let sum: string | null = null;
  let mounts: readonly string[] = [];
  let crontabs = false;
  for (const part of parts) {
    const lineEnd = part.indexOf('\n');
    const head = lineEnd < 0 ? part : part.slice(0, lineEnd);
    const body = lineEnd < 0 ? '' : part.slice(lineEnd + 1);
    const [kind = '', ...words] = head.split(' ');
    const tail = (count: number) =>
      head
        .split(' ')
        .slice(count + 1)
        .join(' ');
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = words;
    if (kind === 'now') {
      answer.now = whole(first) * 1000;
      answer.uid = whole(second);
      answer.zone = third.slice(0, 64);
      answer.cron = fourth === 'cron' || fourth === 'crond' ? fourth : 'none';
      answer.mail = fifth !== 'no';
    } else if (kind === 'static') sum = first.slice(0, 40);
    else if (kind === 'mounts') mounts = linesOf(body);
    else if (kind === 'crontabs') crontabs = true;
    else if (kind === 'file' && kinds.has(first)) {
      const path = tail(6);
      if (path === '') continue;
      const [size = ''] = words.slice(4);
      files.push({
        kind: first as SentFile['kind'],
        user: second,
        mode: third,
        owner: fourth,
        path,
        text: body.replaceAll('\0', ''),
        cut: whole(size) > mostFile,
      });
    } else if (kind === 'status') {
      const status = readStatus(body, second === 'alive');
      if (status !== undefined) answer.statuses.set(first, status);
    } else if (kind === 'runs')
      answer.runs.set(
        first,
        linesOf(body).flatMap((line) => readRun(line) ?? []),
      );
    else if (kind === 'process') answer.processes.push(readProcess(words, body));
    else if (kind === 'parent') {
      const last = answer.processes.at(-1);
      const args = linesOf(body);
      if (last !== undefined) answer.processes[answer.processes.length - 1] = { ...last, parents: [...last.parents, args] };
    } else if (kind === 'log') {
      const lines = linesOf(body);
      answer.logs.set(tail(2), { stamp: `${first}.${second}`, changedAt: whole(second) * 1000, lines: lines[0] === 'same' ? null : lines });
    } else if (kind === 'unit') answer.units.set(tail(0), linesOf(body));
    else if (kind === 'cron') answer.cronLines = linesOf(body);
    else if (kind === 'place') {
      answer.places.set(tail(3), { kind: first, device: second, empty: third === 'yes', mount: linesOf(body)[0] ?? '' });
    } else if (kind === 'secret') answer.secrets.set(tail(2), { mode: first, owner: second });
    else if (kind === 'hostkey') {
      answer.hostKeys.set(`${first} ${second} ${tail(3)}`, third === 'yes' || third === 'no' ? third : 'unknown');
    } else if (kind === 'key') answer.keys.set(`${first} ${tail(2)}`, second === 'open' || second === 'locked' ? second : 'none');
  }
  if (answer.now <= 0) return undefined;
  return { ...answer, fixed: sum === null ? null : { sum, files, mounts, crontabs } };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function whole(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : 0;
}

function readProcess(words: readonly string[], body: string): SentProcess {
  const [pid = '', parent = '', started = '', read = '', written = '', user = ''] = words;
  const count = (text: string) => (/^\d+$/.test(text) ? whole(text) : null);
  return {
    pid: whole(pid),
    parent: whole(parent),
    since: whole(started) * 1000,
    read: count(read),
    written: count(written),
    user,
    args: linesOf(body),
    parents: [],
  };
}

function readStatus(text: string, alive: boolean): ManagedStatus | undefined {
  const told = objectOf(text);
  if (told === undefined) return undefined;
  return {
    pid: figure(told.pid),
    startedAt: moment(told.started),
    endedAt: moment(told.ended),
    exit: figure(told.exit),
    lastSuccessAt: moment(told.lastSuccess),
    alive,
  };
}

function readRun(line: string): BackupRun | undefined {
  const told = objectOf(line);
  if (told === undefined) return undefined;
  return {
    startedAt: moment(told.started),
    endedAt: moment(told.ended),
    exit: told.skipped === true ? 75 : figure(told.exit),
    bytes: figure(told.bytes),
    seconds: figure(told.seconds),
  };
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function figure(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : null;
}

/** Unix seconds to epoch ms; null for what is no date. */
function moment(value: unknown): number | null {
  const seconds = figure(value);
  return seconds === null || seconds === 0 || seconds > 8.64e12 ? null : seconds * 1000;
}
