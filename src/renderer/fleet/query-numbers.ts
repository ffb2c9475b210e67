/** Fields of the query that are compared as numbers. */
export const numberFields = ['mem', 'swap', 'pressure', 'cpu', 'load', 'age', 'uptime', 'total', 'cores'] as const;
export type NumberField = (typeof numberFields)[number];

export type Comparison = '>' | '<' | '>=' | '<=' | '=';

/** A number with what it counts: a ratio, bytes, ms or plain. */
export interface Quantity {
  readonly value: number;
  readonly unit: 'ratio' | 'bytes' | 'ms' | 'plain';
}

const byteUnits: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const timeUnits: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

const percentFields: ReadonlySet<NumberField> = new Set(['mem', 'swap', 'pressure', 'cpu']);
const sizeFields: ReadonlySet<NumberField> = new Set(['mem', 'swap', 'total']);

/**
 * The quantity that `text` stands for in `field`, or a sentence about what is wrong with it. Without a unit `mem`, `swap`, `pressure` and
 * `cpu` are percent, `age` seconds, `uptime` days, `total` GiB. `mem>4G` compares bytes.
 */
export function parseQuantity(field: NumberField, text: string): Quantity | string {
  const found = /^(\d{1,15}(?:\.\d{1,6})?)([a-z%]*)$/i.exec(text);
  if (!found) return `${field} is compared with a number: ${example(field)}.`;
  const amount = Number(found[1]);
  const unit = (found[2] ?? '').toLowerCase();
  if (percentFields.has(field) && (unit === '' || unit === '%')) return { value: amount / 100, unit: 'ratio' };
  if (sizeFields.has(field)) {
    const factor = byteUnits[unit === '' ? 'g' : unit.replace(/i?b$/, '') || 'b'];
    return factor === undefined
      ? `"${unit}" is no size. Sizes end in K, M, G or T: ${example(field)}.`
      : { value: amount * factor, unit: 'bytes' };
  }
  if (field === 'age' || field === 'uptime') {
    const factor = timeUnits[unit === '' ? (field === 'age' ? 's' : 'd') : unit];
    return factor === undefined
      ? `"${unit}" is no time. Times end in s, m, h or d: ${example(field)}.`
      : { value: amount * factor, unit: 'ms' };
  }
  return unit === '' ? { value: amount, unit: 'plain' } : `${field} has no unit "${unit}": ${example(field)}.`;
}

function example(field: NumberField): string {
  const examples: Readonly<Record<NumberField, string>> = {
    mem: 'mem>80 (percent) or mem>12G',
    swap: 'swap>10 (percent) or swap>512M',
    pressure: 'pressure>5 (percent)',
    cpu: 'cpu>90 (percent)',
    load: 'load>4',
    age: 'age>60 (seconds) or age>5m',
    uptime: 'uptime<1 (days) or uptime<2h',
    total: 'total>=64 (GiB) or total<512M',
    cores: 'cores>=8',
  };
  return examples[field];
}

/** Whether `left` stands to `right` as asked. Equal means equal as shown: the same whole percent, or within one part in a hundred. */
export function compare(left: number, comparison: Comparison, right: number, unit: Quantity['unit']): boolean {
  switch (comparison) {
    case '>':
      return left > right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
    case '=':
      return unit === 'ratio' ? Math.round(left * 100) === Math.round(right * 100) : Math.abs(left - right) <= Math.abs(right) * 0.01;
  }
}
