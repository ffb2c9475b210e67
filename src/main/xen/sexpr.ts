/** An atom, or a list of them. */
export type SExpr = string | readonly SExpr[];

/** xend's own nest no deeper than seven. */
const deepest = 64;

const token = /\s+|[()]|'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|[^\s()'"]+/y;

/**
 * Reads S-expressions as xend writes them (tools/python/xen/xend/sxp.py in the source of Xen 4.4 and older): atoms, bare or in quotes with
 * escapes, and lists. Undefined for text that is none: a list without an end, a quote without an end, lists too deep.
 */
export function parseSExprs(text: string): SExpr[] | undefined {
  const top: SExpr[] = [];
  const open: SExpr[][] = [top];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    const inner = open.at(-1) ?? top;
    const [word, single, double] = match;
    if (word === '(') {
      if (open.length > deepest) return undefined;
      const list: SExpr[] = [];
      inner.push(list);
      open.push(list);
    } else if (word === ')') {
      if (open.length === 1) return undefined;
      open.pop();
    } else if (single !== undefined || double !== undefined) inner.push(unescaped(single ?? double ?? ''));
    else if (word.trim() !== '') inner.push(word);
  }
  return open.length === 1 ? top : undefined;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' };

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|([0-3]?[0-7]{1,2})|([\s\S]))/g, (_, hex?: string, octal?: string, letter = '') => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return escapes[letter] ?? letter;
  });
}

/** The lists in `list` that begin with `name`, without that name. */
export function childrenOf(list: SExpr | undefined, name: string): (readonly SExpr[])[] {
  if (list === undefined || typeof list === 'string') return [];
  return list.flatMap((child) => (typeof child !== 'string' && child[0] === name ? [child.slice(1)] : []));
}

/** The atom behind `name`: of `(name web01)` it is "web01". Undefined where there is none, or an empty one. */
export function atomOf(list: SExpr | undefined, name: string): string | undefined {
  const atom = childrenOf(list, name)[0]?.[0];
  return typeof atom === 'string' && atom !== '' ? atom : undefined;
}
