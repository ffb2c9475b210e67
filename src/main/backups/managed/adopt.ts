import { plainSchedule, readSchedule } from '../../../shared/backup-schedule.ts';
import { type JobDefinition, type JobDestination, jobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { HumError } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { plainCommand } from './plain-command.ts';

/** What a line of a crontab becomes, and what is different about it. */
export interface Adopted {
  readonly definition: JobDefinition;
  readonly notes: readonly string[];
}

/** Files that hold lines of cron, and whose lines Hum may comment. */
export function isCrontab(path: string): boolean {
  return (
    /^\/etc\/crontab$|^\/etc\/cron\.d\/[^/]+$|^\/var\/spool\/cron\/(?:crontabs\/|tabs\/)?[^/]+$/.test(path) && !/\/\.{1,2}$/.test(path)
  );
}

/** The account of a user's crontab, by its path; null for a file with a column for it. */
function ownerOf(path: string): string | null {
  return path.startsWith('/var/spool/cron/') ? path.slice(path.lastIndexOf('/') + 1) : null;
}

const flags: Readonly<Record<string, keyof JobDefinition['options'] | 'ignored'>> = {
  a: 'archive',
  z: 'compress',
  H: 'hardLinks',
  A: 'acls',
  X: 'xattrs',
  x: 'oneFileSystem',
  S: 'sparse',
  c: 'checksum',
  v: 'listFiles',
  i: 'listFiles',
  q: 'ignored',
  h: 'ignored',
};

const longFlags: Readonly<Record<string, keyof JobDefinition['options'] | 'ignored'>> = {
  '--archive': 'archive',
  '--compress': 'compress',
  '--hard-links': 'hardLinks',
  '--acls': 'acls',
  '--xattrs': 'xattrs',
  '--numeric-ids': 'numericIds',
  '--one-file-system': 'oneFileSystem',
  '--sparse': 'sparse',
  '--checksum': 'checksum',
  '--delete': 'delete',
  '--verbose': 'listFiles',
  '--itemize-changes': 'listFiles',
  '--quiet': 'ignored',
  '--human-readable': 'ignored',
  '--stats': 'ignored',
  '--progress': 'ignored',
};

/** Options of one word whose value may be the next one. */
const withValue = [
  '--exclude',
  '--bwlimit',
  '--rsh',
  '--log-file',
  '--password-file',
  '--port',
  '--timeout',
  '--include',
  '--filter',
  '--exclude-from',
  '--max-delete',
  '--chown',
  '--chmod',
];

/**
 * Makes a job of a line of a crontab. Nothing of it is run.
 * @throws HumError `bad-input`: why this line cannot be taken over
 */
export function adoptLine(line: string, file: string, name: string): Adopted {
  const notes: string[] = [];
  const { schedule, user, command } = columns(line, file, notes);
  const read = plainCommand(unescaped(command));
  if (typeof read === 'string') throw refused(read);
  const words = withoutPrefix(read.words, notes);
  if (!/^(?:\/[A-Za-z0-9/._-]*\/)?rsync$/.test(words[0] ?? '')) throw refused('It does not begin with rsync.');
  if (read.redirects.length > 0)
    notes.push(`Its output no longer goes to ${visibleText(read.redirects.join(' '), 80)}: the job keeps a log of its own.`);
  const draft = optionsOf(words.slice(1), notes);
  const [last, ...sources] = draft.places.reverse();
  if (last === undefined || sources.length === 0) throw refused('It has no source or no destination.');
  sources.reverse();
  const far = sources.find((source) => !source.startsWith('/'));
  if (far !== undefined) throw refused(`${visibleText(far, 80)} is no absolute path on this host: Hum’s jobs send, they do not fetch.`);
  const destination = destinationOf(last, draft);
  const made = jobDefinition.safeParse({
    name,
    user,
    sources,
    destination,
    schedule,
    scheduler: 'cron',
    options: draft.options,
    excludes: draft.excludes,
    bandwidthKib: draft.bandwidthKib,
    keep: { kind: 'mirror' },
    extra: draft.extra,
    before: '',
    after: '',
    nice: null,
    ionice: null,
    mailTo: null,
  });
  if (!made.success) throw refused(made.error.issues[0]?.message ?? 'Something in it is not understood.');
  const definition = made.data;
  if (schedule === '* * * * *') notes.push('It runs every minute, which is more often than most copies take. Choose a time.');
  notes.push('Runs no longer overlap, and how each ended is kept.');
  return { definition, notes };
}

/** The words from rsync on: what goes before it in many lines the job's script does itself. */
function withoutPrefix(words: readonly string[], notes: string[]): readonly string[] {
  const [first = '', ...rest] = words;
  const program = /^(?:\/(?:usr\/)?bin\/)?(nice|ionice|flock|sudo)$/.exec(first)?.[1];
  if (program === undefined) return words;
  if (program === 'sudo') throw refused('It goes through sudo: give the job to root instead.');
  // Options of these are a letter with its number in the same word or in the next; flock then has the file that it locks.
  let at = 0;
  while (/^-/.test(rest[at] ?? '')) at += /^-(?:[cnwE])$/.test(rest[at] ?? '') && /^\d+$/.test(rest[at + 1] ?? '') ? 2 : 1;
  if (program === 'flock') at += 1;
  notes.push(program === 'flock' ? 'flock is part of every job.' : `${program} is asked for in the form.`);
  return withoutPrefix(rest.slice(at), notes);
}

/** The columns of a line; without a user where its file wants none. */
function columns(
  line: string,
  file: string,
  notes: string[],
): { readonly schedule: string; readonly user: string; readonly command: string } {
  const found = /^[ \t]*(@[a-z]+|(?:[^ \t]+[ \t]+){4}[^ \t]+)[ \t]+(.*)$/s.exec(line);
  if (!found || line.length > 16_384) throw refused('It is no line of a crontab.');
  const [, when = '', rest = ''] = found;
  const fields = readSchedule(when);
  if (typeof fields === 'string') throw refused(fields);
  const schedule = plainSchedule(when);
  const owner = ownerOf(file);
  if (owner !== null) return { schedule, user: owner, command: rest };
  const [, user = '', command = ''] = /^([^ \t]+)[ \t]*(.*)$/s.exec(rest) ?? [];
  if (/(?:^|\/)rsync$/.test(user)) {
    notes.push(
      `The line has no user: cron takes “${visibleText(user, 40)}” for it, so it never ran. The job is root’s unless you choose another.`,
    );
    return { schedule, user: 'root', command: rest };
  }
  return { schedule, user, command };
}

/** crontab(5): `\%` is a percent sign, and a bare one ends the command. */
function unescaped(command: string): string {
  const bare = /(?<!\\)%/.exec(command);
  if (bare) throw refused('It has a bare “%”, at which cron ends the command.');
  return command.replaceAll('\\%', '%');
}

interface OptionsRead {
  options: Record<keyof JobDefinition['options'], boolean>;
  excludes: string[];
  extra: string[];
  places: string[];
  bandwidthKib: number | null;
  port: number | null;
  keyFile: string | null;
  passwordFile: string | null;
}

function optionsOf(words: readonly string[], notes: string[]): OptionsRead {
  const read: OptionsRead = {
    options: {
      archive: false,
      hardLinks: false,
      acls: false,
      xattrs: false,
      numericIds: false,
      compress: false,
      oneFileSystem: false,
      sparse: false,
      checksum: false,
      delete: false,
      listFiles: false,
    },
    excludes: [],
    extra: [],
    places: [],
    bandwidthKib: null,
    port: null,
    keyFile: null,
    passwordFile: null,
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') {
      read.places.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-')) {
      read.places.push(word);
    } else if (word.startsWith('--')) {
      const [name = '', ...rest] = word.split('=');
      const value = rest.length > 0 ? rest.join('=') : withValue.includes(name) ? words[++at] : undefined;
      longOption(name, value, read, notes);
    } else {
      const letters = [...word.slice(1)];
      for (const [place, letter] of letters.entries()) {
        if (letter === 'e') {
          remoteShell(letters.slice(place + 1).join('') || (words[++at] ?? ''), read);
          break;
        }
        if (letter === 'n') throw refused('It is a dry run, which copies nothing.');
        if (letter === 'P') read.extra.push('--partial');
        else if (Object.hasOwn(flags, letter)) turnOn(flags[letter], read);
        else read.extra.push(`-${letter}`);
      }
    }
  }
  return read;
}

function turnOn(flag: keyof JobDefinition['options'] | 'ignored' | undefined, { options }: OptionsRead): void {
  if (flag !== undefined && flag !== 'ignored') options[flag] = true;
}

function longOption(name: string, value: string | undefined, read: OptionsRead, notes: string[]): void {
  if (name === '--dry-run') throw refused('It is a dry run, which copies nothing.');
  if (Object.hasOwn(longFlags, name) && value === undefined) turnOn(longFlags[name], read);
  else if (name === '--exclude') read.excludes.push(value ?? '');
  else if (name === '--rsh') remoteShell(value ?? '', read);
  else if (name === '--port') read.port = Number(value);
  else if (name === '--password-file') read.passwordFile = value ?? null;
  else if (name === '--log-file') notes.push(`It no longer logs to ${visibleText(value ?? '', 80)}: the job keeps a log of its own.`);
  else if (name === '--bwlimit') read.bandwidthKib = bandwidth(value ?? '');
  else read.extra.push(value === undefined ? name : `${name}=${value}`);
}

/** rsync(1), --bwlimit: KiB unless a unit says otherwise. */
function bandwidth(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(text);
  if (!found) throw refused(`“${visibleText(text, 20)}” is no bandwidth that Hum knows.`);
  const factor = { k: 1, m: 1024, g: 1024 * 1024 }[(found[2] ?? '').toLowerCase()] ?? 1;
  return Math.round(Number(found[1]) * factor) || null;
}

/** `ssh -p 2222 -i key`; options that Hum sets by itself are passed over. */
function remoteShell(text: string, read: OptionsRead): void {
  const words = text.trim().split(/\s+/);
  if (!/^(?:\/usr\/bin\/)?ssh$/.test(words[0] ?? '')) throw refused(`It goes by “${visibleText(text, 60)}”, and Hum’s jobs by ssh.`);
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '-p') read.port = Number(words[++at]);
    else if (word === '-i') read.keyFile = words[++at] ?? null;
    else if (word === '-o' && /^(?:BatchMode=yes|ConnectTimeout=\d+|ServerAliveInterval=\d+)$/i.test(words[at + 1] ?? '')) at += 1;
    else throw refused(`Hum does not know what to do with “${visibleText(word, 40)}” of its ssh.`);
  }
}

function destinationOf(text: string, { port, keyFile, passwordFile }: OptionsRead): JobDestination {
  const url = /^rsync:\/\/(?:([^@/]+)@)?(\[[^\]]+\]|[^:/[]+)(?::(\d+))?\/(.+)$/s.exec(text);
  const daemon = /^(?:([^@:/]+)@)?(\[[^\]]+\]|[^:/[]+)::(.+)$/s.exec(text);
  const found = url ?? daemon;
  const bare = (host: string) => host.replace(/^\[|\]$/g, '');
  if (found) {
    const [, user, host = ''] = found;
    const own = url?.[3] === undefined ? port : Number(url[3]);
    return { kind: 'daemon', user: user ?? null, host: bare(host), port: own, path: (url ? url[4] : daemon?.[3]) ?? '', passwordFile };
  }
  if (text.startsWith('/')) return { kind: 'local', path: text };
  const ssh = /^(?:([^@:/]+)@)?(\[[^\]]+\]|[^:/[]+):(.*)$/s.exec(text);
  if (!ssh) throw refused(`${visibleText(text, 80)} is no destination that Hum knows.`);
  const [, user, host = '', path = ''] = ssh;
  return { kind: 'ssh', user: user ?? null, host: bare(host), port, keyFile, path: path === '' ? '.' : path.replace(/^~\//, '') };
}

function refused(message: string): HumError {
  return new HumError({
    code: 'bad-input',
    message: `This line cannot be taken over: ${message}`,
    hint: 'Make a new job in its place, and comment the line by hand.',
  });
}

/** The file with one line of it commented, or undefined where it has not that line any more. */
export function withoutLine(text: string, line: number, expected: string, job: string): string | undefined {
  const lines = text.split('\n');
  if (lines[line - 1] !== expected) return undefined;
  lines[line - 1] = `# Taken over by Hum as ${job}: ${expected}`;
  return lines.join('\n');
}
