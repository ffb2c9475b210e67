const zero = 48;
const nine = 57;
const space = 32;
const tab = 9;
const point = 46;

/** Numbers in a text, one after the other. Cuts nothing out of it: a sample holds sixty, and their pieces cost more than all else in it. */
export class Decimals {
  readonly #text: string;
  #at: number;

  /** Reads from `at` on. */
  constructor(text: string, at = 0) {
    this.#text = text;
    this.#at = at;
  }

  /** The next number, without sign or exponent, after spaces and tabs if any; NaN, and no step further, where something else stands. */
  next(): number {
    const text = this.#text;
    let at = this.#at;
    let code = text.charCodeAt(at);
    while (code === space || code === tab) {
      at += 1;
      code = text.charCodeAt(at);
    }
    if (!(code >= zero && code <= nine)) return Number.NaN;
    let value = 0;
    while (code >= zero && code <= nine) {
      value = value * 10 + (code - zero);
      at += 1;
      code = text.charCodeAt(at);
    }
    if (code === point) {
      let digits = 0;
      let scale = 1;
      for (;;) {
        at += 1;
        code = text.charCodeAt(at);
        if (!(code >= zero && code <= nine)) break;
        digits = digits * 10 + (code - zero);
        scale *= 10;
      }
      value += digits / scale;
    }
    this.#at = at;
    return value;
  }
}
