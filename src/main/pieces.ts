import { piecesAtOnce, uploadPieceBytes } from '../shared/file-limits.ts';

/** A piece of an upload. */
export interface Piece {
  readonly transfer: string;
  readonly offset: number;
  readonly data: Buffer;
}

/** Takes the pieces of uploads. Whoever knows the id of one may send to it: it is random, and told to the page that has begun it. */
export interface PieceTaker {
  /** Whether an upload of this id is under way. */
  expects(transfer: string): boolean;
  /** Resolves when the host has the piece. @throws HumError why it does not */
  take(piece: Piece): Promise<void>;
}

/** The pieces of one upload, which come side by side, begun in the order of their offsets. */
export class PieceOrder {
  #next: number;
  #over: unknown;
  readonly #unexpected: () => Error;
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  readonly #begun = new Set<Promise<unknown>>();

  /** `next` is where the first begins; `unexpected` makes the error for one that nobody waits for. */
  constructor(next: number, unexpected: () => Error) {
    this.#next = next;
    this.#unexpected = unexpected;
  }

  /** Calls `begin` once all before this piece have begun. @throws for a piece that is there already or too far ahead, what `end` was given, and as `begin` */
  async turn<T>(offset: number, end: number, begin: () => Promise<T>): Promise<T> {
    if (offset !== this.#next) await this.#predecessor(offset);
    if (this.#over !== undefined) throw this.#over;
    if (offset !== this.#next) throw this.#unexpected();
    this.#next = end;
    const going = begin();
    this.#begun.add(going);
    this.#waiting.get(end)?.resolve();
    this.#waiting.delete(end);
    try {
      return await going;
    } finally {
      this.#begun.delete(going);
    }
  }

  /** For whoever goes on in another's place: what waits for its turn is not wanted any more. Resolves when nothing is under way. Where it goes on. */
  async takenOver(): Promise<number> {
    for (const { reject } of this.#waiting.values()) reject(this.#unexpected());
    this.#waiting.clear();
    await Promise.allSettled(this.#begun);
    return this.#next;
  }

  /** Nothing begins any more. */
  end(why: unknown): void {
    this.#over ??= why;
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
  }

  #predecessor(offset: number): Promise<void> {
    const furthest = this.#next + (piecesAtOnce - 1) * uploadPieceBytes;
    if (offset < this.#next || offset > furthest || this.#waiting.has(offset)) throw this.#unexpected();
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(offset, waiting);
    return waiting.promise;
  }
}
