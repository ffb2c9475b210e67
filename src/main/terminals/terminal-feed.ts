import type { TerminalEvent } from '../../shared/contract/terminals.ts';
import type { Problem } from '../../shared/errors.ts';
import { Bell } from '../stream.ts';
import type { SessionLog } from './session-log.ts';

/** Within this time of the last piece, pieces are joined: a screen shows 60 pictures a second. The first after a silence goes at once. */
const joinMs = 12;
/**
 * All that may be in flight (flow.ts) and the chunk that made it too much. In smaller pieces a browser draws between each of them, and the host
 * waits longer for its leave to go on: `npm run bench -- terminal`.
 */
export const pieceLength = 128 * 1024;

/** What a terminal has to say, from whoever hears the host to the one reader. Everything comes out once, in order. */
export class TerminalFeed {
  readonly #bell = new Bell();
  readonly #queue: TerminalEvent[] = [];
  #over = false;
  #hurried = false;
  #log: SessionLog | undefined;

  /** From here on everything is written there as well; undefined: nowhere, `why` where nobody wished for that. */
  logTo(log: SessionLog | undefined, why?: Problem): void {
    this.#log = log;
    this.#queue.push({ kind: 'log', log: log?.name ?? null, ...(why === undefined ? {} : { problem: why }) });
    this.#bell.ring();
  }

  data(text: string): void {
    if (text === '') return;
    this.#log?.printed(text);
    const last = this.#queue.at(-1);
    if (last?.kind === 'data') this.#queue[this.#queue.length - 1] = { kind: 'data', text: last.text + text };
    else this.#queue.push({ kind: 'data', text });
    this.#bell.ring();
  }

  /** Nothing more comes until the reader has taken in what there is: it waits for nothing. */
  hurry(): void {
    this.#hurried = true;
    this.#bell.ring();
  }

  notice(text: string): void {
    this.#log?.noticed(text);
    this.#queue.push({ kind: 'notice', text });
    this.#bell.ring();
  }

  /** The last that is said. */
  end(reason: Problem): void {
    if (this.#over) return;
    this.#over = true;
    this.#log?.noticed(reason.message);
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
      const early = toldAt + joinMs - performance.now();
      if (early > 0 && !this.#urgent()) {
        await this.#bell.wait(signal, early);
        continue;
      }
      const event = this.#take();
      if (this.#queue.length === 0) this.#hurried = false;
      toldAt = performance.now();
      yield event;
      if (event.kind === 'ended') return;
    }
  }

  /** A full piece, or the end of one, waits for nothing more. */
  #urgent(): boolean {
    const [first, second] = this.#queue;
    return this.#hurried || second !== undefined || first?.kind !== 'data' || first.text.length >= pieceLength;
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
