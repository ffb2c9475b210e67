import type { ConfigComplaint } from '../../shared/contract/xen.ts';

/** `bad` stands for the rest of a line that no token begins. */
export type TokenKind = 'name' | 'number' | 'string' | 'newline' | 'bad' | 'end' | ',' | '[' | ']' | '=' | '+=' | ';';

/** A token with its value: what a string means, not how it was written. Lines and columns count from 1. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** The tokens of libxlu (tools/libs/util/libxlu_cfg_l.l in Xen's source). Unrolled loops: no text makes them slow. */
const tokens =
  /(?<name>[a-z][_0-9a-z]*)|(?<number>[0-9][0-9a-fx]*)|(?<string>'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*'|"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*")|(?<newline>#[^\n]*(?:\n|$)|\n)|(?<sign>\+=|[,[\]=;])|(?<bad>[^\n]+)/y;

const blank = /[ \t\r]*/y;

/**
 * Cuts a configuration into tokens as libxlu does. The last is always `end`.
 * `complain` hears of what is wrong inside of tokens; whether they make sense together is the parser's business.
 */
export function tokenize(text: string, complain: (complaint: ConfigComplaint) => void): Token[] {
  const found: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  let carriageReturns = false;

  for (;;) {
    blank.lastIndex = at;
    const space = blank.exec(text)?.[0] ?? '';
    if (!carriageReturns && space.includes('\r')) {
      carriageReturns = true;
      const column = at + space.indexOf('\r') - lineStart + 1;
      complain({ line, column, severity: 'error', message: 'A line ends in a carriage return, as on Windows: xl stops at it.' });
    }
    at += space.length;
    const column = at - lineStart + 1;
    if (at >= text.length) {
      found.push({ kind: 'end', text: '', line, column });
      return found;
    }
    tokens.lastIndex = at;
    const groups = tokens.exec(text)?.groups ?? { bad: text.slice(at) };
    const place = { line, column };
    const { name, number, string, newline, sign, bad } = groups;
    if (name !== undefined) found.push({ kind: 'name', text: name, ...place });
    else if (number !== undefined) found.push({ kind: 'number', text: number, ...place });
    else if (string !== undefined) found.push({ kind: 'string', text: meaningOf(string, place, complain), ...place });
    else if (sign !== undefined) found.push({ kind: sign as TokenKind, text: sign, ...place });
    else if (newline !== undefined) {
      if (!newline.endsWith('\n')) {
        complain({ ...place, severity: 'error', message: 'A comment in the last line needs a line end: xl stops at it.' });
      }
      found.push({ kind: 'newline', text: '', ...place });
      line += 1;
      lineStart = at + newline.length;
    } else found.push({ kind: 'bad', text: bad ?? '', ...place });
    at += (name ?? number ?? string ?? newline ?? sign ?? bad ?? '').length;
  }
}

/** xlu__cfgl_dequote in libxlu_cfg.c. What follows another backslash is dropped there without a word. */
const meanings: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function meaningOf(
  quoted: string,
  place: { readonly line: number; readonly column: number },
  complain: (complaint: ConfigComplaint) => void,
): string {
  return quoted.slice(1, -1).replace(/\\([^\n])/g, (escaped, character: string, offset: number) => {
    const meaning = meanings[character];
    if (meaning !== undefined) return meaning;
    // The numeric escapes of libxlu read wrong digits and keep nothing of them.
    const message = `xl does not know ${escaped} and drops it. Write \\\\ for a backslash.`;
    complain({ line: place.line, column: place.column + 1 + offset, severity: 'warning', message });
    return '';
  });
}
