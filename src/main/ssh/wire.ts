import { Duplex, type Readable, type Writable } from 'node:stream';

/** Two halves as one stream that can be destroyed as a whole: the ends of a program, or a channel through a jump host. */
export class Wire extends Duplex {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #cut: () => void;

  /** `cut` ends both halves at once. `last`, when it is there, says with which error the input ended, if with any. */
  constructor(input: Readable, output: Writable, cut: () => void, last: Promise<Error | undefined> = Promise.resolve(undefined)) {
    // As a socket: when the far side has ended, nothing is left to say, and a jump host waits for our end before it closes.
    super({ autoDestroy: true, allowHalfOpen: false });
    this.#input = input;
    this.#output = output;
    this.#cut = cut;
    input.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) input.pause();
    });
    const over = (close: () => void) => void last.then((error) => (error === undefined ? close() : this.destroy(error)));
    input.on('end', () => over(() => this.push(null)));
    input.on('error', (error) => this.destroy(error));
    input.on('close', () => over(() => this.destroy()));
    output.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#input.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#output.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#output.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#output.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#cut();
    done(error);
  }
}
