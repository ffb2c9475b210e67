/** A part of a filter: a word, or a field with a value. */
export interface WrittenTerm {
  readonly negated: boolean;
  /** As written; undefined for a word alone. */
  readonly name: string | undefined;
  readonly operator: string | undefined;
  readonly value: string;
  readonly quoted: boolean;
}

/** A part of the query that means nothing, where it stands, and why. */
export interface QueryError {
  readonly at: number;
  readonly length: number;
  readonly message: string;
}

/** All terms must hold. What could not be read is left out of `terms` and named in `errors`. */
export interface ReadQuery<Term> {
  readonly terms: readonly Term[];
  readonly errors: readonly QueryError[];
}

/** A word, or a field with a value; a value or a word may be quoted to hold spaces. */
const termPattern = /(-?)(?:([A-Za-z]+)(>=|<=|[:<>=]))?(?:"([^"]*)"?|(\S*))/y;

const longestQuery = 1000;

/**
 * Reads a filter such as `tag:db mem>80 -state:disabled "web front"` term by term; `readTerm` gives what a term means, or a sentence about
 * why it means nothing. Never throws; an empty text has no terms.
 */
export function readTerms<Term extends object>(text: string, readTerm: (written: WrittenTerm) => Term | string): ReadQuery<Term> {
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
    const read = readTerm({ negated: minus === '-', name, operator, value: quoted ?? bare ?? '', quoted: quoted !== undefined });
    if (typeof read === 'string') errors.push({ at, length: whole.length, message: read });
    else terms.push(read);
    at += whole.length;
  }
  return { terms, errors };
}
