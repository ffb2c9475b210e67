/**
 * Host names as ClusterShell writes them (clustershell.readthedocs.io, "Node sets"): `web[01-20].example.org`, `db[1,3-5]`,
 * `rack[1-2]n[1-4]`, steps `n[0-10/2]`, and several of them separated by commas. The width of the first number pads the rest.
 */

export type NodeSet =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'invalid'; readonly message: string };

/** How many names one typed address may stand for. */
export const maxNodes = 10_000;

class Invalid extends Error {}

/** Every name that `text` stands for, in order and without repeats. */
export function expandNodeSet(text: string): NodeSet {
  try {
    const names = new Set<string>();
    for (const pattern of splitOutsideBrackets(text)) {
      for (const name of expandPattern(pattern)) {
        names.add(name);
        if (names.size > maxNodes) throw tooMany();
      }
    }
    return { kind: 'names', names: [...names] };
  } catch (error) {
    if (error instanceof Invalid) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

function tooMany(): Invalid {
  return new Invalid(`That is more than ${maxNodes.toLocaleString('en')} hosts.`);
}

function splitOutsideBrackets(text: string): string[] {
  const parts = text.split(/,(?![^[]*\])/).map((part) => part.trim());
  if (parts.some((part) => part === '')) throw new Invalid('A name is missing beside a comma.');
  return parts;
}

function expandPattern(pattern: string): string[] {
  let names = [''];
  let rest = pattern;
  while (rest !== '') {
    const open = rest.indexOf('[');
    const literal = open < 0 ? rest : rest.slice(0, open);
    if (literal.includes(']')) throw new Invalid('A “]” has no “[” before it.');
    names = names.map((name) => name + literal);
    if (open < 0) break;
    const close = rest.indexOf(']', open);
    if (close < 0) throw new Invalid('A “[” has no “]” after it.');
    const numbers = expandRanges(rest.slice(open + 1, close));
    if (names.length * numbers.length > maxNodes) throw tooMany();
    names = names.flatMap((name) => numbers.map((number) => name + number));
    rest = rest.slice(close + 1);
  }
  return names;
}

function expandRanges(text: string): string[] {
  if (text.includes(':')) throw new Invalid('An IPv6 address is written without brackets.');
  const numbers: string[] = [];
  for (const part of text.split(',')) {
    const match = /^(\d{1,15})(?:-(\d{1,15})(?:\/(\d{1,6}))?)?$/.exec(part.trim());
    if (!match) throw new Invalid(`“${part.trim()}” is no number and no range such as 01-20.`);
    const [, first = '', last = first, step = '1'] = match;
    const from = Number(first);
    const to = Number(last);
    const by = Number(step);
    if (by === 0) throw new Invalid('The step of a range is at least 1.');
    if (to < from) throw new Invalid(`The range ${first}-${last} runs backwards.`);
    if ((to - from) / by + numbers.length >= maxNodes) throw tooMany();
    const width = first.startsWith('0') ? first.length : 0;
    for (let number = from; number <= to; number += by) numbers.push(String(number).padStart(width, '0'));
  }
  return numbers;
}
