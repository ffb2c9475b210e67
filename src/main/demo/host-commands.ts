import { loads } from './activity.ts';
import { memoryAt } from './memory.ts';
import { processesAt } from './processes.ts';
import { runProgram } from './programs.ts';
import type { Pty } from './pty.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { bootOf } from './story.ts';

/** What a shell on a simulated host remembers from one line to the next. */
export interface ShellState {
  readonly host: SimulatedHost;
  readonly pty: Pty;
  directory: string;
  /** Of the last command: `$?`. */
  status: number;
}

/** What a line comes to. Text with plain line ends. */
export interface LineAnswer {
  readonly text: string;
  readonly code: number;
  readonly afterMs: number;
  /** It ends the shell. */
  readonly exit?: boolean;
}

const mostNumbers = 100_000;

export function homeOf({ profile }: SimulatedHost): string {
  return profile.user === 'root' ? '/root' : `/home/${profile.user}`;
}

/** The folders of a simulated host and what is in them, sorted; a folder ends in a slash. */
export function tree(host: SimulatedHost): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, Set<string>>([
    ['/', new Set(['boot/', 'dev/', 'proc/', 'tmp/', 'usr/', 'var/'])],
    ['/var', new Set(['log/'])],
    ['/var/log', new Set(['messages'])],
  ]);
  const add = (path: string, folder: boolean) => {
    const at = path.lastIndexOf('/');
    const parent = at === 0 ? '/' : path.slice(0, at);
    const list = folders.get(parent) ?? new Set();
    const known = folders.has(parent);
    folders.set(parent, list.add(`${path.slice(at + 1)}${folder ? '/' : ''}`));
    if (!known) add(parent, true);
  };
  for (const path of ['/etc/hostname', '/etc/os-release', ...(host.xen?.machine.files.keys() ?? [])]) add(path, false);
  for (const path of [homeOf(host), '/tmp']) {
    folders.set(path, folders.get(path) ?? new Set());
    add(path, true);
  }
  return new Map([...folders].map(([path, names]) => [path, [...names].sort()]));
}

/** What a line that was typed comes to; `state` is as it is after it. */
export function hostCommand(line: string, state: ShellState): LineAnswer {
  const [command = '', ...words] = line.trim().split(/\s+/);
  if (command === '') return { text: '', code: state.status, afterMs: 0 };
  const run = commands[command];
  return run === undefined ? program(state, [command, ...words]) : run(state, words);
}

type Command = (state: ShellState, words: readonly string[]) => LineAnswer;

const said = (text: string, code = 0): LineAnswer => ({ text, code, afterMs: 0 });

const commands: Readonly<Record<string, Command>> = {
  help: () => said(`This host is simulated. Its shell knows:\n  ${[...Object.keys(commands), 'hostname', 'xl'].sort().join(' ')}\n`),
  cat,
  cd,
  clear: () => said('\u001b[H\u001b[2J\u001b[3J'),
  echo: ({ status }, words) => said(`${words.join(' ').replaceAll('$?', String(status))}\n`),
  exit: ({ status }, [code]) => ({ ...said('logout\n', code === undefined ? status : Number(code) & 255), exit: true }),
  free,
  id: ({ host }) => said(host.profile.user === 'root' ? 'uid=0(root) gid=0(root)\n' : `uid=1000(${host.profile.user})\n`),
  ls,
  ps,
  pwd: ({ directory }) => said(`${directory}\n`),
  seq: (_state, [count]) =>
    said(Array.from({ length: Math.min(mostNumbers, Number(count) || 0) }, (_, index) => `${index + 1}\n`).join('')),
  sleep: (_state, [seconds]) => ({ ...said(''), afterMs: Math.min(3600, Math.max(0, Number(seconds) || 0)) * 1000 }),
  stty: ({ pty }, [what]) => said(what === 'size' ? `${pty.rows} ${pty.columns}\n` : 'speed 38400 baud; line = 0;\n'),
  uname: ({ host: { profile } }, words) =>
    said(
      words.includes('-a')
        ? `Linux ${profile.name} ${profile.kernel} x86_64 GNU/Linux\n`
        : words.includes('-r')
          ? `${profile.kernel}\n`
          : 'Linux\n',
    ),
  uptime,
  whoami: ({ host }) => said(`${host.profile.user}\n`),
};

function program({ host }: ShellState, words: readonly string[]): LineAnswer {
  const { stdout, stderr, code, afterMs } = runProgram(host, words);
  if (code === 127) return said(`-bash: ${words[0]}: command not found (this host is simulated: try “help”)\n`, 127);
  return { text: stdout + stderr, code, afterMs };
}

/** An absolute path without dots in it. */
function resolved({ directory, host }: ShellState, path: string): string {
  const whole = path.startsWith('/') ? path : `${directory}/${path}`;
  const parts: string[] = [];
  for (const part of whole.replace(/^.*\/~(?=\/|$)/, homeOf(host)).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function cd(state: ShellState, [path]: readonly string[]): LineAnswer {
  const to = path === undefined ? homeOf(state.host) : resolved(state, path);
  if (!tree(state.host).has(to)) return said(`-bash: cd: ${path}: No such file or directory\n`, 1);
  state.directory = to;
  return said('');
}

function ls(state: ShellState, words: readonly string[]): LineAnswer {
  const path = words.find((word) => !word.startsWith('-'));
  const where = path === undefined ? state.directory : resolved(state, path);
  const names = tree(state.host).get(where);
  if (names === undefined) return said(`ls: cannot access '${path}': No such file or directory\n`, 2);
  const shown = names.map((name) => (name.endsWith('/') ? `\u001b[1;34m${name.slice(0, -1)}\u001b[0m` : name));
  return said(shown.map((name) => `${name}\n`).join(''));
}

function cat(state: ShellState, [path = '']: readonly string[]): LineAnswer {
  const { xen, profile } = state.host;
  const whole = resolved(state, path);
  const text =
    whole === '/etc/hostname'
      ? `${profile.name}\n`
      : whole === '/etc/os-release'
        ? `PRETTY_NAME="${profile.system}"\n`
        : xen?.machine.readFile(whole);
  return text === undefined ? said(`cat: ${path}: No such file or directory\n`, 1) : said(text.endsWith('\n') ? text : `${text}\n`);
}

/** As procps prints it, in kB. */
function free({ host }: ShellState): LineAnswer {
  const {
    total,
    free: unused,
    available,
    shmem,
    cache,
    buffers,
    slabReclaimable,
    swapTotal,
    swapUsed,
  } = memoryAt(host.profile, host.now());
  const row = (name: string, figures: readonly number[]) => `${name.padEnd(7)}${figures.map((kb) => String(kb).padStart(12)).join('')}\n`;
  const heads = ['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((head) => head.padStart(12)).join('');
  return said(
    `${' '.repeat(7)}${heads}\n${row('Mem:', [total, total - available, unused, shmem, cache + buffers + slabReclaimable, available])}${row('Swap:', [swapTotal, swapUsed, swapTotal - swapUsed])}`,
  );
}

function ps({ host }: ShellState): LineAnswer {
  const lines = processesAt(host.profile, host.now()).map(
    ({ pid, residentKb, command }) => `${String(pid).padStart(7)} ${String(residentKb ?? 0).padStart(9)} ${command}\n`,
  );
  return said(`    PID       RSS COMMAND\n${lines.join('')}`);
}

/** As procps prints it; the clock is that of the machine that Hum runs on. */
function uptime({ host }: ShellState): LineAnswer {
  const now = host.now();
  const minutes = Math.floor((now - bootOf(host.profile, now).at) / 60_000);
  const days = Math.floor(minutes / 1440);
  const clock = `${Math.floor(minutes / 60) % 24}:${String(minutes % 60).padStart(2, '0')}`;
  const load = loads(host.profile, now).map((each) => each.toFixed(2));
  return said(
    ` ${new Date().toTimeString().slice(0, 8)} up ${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${clock},  1 user,  load average: ${load.join(', ')}\n`,
  );
}
