/** One line of an ssh_config(5): its keyword in lower case, its arguments, and all that follows the keyword as it stands. */
export interface ConfigStatement {
  readonly keyword: string;
  readonly args: readonly string[];
  readonly rest: string;
  /** From 1. */
  readonly line: number;
  /** Why OpenSSH would not read it. */
  readonly fault: string | undefined;
}

/** Reads the lines of a file as process_config_line of OpenSSH's readconf.c does: quotes, `=`, comments at the end. Empty lines are left out. */
export function readStatements(text: string): ConfigStatement[] {
  return text.split('\n').flatMap((raw, index): ConfigStatement[] => {
    const trimmed = raw.replace(/[ \t\r\n\f]+$/, '').replace(/^[ \t]+/, '');
    // strdelim in misc.c: a keyword, maybe quoted, then blanks and at most one `=`.
    const found = /^(?:"([^"]*)"|([^ \t"=#][^ \t"=]*))[ \t]*=?[ \t]*(.*)$/.exec(trimmed);
    if (found === null) return [];
    const keyword = (found[1] ?? found[2] ?? '').toLowerCase();
    const rest = found[3] ?? '';
    if (keyword === '') return [];
    const args = splitArguments(rest);
    const fault = rest === '' ? 'It has no argument.' : args === undefined ? 'A quote in it is not closed.' : undefined;
    return [{ keyword, args: args ?? [], rest, line: index + 1, fault }];
  });
}

/**
 * argv_split of OpenSSH's misc.c: words between blanks; single and double quotes; a backslash before a quote, a backslash or, outside quotes,
 * a space; a `#` that begins a word ends the line. Undefined when a quote stays open.
 */
export function splitArguments(text: string): string[] | undefined {
  const args: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ' || text[at] === '\t') {
      at += 1;
      continue;
    }
    if (text[at] === '#') break;
    let word = '';
    let quote = '';
    for (; at < text.length; at += 1) {
      const character = text[at] ?? '';
      const next = text[at + 1] ?? '';
      if (character === '\\' && (next === "'" || next === '"' || next === '\\' || (quote === '' && next === ' '))) {
        word += next;
        at += 1;
      } else if (quote === '' && (character === ' ' || character === '\t')) break;
      else if (quote === '' && (character === '"' || character === "'")) quote = character;
      else if (character === quote) quote = '';
      else word += character;
    }
    if (quote !== '') return undefined;
    args.push(word);
  }
  return args;
}
