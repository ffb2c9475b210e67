/** Longer than any title or link; xterm.js 6 itself stops at ten million, at a cost that grows with the square. */
export const longestPayload = 64 * 1024;

const escapeCode = 0x1b;
const backslashCode = 0x5c;

type Place = 'text' | 'escape' | 'payload' | 'payload-escape' | 'dropped' | 'dropped-escape';

/**
 * Cuts off the payload of sequences that carry a string (OSC, DCS, SOS, PM, APC: ECMA-48 §5.6) where it is too long: the sequence is cancelled
 * (CAN), and what follows is left out up to its end. Everything else passes as it is. Works on a stream: a sequence may come in pieces.
 */
export class SequenceCap {
  #place: Place = 'text';
  #length = 0;
  #osc = false;

  pass(text: string): string {
    let out = '';
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      if (this.#place === 'text') {
        // Nearly all text is passed over here, colours and all: what does not begin such a sequence changes nothing.
        at = openerFrom(text, at);
        if (at < 0) break;
      }
      const before = this.#place;
      this.#step(text.charCodeAt(at));
      if (!isDropped(before) && isDropped(this.#place)) {
        out += `${text.slice(from, at)}\u0018`;
      } else if (isDropped(before) && !isDropped(this.#place)) {
        // What ended it goes too, unless it begins something of its own.
        const code = text.charCodeAt(at);
        const ended = before === 'dropped' || code === backslashCode;
        if (!ended && code !== escapeCode) out += '\u001b';
        from = ended ? at + 1 : at;
      }
    }
    return isDropped(this.#place) ? out : out + text.slice(from);
  }

  #step(code: number): void {
    switch (this.#place) {
      case 'text':
        if (code === escapeCode) this.#place = 'escape';
        else if (isStringC1(code)) this.#begin(code === 0x9d);
        return;
      case 'escape':
        if (isStringFinal(code)) this.#begin(code === 0x5d);
        else if (code !== escapeCode) this.#place = 'text';
        return;
      case 'payload':
        this.#length++;
        if (code === escapeCode) this.#place = 'payload-escape';
        else if (endsString(code, this.#osc)) this.#place = 'text';
        else if (this.#length > longestPayload) this.#place = 'dropped';
        return;
      case 'payload-escape':
        this.#afterEscape(code);
        return;
      case 'dropped':
        if (code === escapeCode) this.#place = 'dropped-escape';
        else if (endsString(code, this.#osc)) this.#place = 'text';
        return;
      case 'dropped-escape':
        this.#afterEscape(code);
        return;
    }
  }

  /** ESC ends a string, whatever follows; `\` completes ST, and `]` and its like begin the next string. */
  #afterEscape(code: number): void {
    if (isStringFinal(code)) this.#begin(code === 0x5d);
    else if (code !== escapeCode) this.#place = 'text';
    else this.#place = 'escape';
  }

  #begin(osc: boolean): void {
    this.#osc = osc;
    this.#place = 'payload';
    this.#length = 0;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const opener = /\u001b(?:[PX\]^_]|$)|[\u0090\u0098\u009d-\u009f]/g;

/** Where the next sequence that carries a string begins, or may begin with what comes next; -1: nowhere. */
function openerFrom(text: string, from: number): number {
  opener.lastIndex = from;
  return opener.exec(text)?.index ?? -1;
}

function isDropped(place: Place): boolean {
  return place === 'dropped' || place === 'dropped-escape';
}

/** DCS, SOS, OSC, PM, APC as one character. */
function isStringC1(code: number): boolean {
  return code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f);
}

/** The same after an ESC: P X ] ^ _ */
function isStringFinal(code: number): boolean {
  return code === 0x50 || code === 0x58 || code === 0x5d || code === 0x5e || code === 0x5f;
}

/** CAN, SUB, ST; for OSC alone, by xterm's custom, BEL. */
function endsString(code: number, osc: boolean): boolean {
  return (osc && code === 0x07) || code === 0x18 || code === 0x1a || code === 0x9c;
}
