import type { DomainState } from '../../shared/contract/xen.ts';
import { type Comparison, parseQuantity, type Quantity } from '../components/query-numbers.ts';
import { type ReadQuery, readTerms, type WrittenTerm } from '../components/query-terms.ts';
import { domainStatesByUrgency } from './domain-states.ts';
import { type Flag, flags, type NumberField, numberFields, type TextField, textFields } from './query-fields.ts';

export type DomainTerm =
  | { readonly kind: 'text'; readonly negated: boolean; readonly text: string }
  | { readonly kind: 'field'; readonly negated: boolean; readonly field: TextField; readonly values: readonly string[] }
  | { readonly kind: 'is'; readonly negated: boolean; readonly any: readonly (Flag | DomainState)[] }
  | {
      readonly kind: 'number';
      readonly negated: boolean;
      readonly field: NumberField;
      readonly comparison: Comparison;
      /** In the field's own unit. */
      readonly value: number;
      readonly unit: Quantity['unit'];
    };

export type DomainQuery = ReadQuery<DomainTerm>;

const aliases: Readonly<Record<string, TextField | NumberField | 'is'>> = {
  state: 'is',
  memory: 'mem',
  ram: 'mem',
  cpus: 'vcpus',
  network: 'net',
  up: 'uptime',
  tags: 'tag',
  groups: 'group',
  domid: 'id',
  vif: 'mac',
};

/** Words for states as others call them. */
const stateAliases: Readonly<Record<string, DomainState>> = { blocked: 'idle', ended: 'shut-down', shutdown: 'shut-down', stopped: 'off' };

/** Reads a filter such as `host:xen01 mem>4g -is:configured "web front"`. Never throws; an empty text has no terms. */
export function parseDomainQuery(text: string): DomainQuery {
  return readTerms(text, readTerm);
}

/** Whether the answer can change without a domain coming, going or changing its state. */
export function asksForFigures({ terms }: DomainQuery): boolean {
  return terms.some((term) => term.kind === 'number');
}

function readTerm({ negated, name, operator, value, quoted }: WrittenTerm): DomainTerm | string {
  if (name === undefined || operator === undefined) {
    if (value === '') return quoted ? 'Nothing stands between the quotes.' : 'A minus needs something to leave out: -tag:test.';
    return { kind: 'text', negated, text: value.toLowerCase() };
  }
  const lower = name.toLowerCase();
  const field = aliases[lower] ?? lower;
  if (value === '') return `${name}${operator} needs a value.`;
  if (field === 'is') return readIs(negated, name, operator, value);
  if (Object.hasOwn(numberFields, field)) return readNumber(negated, field as NumberField, operator, value);
  const text = textFields.find((known) => known === field);
  if (!text) {
    const known = ['is', 'state', ...textFields, ...Object.keys(numberFields)].join(', ');
    return `There is no field "${name}". There are ${known}. Quote the word to search for it as text.`;
  }
  if (operator !== ':' && operator !== '=') return `${text} is text: write ${text}:${value}.`;
  const values = (quoted ? [value] : value.split(',')).filter((each) => each !== '').map((each) => each.toLowerCase());
  return values.length > 0 ? { kind: 'field', negated, field: text, values } : `${name}${operator} needs a value.`;
}

function readIs(negated: boolean, name: string, operator: string, value: string): DomainTerm | string {
  if (operator !== ':' && operator !== '=') return `${name} is a word: write ${name}:crashed.`;
  const any: (Flag | DomainState)[] = [];
  for (const word of value.toLowerCase().split(',')) {
    if (word === '') continue;
    const alias = Object.hasOwn(stateAliases, word) ? stateAliases[word] : undefined;
    const found = alias ?? domainStatesByUrgency.find((state) => state === word) ?? flags.find((flag) => flag === word);
    if (found === undefined) return `There is no state "${word}". There are ${[...domainStatesByUrgency, ...flags].join(', ')}.`;
    any.push(found);
  }
  return any.length > 0 ? { kind: 'is', negated, any } : `${name}: needs a value.`;
}

function readNumber(negated: boolean, field: NumberField, operator: string, value: string): DomainTerm | string {
  const quantity = parseQuantity(field, numberFields[field], value);
  if (typeof quantity === 'string') return quantity;
  return { kind: 'number', negated, field, comparison: operator === ':' ? '=' : (operator as Comparison), ...quantity };
}
