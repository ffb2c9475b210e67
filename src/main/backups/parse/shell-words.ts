/**
 * Reads shell text as far as finding a program and its arguments needs: words with their quotes taken off, where each stands in the text, assignments,
 * redirections, and what separates commands (POSIX.1-2017, Shell Command Language 2.2, 2.3, 2.10). It runs nothing, and never throws.
 */

export interface Word {
  /** The word without quotes; what cannot be known (`$(date)`, an unset variable) stays as it is written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Something in it is known only when it runs. */
  readonly open: boolean;
}

export interface Redirect {
  /** `>`, `>>`, `<`, `>&`, `&>`, … */
  readonly op: string;
  /** The number before it; empty for none. */
  readonly fd: string;
  readonly target: string;
  readonly start: number;
  readonly end: number;
}

export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Where the value stands, its quotes included. */
  readonly start: number;
  readonly end: number;
}

export interface SimpleCommand {
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly start: number;
  readonly end: number;
  /** The operator that follows; empty at the end. */
  readonly after: string;
}

export interface ShellText {
  readonly commands: readonly SimpleCommand[];
  /** Where the command ends: before the first bare `%` of a crontab. */
  readonly end: number;
}

export interface ReadOptions {
  /** In a crontab `\%` is `%`, and a bare `%` ends the command (crontab(5)). */
  readonly cron?: boolean;
  /** Variables that are set before. */
  readonly variables?: ReadonlyMap<string, string>;
}

/** More words than this in one text are no job. */
const mostWords = 20_000;
const mostText = 256 * 1024;

const operators = ['&&', '||', ';;', ';', '|&', '|', '&', '\n', '(', ')'];
const redirections = ['&>>', '&>', '>>', '>&', '>|', '<<<', '<<-', '<<', '<&', '<>', '>', '<'];
/** Reserved words that a command may follow. */
const reserved = new Set(['if', 'then', 'else', 'elif', 'do', 'while', 'until', '!', '{', 'time']);

export function readShell(whole: string, { cron = false, variables = new Map() }: ReadOptions = {}): ShellText {
  const text = whole.slice(0, mostText);
  const known = new Map<string, string | readonly string[]>(variables);
  const commands: SimpleCommand[] = [];
  let at = 0;
  let count = 0;
  let words: Word[] = [];
  let assignments: Assignment[] = [];
  let redirects: Redirect[] = [];
  let start = -1;
  let heredocs: string[] = [];
  let end = text.length;

  const starting = (position: number) => {
    if (start < 0) start = position;
  };

  function finish(after: string): void {
    if (start >= 0) {
      if (words.length === 0) for (const { name, value } of assignments) known.set(name, value);
      const last = Math.max(words.at(-1)?.end ?? 0, assignments.at(-1)?.end ?? 0, redirects.at(-1)?.end ?? 0);
      commands.push({ assignments, words, redirects, start, end: last, after });
    }
    words = [];
    assignments = [];
    redirects = [];
    start = -1;
  }

  /** One character as the shell gets it from cron, and how long it is in the text; undefined at the end. */
  function peek(position: number): { readonly char: string; readonly length: number } | undefined {
    const char = text[position];
    if (char === undefined || (cron && char === '%')) return undefined;
    if (cron && char === '\\' && text[position + 1] === '%') return { char: '%', length: 2 };
    return { char, length: 1 };
  }

  /** Reads `$…` at `position`: its value where it is known. */
  function dollar(position: number): { readonly value: string | readonly string[]; readonly end: number; readonly open: boolean } {
    const rest = text.slice(position, position + 4096);
    const plain = /^\$([A-Za-z_]\w*)/.exec(rest);
    const braced = /^\$\{([A-Za-z_]\w*)(\[[@*]\])?(?::?-([^}]*))?\}/.exec(rest);
    const found = braced ?? plain;
    if (found) {
      const value = known.get(found[1] ?? '') ?? braced?.[3];
      return { value: value ?? found[0], end: position + found[0].length, open: value === undefined };
    }
    if (rest.startsWith('$(') || rest.startsWith('${')) {
      const close = matching(text, position + 1);
      return { value: text.slice(position, close), end: close, open: true };
    }
    const special = /^\$[\d@*#?$!-]/.exec(rest);
    return { value: special?.[0] ?? '$', end: position + (special?.[0].length ?? 1), open: special !== null };
  }

  /** Reads a word. Undefined where none begins. Several where an unquoted variable holds several. */
  function word(): readonly Word[] | undefined {
    const begin = at;
    const done: string[] = [];
    let current = '';
    let any = false;
    let open = false;
    for (;;) {
      const next = peek(at);
      if (next === undefined) break;
      const { char, length } = next;
      if (/[\s;|&()<>]/.test(char)) break;
      any = true;
      if (char === '\\') {
        const escaped = peek(at + 1);
        if (escaped?.char !== '\n') current += escaped?.char ?? '\\';
        at += 1 + (escaped?.length ?? 0);
      } else if (char === "'") {
        at += 1;
        for (let inner = peek(at); inner !== undefined && inner.char !== "'"; inner = peek(at)) {
          current += inner.char;
          at += inner.length;
        }
        if (peek(at) !== undefined) at += 1;
      } else if (char === '"') {
        at += 1;
        for (let inner = peek(at); inner !== undefined && inner.char !== '"'; inner = peek(at)) {
          if (inner.char === '\\' && /["$`\\\n]/.test(text[at + 1] ?? '')) {
            if (text[at + 1] !== '\n') current += text[at + 1];
            at += 2;
          } else if (inner.char === '$' && inner.length === 1) {
            const { value, end: after, open: unknown } = dollar(at);
            if (typeof value === 'string') current += value;
            else {
              // "${ARRAY[@]}" is a word for each.
              for (const [index, each] of value.entries()) {
                if (index > 0) {
                  done.push(current);
                  current = '';
                }
                current += each;
              }
            }
            open ||= unknown;
            at = after;
          } else {
            if (inner.char === '`') open = true;
            current += inner.char;
            at += inner.length;
          }
        }
        if (peek(at) !== undefined) at += 1;
      } else if (char === '`') {
        const close = text.indexOf('`', at + 1);
        const after = close < 0 ? text.length : close + 1;
        current += text.slice(at, after);
        open = true;
        at = after;
      } else if (char === '$') {
        const { value, end: after, open: unknown } = dollar(at);
        const parts = typeof value === 'string' ? (unknown ? [value] : value.split(/[ \t\n]+/)) : value;
        for (const [index, part] of parts.entries()) {
          if (index > 0) {
            if (current !== '') done.push(current);
            current = '';
          }
          current += part;
        }
        open ||= unknown;
        at = after;
      } else {
        current += char;
        at += length;
      }
    }
    if (!any) return undefined;
    const texts = current === '' && done.length > 0 ? done : [...done, current];
    return texts.map((each) => ({ text: each, start: begin, end: at, open }));
  }

  function skipHeredocs(): void {
    for (const mark of heredocs) {
      for (let line = text.indexOf('\n', at); ; line = text.indexOf('\n', at)) {
        const body = text.slice(at, line < 0 ? text.length : line);
        at = line < 0 ? text.length : line + 1;
        if (body.trim() === mark || line < 0) break;
      }
    }
    heredocs = [];
  }

  while (at < text.length && count < mostWords) {
    const next = peek(at);
    if (next === undefined) {
      end = at;
      break;
    }
    const rest = text.slice(at, at + 3);
    if (text.startsWith('\\\n', at)) at += 2;
    else if (/[ \t\r]/.test(next.char)) at += 1;
    else if (next.char === '#') {
      const line = text.indexOf('\n', at);
      at = line < 0 ? text.length : line;
    } else {
      const redirect = redirections.find((each) => rest.startsWith(each));
      const operator = redirect === undefined ? operators.find((each) => rest.startsWith(each)) : undefined;
      if (redirect !== undefined) {
        const begin = at;
        at += redirect.length;
        while (/[ \t]/.test(text[at] ?? '')) at += 1;
        const [target] = word() ?? [];
        // A number that touches the operator is what is redirected.
        const before = words.at(-1);
        const fd = before !== undefined && before.end === begin && /^\d$/.test(before.text) ? before : undefined;
        if (fd !== undefined) words.pop();
        if (redirect.startsWith('<<') && redirect !== '<<<') heredocs.push(target?.text ?? '');
        starting(begin);
        redirects.push({ op: redirect, fd: fd?.text ?? '', target: target?.text ?? '', start: fd?.start ?? begin, end: at });
      } else if (operator !== undefined) {
        at += operator.length;
        finish(operator);
        if (operator === '\n') skipHeredocs();
      } else {
        const begin = at;
        const found = word() ?? [];
        if (found.length === 0) at += 1;
        count += found.length;
        starting(begin);
        const [only] = found;
        const raw = text.slice(begin, at);
        const assigned = words.length === 0 ? /^([A-Za-z_]\w*)=/.exec(raw) : null;
        const name = assigned?.[1];
        if (only !== undefined && name !== undefined) {
          if (raw === `${name}=` && text[at] === '(') {
            known.set(name, array());
            start = -1;
          } else {
            const value = found
              .map((each) => each.text)
              .join(' ')
              .slice(name.length + 1);
            assignments.push({ name, value, start: begin + name.length + 1, end: at });
          }
        } else if (words.length === 0 && assignments.length === 0 && only !== undefined && found.length === 1 && reserved.has(raw)) {
          start = -1;
        } else if (!(words.length === 0 && found.length === 1 && /^(?:export|readonly|local|declare)$/.test(raw))) {
          words.push(...found);
        }
      }
    }
  }
  finish('');
  return { commands, end: Math.min(end, text.length) };

  /** The words of `(…)` that follow `NAME=`. */
  function array(): readonly string[] {
    const found: string[] = [];
    at += 1;
    while (at < text.length && text[at] !== ')' && count < mostWords) {
      if (text[at] === '#') {
        const line = text.indexOf('\n', at);
        at = line < 0 ? text.length : line;
        continue;
      }
      const next = word();
      if (next === undefined) at += 1;
      else found.push(...next.map((each) => each.text));
      count += 1;
    }
    at += 1;
    return found;
  }
}

/** The place after the bracket that closes the one at `open`; the end of the text where none does. */
function matching(text: string, open: number): number {
  const [left, right] = text[open] === '{' ? ['{', '}'] : ['(', ')'];
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === left) depth += 1;
    else if (text[at] === right) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}
