import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { type ProcFiles, splitFiles } from './proc-files.ts';

/** One answer of a probe script. */
export interface Frame {
  readonly seq: number;
  /** The lines that were asked of files below the host's /proc. */
  readonly files: ProcFiles;
  /** What each section with a command of its own printed, whole lines. */
  readonly sections: ReadonlyMap<string, string>;
}

/** What a host may send in one answer before it counts as flooding. */
export interface FrameBounds {
  readonly frameBytes: number;
  readonly lineLength: number;
}

/** An ordinary frame is 1 to 20 KiB; a large /etc/passwd makes the largest honest one. */
export const usualBounds: FrameBounds = { frameBytes: 1024 * 1024, lineLength: 64 * 1024 };
/** `xl list --long` of 500 domains with four disks each is 1.5 MB, and their configurations are as much at most (xen/scripts/probe.sh). */
export const xenBounds: FrameBounds = { frameBytes: 8 * 1024 * 1024, lineLength: 1024 * 1024 };

const newline = 10;
const sectionName = /^(?!begin$|end$)[a-z][a-z-]{0,31}$/;

/**
 * Cuts what a host sends into frames, however the network cut it into chunks. Holds at most one unfinished frame.
 * Every line of ours starts with the nonce, which the host's files and commands do not know.
 */
export class FrameParser {
  readonly #nonce: string;
  readonly #proc: string;
  readonly #bounds: FrameBounds;
  readonly #onFrame: (frame: Frame) => void;
  readonly #begin: Buffer;
  readonly #end: Buffer;
  /** The start of an unfinished frame; grows by doubling, so that a host that sends single bytes costs no more than others. */
  #held = Buffer.alloc(0);
  #heldLength = 0;
  /** Before this place in `#held` there is no end marker. */
  #searched = 0;

  constructor(options: { readonly nonce: string; readonly proc: string; readonly bounds?: FrameBounds }, onFrame: (frame: Frame) => void) {
    this.#nonce = options.nonce;
    this.#proc = options.proc;
    this.#bounds = options.bounds ?? usualBounds;
    this.#onFrame = onFrame;
    this.#begin = Buffer.from(`${options.nonce} begin `);
    this.#end = Buffer.from(`\n${options.nonce} end `);
  }

  /**
   * Takes the next chunk and reports each frame that it completes. Nothing more can be pushed after a throw.
   * @throws HumError `flooded` for a frame or line beyond its bound, `bad-answer` for anything else that is no frame
   */
  push(chunk: Buffer): void {
    if (this.#heldLength === 0) {
      const used = this.#scan(chunk, 0);
      if (used < chunk.length) this.#hold(chunk.subarray(used));
      return;
    }
    this.#hold(chunk);
    const held = this.#held.subarray(0, this.#heldLength);
    const used = this.#scan(held, this.#searched);
    if (used === 0) return;
    this.#held = Buffer.alloc(0);
    this.#heldLength = 0;
    if (used < held.length) this.#hold(held.subarray(used));
  }

  #hold(bytes: Buffer): void {
    const length = this.#heldLength + bytes.length;
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#held.length, 1024));
      this.#held.copy(grown, 0, 0, this.#heldLength);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldLength);
    this.#heldLength = length;
  }

  /** Reports the whole frames in `bytes` and answers how many bytes they took. */
  #scan(bytes: Buffer, searched: number): number {
    let start = 0;
    let from = searched;
    while (start < bytes.length) {
      const known = Math.min(this.#begin.length, bytes.length - start);
      if (bytes.compare(this.#begin, 0, known, start, start + known) !== 0) throw notAFrame(bytes.toString('utf8', start, start + 400));
      const end = bytes.indexOf(this.#end, from);
      const stop = end < 0 ? -1 : bytes.indexOf(newline, end + this.#end.length);
      if ((stop < 0 ? bytes.length : stop) - start > this.#bounds.frameBytes) throw flooded('one answer');
      if (stop < 0) {
        // The marker may have come in part.
        this.#searched = Math.max(from, end < 0 ? bytes.length - this.#end.length + 1 : end) - start;
        return start;
      }
      this.#onFrame(this.#read(bytes.toString('utf8', start, stop)));
      start = stop + 1;
      from = start;
    }
    this.#searched = 0;
    return start;
  }

  #read(text: string): Frame {
    if (text.length > this.#bounds.lineLength) refuseLongLines(text, this.#bounds.lineLength);
    const mark = `\n${this.#nonce} `;
    let at = text.indexOf('\n');
    const seq = text.slice(this.#begin.length, at);
    if (!/^\d{1,10}$/.test(seq)) throw notAFrame(text);
    const sections = new Map<string, string>();
    let files: ProcFiles = new Map();
    for (;;) {
      if (!text.startsWith(mark, at)) throw notAFrame(text.slice(at + 1));
      const lineEnd = text.indexOf('\n', at + 1);
      const name = text.slice(at + mark.length, lineEnd < 0 ? text.length : lineEnd);
      if (lineEnd < 0) {
        if (name !== `end ${seq}`) throw notAFrame(name);
        return { seq: Number(seq), files, sections };
      }
      if (!sectionName.test(name) || sections.has(name)) throw notAFrame(name);
      at = text.indexOf(mark, lineEnd);
      const body = text.slice(lineEnd + 1, at + 1);
      if (name === 'files') files = splitFiles(body, this.#proc);
      else sections.set(name, body);
    }
  }
}

function refuseLongLines(text: string, maxLength: number): void {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    if ((end < 0 ? text.length : end) - start > maxLength) throw flooded('one line');
    if (end < 0) return;
    start = end + 1;
  }
}

function flooded(what: string): HumError {
  return new HumError({
    code: 'flooded',
    message: `The host sent far more than was asked of it in ${what}.`,
    hint: 'Look at what the host prints when a script reads its /proc, and whether something between Hum and the host is broken.',
  });
}

function notAFrame(text: string): HumError {
  const end = text.indexOf('\n');
  return new HumError({
    code: 'bad-answer',
    message: 'The host answered something that Hum does not understand.',
    hint: 'Look at what was answered. A login script, a forced command or a wrapper around sh may be writing into the answers.',
    detail: visibleText(end < 0 ? text : text.slice(0, end), 200),
  });
}
