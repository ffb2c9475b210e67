/** A command line as words, as far as that can be told without running anything. */
export interface CommandWords {
  readonly words: readonly string[];
  /** Where its output goes, as written: `>/dev/null 2>&1`. */
  readonly redirects: readonly string[];
}

/**
 * Takes a simple command apart by the rules of quoting (POSIX.1-2017, Shell 2.2), or says in a sentence why it cannot be told what it does:
 * it has variables, patterns, or more than one command: what is taken over must be known whole, where `parse/shell-words.ts` reads on as far as it can.
 * Never throws.
 */
export function plainCommand(line: string): CommandWords | string {
  const words: string[] = [];
  const redirects: string[] = [];
  let word: string | undefined;
  let at = 0;
  const end = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  while (at < line.length) {
    const char = line[at] ?? '';
    if (char === ' ' || char === '\t') {
      end();
      at += 1;
    } else if (char === "'") {
      const close = line.indexOf("'", at + 1);
      if (close < 0) return 'A quote is not closed.';
      word = (word ?? '') + line.slice(at + 1, close);
      at = close + 1;
    } else if (char === '"') {
      const read = doubleQuoted(line, at + 1);
      if (read === undefined) return 'A quote is not closed, or has a variable in it.';
      word = (word ?? '') + read.text;
      at = read.after;
    } else if (char === '\\') {
      if (at + 1 >= line.length) return 'It ends in a backslash.';
      word = (word ?? '') + line[at + 1];
      at += 2;
    } else if (char === '>' || (word === undefined && /^[12&]>/.test(line.slice(at, at + 2)))) {
      const redirect = /^[12&]?>>?(?:&[12]|[ \t]*[A-Za-z0-9_./-]+)/.exec(line.slice(at))?.[0];
      if (redirect === undefined) return 'Where its output goes cannot be told.';
      end();
      redirects.push(redirect);
      at += redirect.length;
    } else if (char === '#' && word === undefined) {
      break;
    } else if (/[$`;&|<()*?[\]{}~\n]/.test(char) && !(char === '~' && word !== undefined) && !/[{}\][]/.test(char)) {
      return `It has a “${char === '\n' ? 'line end' : char}” in it: Hum takes over one plain command only.`;
    } else {
      word = (word ?? '') + char;
      at += 1;
    }
  }
  end();
  return { words, redirects };
}

function doubleQuoted(line: string, from: number): { readonly text: string; readonly after: number } | undefined {
  let text = '';
  for (let at = from; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (char === '"') return { text, after: at + 1 };
    if (char === '$' || char === '`') return undefined;
    if (char === '\\' && /[$`"\\]/.test(line[at + 1] ?? '')) at += 1;
    text += line[at] ?? '';
  }
  return undefined;
}
