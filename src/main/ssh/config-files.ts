import { globSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { messageOf, type Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { type ConfigStatement, readStatements } from './config-text.ts';
import { shownWord } from './quote.ts';

/** What must hold for a setting to count: the patterns of the `Host` and the criteria of the `Match` lines around it. */
export type Condition =
  | { readonly kind: 'host'; readonly patterns: readonly string[] }
  | { readonly kind: 'match'; readonly criteria: readonly Criterion[] };

/** One criterion of a `Match` line. `all`, `canonical` and `final` have no value. */
export interface Criterion {
  readonly name: string;
  readonly negated: boolean;
  readonly value: string;
}

export type ConfigLine =
  /** A `Host` line by itself: the names that it introduces. */
  | { readonly kind: 'host'; readonly patterns: readonly string[]; readonly file: string }
  /** `name` in lower case: ssh_config(5) ignores case in keywords. `rest` is all that follows it, for the settings that are one command line. */
  | {
      readonly kind: 'setting';
      readonly name: string;
      readonly values: readonly string[];
      readonly rest: string;
      readonly within: readonly Condition[];
    };

/** All lines of ssh_config files in the order in which OpenSSH would read them, `Include` followed, and what could not be read. */
export interface ConfigLines {
  readonly lines: readonly ConfigLine[];
  readonly problems: readonly Problem[];
}

/** READCONF_MAX_DEPTH in OpenSSH's readconf.c. */
const deepestInclude = 16;
const largestFile = 4 * 1024 * 1024;
const mostFiles = 1000;

/** Reads the file and everything that it includes; `system`: a file of the machine, whose Includes are relative to /etc/ssh. Never throws for what is in them, or missing. */
export function readConfigFiles(file: string, home: string, system = false): ConfigLines {
  const lines: ConfigLine[] = [];
  const problems: Problem[] = [];
  let files = 0;

  function readFile(path: string, within: readonly Condition[], chain: readonly string[]): void {
    if (++files > mostFiles) return;
    let statements: readonly ConfigStatement[];
    let real: string;
    try {
      real = realpathSync(path);
      if (chain.includes(real)) {
        problems.push(unreadable(path, 'It includes itself.', 'Remove the Include that leads back to it.'));
        return;
      }
      const stat = statSync(path);
      // A pipe or a device may have no end, and the whole console would wait for it.
      if (!stat.isFile()) throw new Error('It is not a regular file.');
      if (stat.size > largestFile) throw new Error(`It is larger than ${largestFile} bytes.`);
      statements = readStatements(readFileSync(path, 'utf8'));
    } catch (error) {
      problems.push(unreadable(path, messageOf(error), `Look at it: ls -l ${shownWord(path)}; ssh -G localhost says which line is wrong.`));
      return;
    }
    readLines(statements, path, within, [...chain, real]);
  }

  function readLines(statements: readonly ConfigStatement[], path: string, outside: readonly Condition[], chain: readonly string[]): void {
    let within = outside;
    for (const { keyword, args, rest, line, fault } of statements) {
      if (fault !== undefined) {
        const where = `${path}:${line}`;
        problems.push(unreadable(where, fault, `ssh refuses the whole file for it. Look at it: ssh -F ${shownWord(path)} -G localhost`));
      } else if (keyword === 'host') {
        lines.push({ kind: 'host', patterns: args, file: path });
        within = [...outside, { kind: 'host', patterns: args }];
      } else if (keyword === 'match') {
        within = [...outside, { kind: 'match', criteria: criteriaOf(args) }];
      } else if (keyword === 'include') {
        include(args, path, within, chain);
      } else {
        lines.push({ kind: 'setting', name: keyword, values: args, rest, within });
      }
    }
  }

  function include(patterns: readonly string[], path: string, within: readonly Condition[], chain: readonly string[]): void {
    if (chain.length > deepestInclude) {
      problems.push(unreadable(path, 'Its Includes are nested too deeply.', `OpenSSH follows ${deepestInclude} levels, and so does Hum.`));
      return;
    }
    for (const pattern of patterns) {
      const expanded = pattern.startsWith('~/') ? join(home, pattern.slice(2)) : pattern;
      // ssh_config(5): without an absolute path, relative to ~/.ssh of the user's configuration.
      const absolute = isAbsolute(expanded) ? expanded : join(system ? '/etc/ssh' : join(home, '.ssh'), expanded);
      // A pattern without a match is no error (glob(7), GLOB_NOMATCH in readconf.c).
      const found = /[*?[]/.test(absolute) ? globSync(absolute).sort() : existing(absolute);
      for (const each of found) readFile(each, within, chain);
    }
  }

  if (existing(file).length > 0) readFile(file, [], []);
  return { lines, problems };
}

function existing(path: string): string[] {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined ? [] : [path];
  } catch {
    // A folder on the way may not be entered: let the reading say so.
    return [path];
  }
}

/** match_cfg_line in readconf.c: criteria with a value each, but for three; `!` negates one. */
function criteriaOf(args: readonly string[]): Criterion[] {
  const criteria: Criterion[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const negated = word.startsWith('!');
    const name = (negated ? word.slice(1) : word).toLowerCase();
    if (name === 'all' || name === 'canonical' || name === 'final') criteria.push({ name, negated, value: '' });
    else {
      at += 1;
      criteria.push({ name, negated, value: args[at] ?? '' });
    }
  }
  return criteria;
}

function unreadable(path: string, detail: string, hint: string): Problem {
  return { code: 'file-unreadable', message: `${visibleText(path)} could not be read.`, hint, detail: visibleText(detail) };
}
