import type { HostState } from '../../shared/host-states.ts';
import { hostStates } from '../../shared/host-states.ts';
import { isFailing } from '../components/host-states.ts';
import type { Comparison, NumberField } from './query-numbers.ts';
import { numberFields, parseQuantity } from './query-numbers.ts';

/** What a text field of the query looks at. */
const textFields = ['name', 'address', 'group', 'tag', 'user', 'system', 'problem'] as const;
export type TextField = (typeof textFields)[number];

export type Term =
  | { readonly kind: 'text'; readonly negated: boolean; readonly text: string }
  | { readonly kind: 'field'; readonly negated: boolean; readonly field: TextField; readonly values: readonly string[] }
  | { readonly kind: 'state'; readonly negated: boolean; readonly states: readonly HostState[] }
  | {
      readonly kind: 'number';
      readonly negated: boolean;
      readonly field: NumberField;
      readonly comparison: Comparison;
      /** In the field's own unit: a ratio, bytes, ms or a plain number. */
      readonly value: number;
      readonly unit: 'ratio' | 'bytes' | 'ms' | 'plain';
    };

/** A part of the query that means nothing, where it stands, and why. */
export interface QueryError {
  readonly at: number;
  readonly length: number;
  readonly message: string;
}

/** All terms must hold. What could not be read is left out of `terms` and named in `errors`. */
export interface Query {
  readonly terms: readonly Term[];
  readonly errors: readonly QueryError[];
}

const aliases: Readonly<Record<string, TextField | NumberField | 'state'>> = {
  host: 'name',
  addr: 'address',
  ip: 'address',
  groups: 'group',
  tags: 'tag',
  os: 'system',
  reason: 'problem',
  memory: 'mem',
  ram: 'mem',
  psi: 'pressure',
  up: 'uptime',
  is: 'state',
};

/** Words for several states at once. */
const stateGroups: Readonly<Record<string, readonly HostState[]>> = {
  down: ['unreachable'],
  failing: hostStates.filter(isFailing),
  key: ['host-key-unknown', 'host-key-changed'],
  auth: ['auth-failed'],
  off: ['disabled'],
  up: ['online'],
};

/** Whether the answer can change without a host coming, going, being edited or changing its state. */
export function asksForFigures({ terms }: Query): boolean {
  return terms.some((term) => term.kind === 'number' || (term.kind === 'field' && (term.field === 'system' || term.field === 'problem')));
}

/** A word, or a field with a value; a value or a word may be quoted to hold spaces. */
const termPattern = /(-?)(?:([A-Za-z]+)(>=|<=|[:<>=]))?(?:"([^"]*)"?|(\S*))/y;

const longestQuery = 1000;

/** Reads a filter such as `tag:db mem>80 -state:disabled "web front"`. Never throws; an empty text has no terms. */
export function parseQuery(text: string): Query {
  const terms: Term[] = [];
  const errors: QueryError[] = [];
  const end = Math.min(text.length, longestQuery);
  let at = 0;
  while (at < end) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    termPattern.lastIndex = at;
    const found = termPattern.exec(text);
    const whole = found?.[0] ?? '';
    if (!found || whole === '') {
      at += 1;
      continue;
    }
    const [, minus, name, operator, quoted, bare] = found;
    const read = readTerm(minus === '-', name, operator, quoted ?? bare ?? '', quoted !== undefined);
    if (typeof read === 'string') errors.push({ at, length: whole.length, message: read });
    else terms.push(read);
    at += whole.length;
  }
  return { terms, errors };
}

/** The term, or why it is none. */
function readTerm(negated: boolean, name: string | undefined, operator: string | undefined, value: string, quoted: boolean): Term | string {
  if (name === undefined || operator === undefined) {
    if (value === '') return quoted ? 'Nothing stands between the quotes.' : 'A minus needs something to leave out: -tag:test.';
    return { kind: 'text', negated, text: value.toLowerCase() };
  }
  const lower = name.toLowerCase();
  const field = aliases[lower] ?? lower;
  if (value === '') return `${name}${operator} needs a value.`;
  if (field === 'state') return readState(negated, operator, value);
  const text = textFields.find((known) => known === field);
  if (text) {
    if (operator !== ':' && operator !== '=') return `${text} is text: write ${text}:${value}.`;
    const values = (quoted ? [value] : value.split(',')).filter((each) => each !== '').map((each) => each.toLowerCase());
    return values.length > 0 ? { kind: 'field', negated, field: text, values } : `${name}${operator} needs a value.`;
  }
  const number = numberFields.find((known) => known === field);
  if (number) return readNumber(negated, number, operator, value);
  const known = ['state', ...textFields, ...numberFields].join(', ');
  return `There is no field "${name}". There are ${known}. Quote the word to search for it as text.`;
}

function readState(negated: boolean, operator: string, value: string): Term | string {
  if (operator !== ':' && operator !== '=') return 'state is a word: write state:unreachable.';
  const states = new Set<HostState>();
  for (const word of value.toLowerCase().split(',')) {
    if (word === '') continue;
    const exact = hostStates.find((state) => state === word);
    const group = Object.hasOwn(stateGroups, word) ? stateGroups[word] : undefined;
    const matches = exact ? [exact] : (group ?? hostStates.filter((state) => state.startsWith(word)));
    if (matches.length === 0) return `There is no state "${word}". There are ${hostStates.join(', ')}, and failing for all that need help.`;
    for (const state of matches) states.add(state);
  }
  return states.size > 0 ? { kind: 'state', negated, states: [...states] } : 'state: needs a value.';
}

function readNumber(negated: boolean, field: NumberField, operator: string, value: string): Term | string {
  const quantity = parseQuantity(field, value);
  if (typeof quantity === 'string') return quantity;
  const comparison = operator === ':' ? '=' : (operator as Comparison);
  return { kind: 'number', negated, field, comparison, ...quantity };
}
