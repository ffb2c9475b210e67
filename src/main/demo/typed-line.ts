export interface TypedLineEvents {
  /** What the terminal echoes, byte by byte: UTF-8 passes as it came. */
  echo(bytes: Buffer): void;
  line(text: string): void;
  /** Ctrl-C. */
  interrupt(): void;
  /** Ctrl-D on an empty line. */
  end?(): void;
}

const longestLine = 1024;

/** What a terminal does with what is typed before a program reads a line of it (termios(3), canonical mode). */
export class TypedLine {
  readonly #events: TypedLineEvents;
  #bytes: number[] = [];
  /** Whether what is typed is echoed: a password is not. */
  echoes = true;

  constructor(events: TypedLineEvents) {
    this.#events = events;
  }

  take(byte: number): void {
    if (byte === 0x0d || byte === 0x0a) {
      this.#events.echo(Buffer.from('\r\n'));
      this.#events.line(this.#drop().toString());
    } else if (byte === 0x7f || byte === 0x08) {
      this.#erase();
    } else if (byte === 0x03) {
      this.#drop();
      this.#events.echo(Buffer.from('^C\r\n'));
      this.#events.interrupt();
    } else if (byte === 0x04) {
      if (this.#bytes.length === 0) this.#events.end?.();
    } else if (byte === 0x15) {
      while (this.#bytes.length > 0) this.#erase();
    } else if (byte >= 0x20 && this.#bytes.length < longestLine) {
      this.#bytes.push(byte);
      if (this.echoes) this.#events.echo(Buffer.from([byte]));
    }
  }

  /** The last character, with the bytes that follow its first (RFC 3629 §3: 10xxxxxx). */
  #erase(): void {
    if (this.#bytes.length === 0) return;
    let byte = this.#bytes.pop();
    while (byte !== undefined && (byte & 0xc0) === 0x80) byte = this.#bytes.pop();
    if (this.echoes) this.#events.echo(Buffer.from('\b \b'));
  }

  #drop(): Buffer {
    const typed = Buffer.from(this.#bytes);
    this.#bytes = [];
    return typed;
  }
}
