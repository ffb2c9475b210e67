import { type RsyncLine, readRsync } from './rsync-options.ts';
import { type ReadOptions, readShell, type ShellText, type SimpleCommand, type Word } from './shell-words.ts';

/** An rsync that a text runs. */
export interface FoundRsync {
  readonly line: RsyncLine;
  readonly command: SimpleCommand;
  /** The word `rsync` itself. */
  readonly program: Word;
  /** Commands that stand before it on its way: `flock`, `nice`, `sshpass`, …, by their names. */
  readonly wrappers: readonly string[];
  /** `flock`, setlock or the like is among them, or stands somewhere in the text. */
  readonly locked: boolean;
}

export interface FoundCommands {
  readonly shell: ShellText;
  readonly rsyncs: readonly FoundRsync[];
  /** Files that the text runs, which may be scripts with an rsync in them. */
  readonly scripts: readonly string[];
}

/** Programs that run what follows them, and which of their options take a word. */
const wrappers: Readonly<Record<string, { readonly values: string; readonly positional: number }>> = {
  flock: { values: 'wEc', positional: 1 },
  setlock: { values: '', positional: 1 },
  lckdo: { values: 'w', positional: 1 },
  nice: { values: 'n', positional: 0 },
  ionice: { values: 'cnpPu', positional: 0 },
  chrt: { values: 'TPD', positional: 1 },
  timeout: { values: 'ks', positional: 1 },
  nohup: { values: '', positional: 0 },
  setsid: { values: '', positional: 0 },
  sudo: { values: 'ugCpT', positional: 0 },
  doas: { values: 'uC', positional: 0 },
  runuser: { values: 'ug', positional: 0 },
  env: { values: 'uCS', positional: 0 },
  exec: { values: 'a', positional: 0 },
  command: { values: '', positional: 0 },
  time: { values: 'fo', positional: 0 },
  chronic: { values: '', positional: 0 },
  'chronic.sh': { values: '', positional: 0 },
  sshpass: { values: 'pfdP', positional: 0 },
  'systemd-cat': { values: 'tp', positional: 0 },
  'systemd-inhibit': { values: '', positional: 0 },
  'systemd-run': { values: 'pu', positional: 0 },
  stdbuf: { values: 'ioe', positional: 0 },
  cronlock: { values: '', positional: 0 },
  eatmydata: { values: '', positional: 0 },
  unbuffer: { values: '', positional: 0 },
  'with-lock-ex': { values: '', positional: 1 },
  taskset: { values: '', positional: 1 },
};
const shells = new Set(['sh', 'bash', 'dash', 'ksh', 'mksh', 'zsh', 'ash']);
const locks = new Set(['flock', 'setlock', 'lckdo', 'cronlock', 'with-lock-ex', 'lockfile', 'dotlockfile', 'shlock', 'run-one']);

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Every rsync that a shell text runs on its own host, through programs like `flock` and `nice` and one `sh -c`. */
export function findRsync(text: string, options: ReadOptions = {}, depth = 0): FoundCommands {
  const shell = readShell(text, options);
  const lockedText = shell.commands.some(({ words }) => words.some((word) => locks.has(baseName(word.text))));
  const rsyncs: FoundRsync[] = [];
  const scripts = new Set<string>();
  for (const command of shell.commands) {
    const { rest, passed } = unwrap(command.words);
    const [program, ...args] = rest;
    if (program === undefined) continue;
    const name = baseName(program.text);
    if (name === 'rsync') {
      rsyncs.push({ line: readRsync(args), command, program, wrappers: passed, locked: lockedText });
    } else if (shells.has(name) || name === 'su' || passed.includes('flock -c')) {
      const inner = passed.includes('flock -c') ? program : afterDashC(args);
      if (inner === undefined) {
        const file = args.find((arg) => !arg.text.startsWith('-'));
        if (file !== undefined && name !== 'su') scripts.add(file.text);
      } else if (depth < 2) {
        const within = findRsync(inner.text, variablesOf(options), depth + 1);
        for (const each of within.rsyncs) {
          rsyncs.push({ ...each, command, program, wrappers: [...passed, name, ...each.wrappers], locked: lockedText || each.locked });
        }
        for (const each of within.scripts) scripts.add(each);
      }
    } else if (name === 'source' || name === '.') {
      if (args[0] !== undefined) scripts.add(args[0].text);
    } else if (name === 'run-parts' || name === 'test' || name === '[') {
      // Looks at files, or runs folders that are read by themselves.
    } else scripts.add(program.text);
  }
  return { shell, rsyncs, scripts: [...scripts] };
}

function variablesOf({ variables }: ReadOptions): ReadOptions {
  return variables === undefined ? {} : { variables };
}

/** Takes away programs that only run what follows. `flock FILE -c COMMAND` has a shell text where others have words. */
function unwrap(words: readonly Word[]): { readonly rest: readonly Word[]; readonly passed: readonly string[] } {
  const passed: string[] = [];
  let at = 0;
  for (;;) {
    const name = baseName(words[at]?.text ?? '');
    const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
    if (wrapper === undefined) return { rest: words.slice(at), passed };
    passed.push(name);
    at += 1;
    let positional = wrapper.positional;
    while (at < words.length) {
      const text = words[at]?.text ?? '';
      if (text === '--') at += 1;
      else if (name === 'flock' && (text === '-c' || text === '--command')) {
        passed.push('flock -c');
        return { rest: words.slice(at + 1), passed };
      } else if (/^--[a-z]/.test(text)) {
        // `--wait 5` and `--wait=5` are both usual; the words that follow a long option without `=` are told by being no path of a program.
        at += /^--(?:wait|timeout|conflict-exit-code|class|classdata|user|unit|property|signal|kill-after)$/.test(text) ? 2 : 1;
      } else if (/^-./.test(text)) {
        const last = text.at(-1) ?? '';
        const value = wrapper.values.includes(last) && (text.length === 2 || !/\d/.test(last));
        at += value && !/^-[a-zA-Z]\d/.test(text) ? 2 : 1;
      } else if (name === 'env' || name === 'sudo') {
        if (!/^[A-Za-z_]\w*=/.test(text)) break;
        at += 1;
      } else if (positional > 0) {
        positional -= 1;
        at += 1;
      } else break;
    }
  }
}

/** The text of `sh -c TEXT`; flags may stand in one word with it (`-lc`). */
function afterDashC(args: readonly Word[]): Word | undefined {
  const at = args.findIndex(({ text }) => /^-[a-z]*c$/.test(text) || text === '--command');
  return at < 0 ? undefined : args[at + 1];
}
