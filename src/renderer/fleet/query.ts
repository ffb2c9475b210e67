import type { HostState } from '../../shared/host-states.ts';
import { hostStates } from '../../shared/host-states.ts';
import { isFailing } from '../components/host-states.ts';
import type { Comparison, Quantity } from '../components/query-numbers.ts';
import { parseQuantity } from '../components/query-numbers.ts';
import { type ReadQuery, readTerms, type WrittenTerm } from '../components/query-terms.ts';
import { type NumberField, numberFields } from './query-fields.ts';

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
      readonly unit: Quantity['unit'];
    };

/** All terms must hold. */
export type Query = ReadQuery<Term>;

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

/** Reads a filter such as `tag:db mem>80 -state:disabled "web front"`. Never throws; an empty text has no terms. */
export function parseQuery(text: string): Query {
  return readTerms(text, readTerm);
}

/** The term, or why it is none. */
function readTerm({ negated, name, operator, value, quoted }: WrittenTerm): Term | string {
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
  if (isNumberField(field)) return readNumber(negated, field, operator, value);
  const known = ['state', ...textFields, ...Object.keys(numberFields)].join(', ');
  return `There is no field "${name}". There are ${known}. Quote the word to search for it as text.`;
}

function isNumberField(text: string): text is NumberField {
  return Object.hasOwn(numberFields, text);
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
  const quantity = parseQuantity(field, numberFields[field], value);
  if (typeof quantity === 'string') return quantity;
  const comparison = operator === ':' ? '=' : (operator as Comparison);
  return { kind: 'number', negated, field, comparison, ...quantity };
}
