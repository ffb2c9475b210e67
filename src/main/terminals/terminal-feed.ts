import type { TerminalEvent } from '../../shared/contract/terminals.ts';
import type { Problem } from '../../shared/errors.ts';
import { Bell, pause } from '../stream.ts';

/** Within this time of the last piece, pieces are joined: a screen shows 60 pictures a second. The first after a silence goes at once. */
const joinMs = 12;
/** A longer piece would keep other answers waiting for the way to the client. */
export const pieceLength = 32 * 1024;

/** What a terminal has to say, from whoever hears the host to the one reader. Everything comes out once, in order. */
export class TerminalFeed {
  readonly #bell = new Bell();
  readonly #queue: TerminalEvent[] = [];
  #over = false;

  data(text: string): void {
    if (text === '') return;
    const last = this.#queue.at(-1);
    if (last?.kind === 'data') this.#queue[this.#queue.length - 1] = { kind: 'data', text: last.text + text };
    else this.#queue.push({ kind: 'data', text });
    this.#bell.ring();
  }

  notice(text: string): void {
    this.#queue.push({ kind: 'notice', text });
    this.#bell.ring();
  }

  /** The last that is said. */
  end(reason: Problem): void {
    if (this.#over) return;
    this.#over = true;
    this.#queue.push({ kind: 'ended', reason });
    this.#bell.ring();
  }

  /** Ends after `ended`, or when aborted. */
  async *events(signal: AbortSignal): AsyncGenerator<TerminalEvent, void, void> {
    let toldAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      if (this.#queue.length === 0) {
        await this.#bell.wait(signal);
        continue;
      }
      if (!this.#urgent()) await pause(toldAt + joinMs - performance.now(), signal);
      if (signal.aborted) return;
      const event = this.#take();
      toldAt = performance.now();
      yield event;
      if (event.kind === 'ended') return;
    }
  }

  /** A full piece, or the end of one, waits for nothing more. */
  #urgent(): boolean {
    const [first, second] = this.#queue;
    return second !== undefined || first?.kind !== 'data' || first.text.length >= pieceLength;
  }

  #take(): TerminalEvent {
    const first = this.#queue[0];
    if (first === undefined) throw new Error('the feed is empty');
    if (first.kind !== 'data' || first.text.length <= pieceLength) {
      this.#queue.shift();
      return first;
    }
    const length = cutAt(first.text, pieceLength);
    this.#queue[0] = { kind: 'data', text: first.text.slice(length) };
    return { kind: 'data', text: first.text.slice(0, length) };
  }
}

/** At most `length`, and not between the two halves of a character beyond U+FFFF. */
function cutAt(text: string, length: number): number {
  const code = text.charCodeAt(length - 1);
  return code >= 0xd800 && code <= 0xdbff ? length - 1 : length;
}
