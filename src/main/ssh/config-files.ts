import { globSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Directive, LineType, type Match, parse, type SSHConfig } from 'ssh-config';
import { messageOf, type Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { shownWord } from './quote.ts';

/** What must hold for a setting to count: the patterns of the `Host` and the criteria of the `Match` lines around it. */
export type Condition =
  | { readonly kind: 'host'; readonly patterns: readonly string[] }
  | { readonly kind: 'match'; readonly criteria: readonly { readonly name: string; readonly values: readonly string[] }[] };

export type ConfigLine =
  /** A `Host` line by itself: the names that it introduces. */
  | { readonly kind: 'host'; readonly patterns: readonly string[]; readonly file: string }
  /** `name` in lower case: ssh_config(5) ignores case in keywords. */
  | { readonly kind: 'setting'; readonly name: string; readonly values: readonly string[]; readonly within: readonly Condition[] };

/** All lines of ssh_config files in the order in which OpenSSH would read them, `Include` followed, and what could not be read. */
export interface ConfigLines {
  readonly lines: readonly ConfigLine[];
  readonly problems: readonly Problem[];
}

/** READCONF_MAX_DEPTH in OpenSSH's readconf.c. */
const deepestInclude = 16;
const largestFile = 4 * 1024 * 1024;
const mostFiles = 1000;

/** Reads the file and everything that it includes. Never throws for what is in them, or missing. */
export function readConfigFiles(file: string, home: string): ConfigLines {
  const lines: ConfigLine[] = [];
  const problems: Problem[] = [];
  let files = 0;

  function readFile(path: string, within: readonly Condition[], chain: readonly string[]): void {
    if (++files > mostFiles) return;
    let config: SSHConfig;
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
      config = parse(readFileSync(path, 'utf8'));
    } catch (error) {
      problems.push(unreadable(path, messageOf(error), `Look at it: ls -l ${shownWord(path)}; ssh -G localhost says which line is wrong.`));
      return;
    }
    readLines(config, path, within, [...chain, real]);
  }

  function readLines(config: SSHConfig, path: string, within: readonly Condition[], chain: readonly string[]): void {
    for (const line of config) {
      if (line.type !== LineType.DIRECTIVE) continue;
      const name = line.param.toLowerCase();
      const values = valuesOf(line.value);
      if (name === 'host') {
        lines.push({ kind: 'host', patterns: values, file: path });
        if ('config' in line) readLines(line.config, path, [...within, { kind: 'host', patterns: values }], chain);
      } else if (name === 'match') {
        if ('config' in line) readLines(line.config, path, [...within, matchCondition(line)], chain);
      } else if (name === 'include') {
        include(values, path, within, chain);
      } else {
        lines.push({ kind: 'setting', name, values, within });
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
      const absolute = isAbsolute(expanded) ? expanded : join(home, '.ssh', expanded);
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

function valuesOf(value: Directive['value']): string[] {
  return typeof value === 'string' ? [value] : value.map((each) => each.val);
}

function matchCondition(line: Directive): Condition {
  const criteria = 'criteria' in line ? (line as Match).criteria : {};
  return {
    kind: 'match',
    criteria: Object.entries(criteria)
      .filter(([name]) => name.toLowerCase() !== 'all')
      .map(([name, value]) => ({
        name: name.toLowerCase(),
        values: (typeof value === 'string' ? value : value.map((each) => each.val).join(',')).split(','),
      })),
  };
}

function unreadable(path: string, detail: string, hint: string): Problem {
  return { code: 'file-unreadable', message: `${visibleText(path)} could not be read.`, hint, detail: visibleText(detail) };
}
