import type { ConfigComplaint } from '../../shared/contract/xen.ts';
import { type Token, type TokenKind, tokenize } from './config-tokens.ts';

/** A text, or a list. Numbers are texts to libxlu, too: it is the setting that reads one as a number. */
export type ConfigValue = string | readonly ConfigValue[];

/** By the names of xl.cfg(5). */
export type ConfigSettings = ReadonlyMap<string, ConfigValue>;

export interface ParsedConfig {
  /** What could be read. Of a program only what it sets, with plain values, at the beginning of a line. */
  readonly settings: ConfigSettings;
  readonly complaints: readonly ConfigComplaint[];
  /** More than settings: Python, which xm ran. It is not evaluated. */
  readonly isProgram: boolean;
}

const mostComplaints = 50;
/** xl itself recurses here; no setting has lists deeper than two. */
const deepestList = 8;

/** Reads a domain's configuration as xl does (xl.cfg(5); libxlu_cfg_y.y in Xen's source). Never throws. */
export function parseConfig(text: string): ParsedConfig {
  const complaints: ConfigComplaint[] = [];
  const complain = (complaint: ConfigComplaint) => {
    if (complaints.length < mostComplaints) complaints.push(complaint);
  };
  const reader = new StatementReader(tokenize(text, complain), complain);
  reader.readAll();
  if (reader.program === undefined) return { settings: reader.settings, complaints, isProgram: false };
  const message = 'This is a program in Python, as xm ran it: xl cannot read it, and Hum shows it without evaluating it.';
  return { settings: reader.settings, complaints: [{ ...reader.program, severity: 'error', message }], isProgram: true };
}

/** A statement that cannot be read. */
class Unreadable extends Error {
  readonly token: Token;

  constructor(token: Token, message: string) {
    super(message);
    this.token = token;
  }
}

class StatementReader {
  readonly settings = new Map<string, ConfigValue>();
  /** Where the text was seen to be Python. */
  program: { readonly line: number; readonly column: number } | undefined;
  readonly #tokens: readonly Token[];
  readonly #complain: (complaint: ConfigComplaint) => void;
  #at = 0;

  constructor(tokens: readonly Token[], complain: (complaint: ConfigComplaint) => void) {
    this.#tokens = tokens;
    this.#complain = complain;
  }

  readAll(): void {
    while (this.#next().kind !== 'end') {
      if (this.#take('newline') !== undefined || this.#take(';') !== undefined) continue;
      const first = this.#next();
      try {
        this.#assignment();
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        const { line, column } = error.token;
        if (this.#isPython(first, error.token)) this.program ??= { line, column };
        this.#complain({ line, column, severity: 'error', message: error.message });
        this.#skipLine();
      }
    }
  }

  #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #take(kind: TokenKind): Token | undefined {
    const token = this.#next();
    if (token.kind !== kind) return undefined;
    this.#at += 1;
    return token;
  }

  #assignment(): void {
    const name = this.#take('name');
    if (name === undefined) throw new Unreadable(this.#next(), `A setting begins with its name, but here is ${named(this.#next())}.`);
    const adds = this.#take('+=') !== undefined;
    if (!adds && this.#take('=') === undefined) throw new Unreadable(this.#next(), `After “${name.text}” comes “=” and its value.`);
    const at = this.#next();
    const value = this.#value(0);
    if (!['newline', ';', 'end'].includes(this.#next().kind)) {
      throw new Unreadable(this.#next(), `The value of “${name.text}” has ended; here is ${named(this.#next())} still.`);
    }
    if (name.column > 1 && this.program !== undefined) return;
    const before = this.settings.get(name.text);
    if (adds && before !== undefined) this.#add(name, before, value);
    else {
      if (before !== undefined && this.program === undefined) {
        const message = `“${name.text}” is set a second time: this value counts.`;
        this.#complain({ line: at.line, column: name.column, severity: 'warning', message });
      }
      this.settings.set(name.text, value);
    }
  }

  #add(name: Token, before: ConfigValue, value: ConfigValue): void {
    if (typeof before === 'string' && typeof value === 'string') this.settings.set(name.text, before + value);
    else if (typeof before !== 'string' && typeof value !== 'string') this.settings.set(name.text, [...before, ...value]);
    else
      throw new Unreadable(
        name,
        `“${name.text}” is ${typeof value === 'string' ? 'a list, and a text' : 'a text, and a list'} cannot be added to it.`,
      );
  }

  #value(depth: number): ConfigValue {
    const atom = this.#take('string') ?? this.#take('number');
    if (atom !== undefined) return atom.text;
    const token = this.#next();
    if (token.kind !== '[') throw new Unreadable(token, `A value is a text in quotes, a number or a list, but here is ${named(token)}.`);
    if (depth >= deepestList) throw new Unreadable(token, 'Lists within lists go no deeper than this.');
    this.#at += 1;
    const items: ConfigValue[] = [];
    for (;;) {
      this.#skipNewlines();
      if (this.#take(']') !== undefined) return items;
      items.push(this.#value(depth + 1));
      this.#skipNewlines();
      if (this.#take(',') !== undefined) continue;
      if (this.#take(']') !== undefined) return items;
      throw new Unreadable(
        this.#next(),
        `In the list that begins in line ${token.line}, a comma or “]” comes next, but here is ${named(this.#next())}.`,
      );
    }
  }

  #skipNewlines(): void {
    while (this.#take('newline') !== undefined);
  }

  /** As libxlu recovers (`stmt: error NEWLINE`): the next line may be read again. */
  #skipLine(): void {
    while (this.#next().kind !== 'newline' && this.#next().kind !== 'end') this.#at += 1;
  }

  /** Operators, calls and blocks; the values of Python; a name that was set before, used as a value; a statement by its keyword; three quotes. */
  #isPython(first: Token, wrong: Token): boolean {
    if (first.kind === 'name' && keywords.has(first.text)) return true;
    const before = this.#tokens[this.#at - 1];
    if (wrong.kind === 'bad' && wrong.text.startsWith('"')) return before?.kind === 'string' && before.text === '';
    if (wrong.kind === 'bad') return /^(?:[+.():%*@]|-(?!\d)|(?:True|False|None)\b)/.test(wrong.text);
    return wrong.kind === 'name' && this.settings.has(wrong.text) && wrong !== first;
  }
}

const keywords = new Set(
  'def import from if elif else for while class try except finally with return print exec raise global assert del pass'.split(' '),
);

function named(token: Token): string {
  switch (token.kind) {
    case 'newline':
      return 'the end of the line';
    case 'end':
      return 'the end of the file';
    case 'string':
      return 'another text';
    case 'bad':
      return /^['"]/.test(token.text)
        ? 'a text whose quote does not end in its line'
        : `“${[...token.text][0]}”, which nothing begins with`;
    default:
      return `“${token.text}”`;
  }
}
