/** From this length on, characters, a text is part of a flood: nobody reads it as it goes by. */
export const floodLength = 16 * 1024;

/** Takes a text in; `drawn` is called once it has been. */
type Write = (text: string, drawn: () => void) => void;

/**
 * Hands a flood over so that each picture shows all that has come since the one before. Where the processor draws, a picture costs more than the
 * text in it, and xterm.js, which makes one for each 12 ms of text, spends a flood on pictures. What is not part of a flood passes at once.
 */
export class PicturePace {
  readonly #write: Write;
  readonly #afterPicture: (then: () => void) => void;
  #held: Parameters<Write>[] = [];
  #drawing = false;

  /** `afterPicture` calls back once the page shows what it has by then. */
  constructor(write: Write, afterPicture: (then: () => void) => void) {
    this.#write = write;
    this.#afterPicture = afterPicture;
  }

  write(text: string, drawn: () => void): void {
    if (this.#drawing) this.#held.push([text, drawn]);
    else this.#handOver([[text, drawn]]);
  }

  /** Leaves out what waits, which then counts as drawn. */
  drop(): void {
    for (const [, drawn] of this.#held.splice(0)) drawn();
  }

  #handOver(texts: Parameters<Write>[]): void {
    this.#drawing = texts.reduce((length, [text]) => length + text.length, 0) >= floodLength;
    const last = this.#drawing ? texts.pop() : undefined;
    for (const [text, drawn] of texts) this.#write(text, drawn);
    if (last === undefined) return;
    const [text, drawn] = last;
    this.#write(text, () => {
      drawn();
      this.#afterPicture(() => this.#handOver(this.#held.splice(0)));
    });
  }
}
