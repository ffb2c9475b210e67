import { createHash, type Hash } from 'node:crypto';
import { piecesAtOnce, uploadPieceBytes } from '../../../shared/file-limits.ts';

/** The SHA-256 of a file from its beginning, as it is sent. */
export interface SentSum {
  /** From where on the file is to be given to `add`. */
  readonly from: number;
  add(piece: Buffer): void;
  /** In hex. */
  whole(): string;
}

interface Mark {
  readonly at: number;
  readonly hash: Hash;
}

/** An upload that is cut goes on at most so many pieces before what was sent of it last: those that were under way, and as many again. */
const mostMarks = 2 * piecesAtOnce + 1;
const mostUploads = 64;

/**
 * The sums of what is sent. How far one had come is remembered, by a key of the upload, so that it goes on where the upload does. What another Hum,
 * or this one before it was started, has sent is summed anew, from the beginning of the file.
 */
export class SentSums {
  readonly #marks = new Map<string, readonly Mark[]>();

  /** For an upload that goes on at `offset`. */
  begin(key: string, offset: number): SentSum {
    const mark = this.#marks.get(key)?.find(({ at }) => at === offset);
    const from = mark?.at ?? 0;
    const hash = mark?.hash.copy() ?? createHash('sha256');
    let at = from;
    return {
      from,
      add: (piece) => {
        hash.update(piece);
        at += piece.length;
        if (at % uploadPieceBytes === 0) this.#remember(key, { at, hash: hash.copy() });
      },
      whole: () => hash.digest('hex'),
    };
  }

  forget(key: string): void {
    this.#marks.delete(key);
  }

  #remember(key: string, mark: Mark): void {
    const before = this.#marks.get(key)?.filter(({ at }) => at < mark.at) ?? [];
    this.#marks.delete(key);
    this.#marks.set(key, [...before, mark].slice(-mostMarks));
    const [oldest] = this.#marks.keys();
    if (this.#marks.size > mostUploads && oldest !== undefined) this.#marks.delete(oldest);
  }
}
