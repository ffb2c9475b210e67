import { visibleText } from '../../../shared/visible-text.ts';

/** Why a text is not what a field or a parameter takes, in a sentence for people. Caught within templates/, and told as a complaint. */
export class Unfit extends Error {}

/** A text as it stands in such a sentence. */
export function quoted(text: string): string {
  return `“${visibleText(text, 60)}”`;
}

/** ", did you mean “memory”?", or nothing where none of the known words is near. */
export function suggestion(word: string, known: Iterable<string>): string {
  let best: string | undefined;
  // A short word is near to everything.
  let least = Math.min(3, Math.ceil(word.length / 3)) + 1;
  if (word.length > 64) return '';
  for (const candidate of known) {
    const changes = changesBetween(word.toLowerCase(), candidate.toLowerCase());
    if (changes >= least) continue;
    least = changes;
    best = candidate;
  }
  return best === undefined ? '' : `, did you mean “${best}”?`;
}

/** How many letters to add, drop, change or swap with the next one make `to` of `from` (Damerau and Levenshtein, no letter twice). */
function changesBetween(from: string, to: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
