export type Comparison = '>' | '<' | '>=' | '<=' | '=';

/** A number with what it counts: a ratio, bytes, ms or plain. */
export interface Quantity {
  readonly value: number;
  readonly unit: 'ratio' | 'bytes' | 'ms' | 'plain';
}

/** A field that is compared as a number: what it may be (without a unit it is percent, GiB, or `unitless`), and how it is written. */
export interface NumberLook {
  readonly kinds: readonly Quantity['unit'][];
  /** What a time without a unit is counted in. */
  readonly unitless?: 's' | 'd';
  readonly example: string;
}

const byteUnits: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const timeUnits: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** The quantity that `text` stands for in the field called `field`, or a sentence about what is wrong with it. */
export function parseQuantity(field: string, { kinds, unitless, example }: NumberLook, text: string): Quantity | string {
  const found = /^(\d{1,15}(?:\.\d{1,6})?)([a-z%]*)$/i.exec(text);
  if (!found) return `${field} is compared with a number: ${example}.`;
  const amount = Number(found[1]);
  const unit = (found[2] ?? '').toLowerCase();
  if (kinds.includes('ratio') && (unit === '' || unit === '%')) return { value: amount / 100, unit: 'ratio' };
  if (kinds.includes('bytes')) {
    const factor = byteUnits[unit === '' ? 'g' : unit.replace(/i?b$/, '') || 'b'];
    return factor === undefined
      ? `"${unit}" is no size. Sizes end in K, M, G or T: ${example}.`
      : { value: amount * factor, unit: 'bytes' };
  }
  if (kinds.includes('ms')) {
    const factor = timeUnits[unit === '' ? (unitless ?? 's') : unit];
    return factor === undefined ? `"${unit}" is no time. Times end in s, m, h or d: ${example}.` : { value: amount * factor, unit: 'ms' };
  }
  return unit === '' ? { value: amount, unit: 'plain' } : `${field} has no unit "${unit}": ${example}.`;
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
