/** What is kept of one host's output, bytes: its beginning, and its end, which is where a command says why it failed. */
const keptHead = 48 * 1024;
const keptTail = 16 * 1024;

/** What a command prints, as much of it as is kept. */
export class KeptOutput {
  #bytes = 0;
  #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer = Buffer.alloc(0);

  /** How much was printed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Copies what it keeps of the chunk. */
  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = keptHead - this.#headBytes;
    if (room > 0) {
      const part = Buffer.from(chunk.subarray(0, room));
      this.#head.push(part);
      this.#headBytes += part.length;
    }
    const rest = chunk.subarray(Math.max(0, room));
    if (rest.length > 0) this.#tail = Buffer.concat([this.#tail, rest.subarray(-keptTail)]).subarray(-keptTail);
  }

  /** The text, in which a line tells what is left out, and how many bytes those are. Cut at line ends where there are any. */
  whole(): { readonly text: string; readonly cutBytes: number } {
    const head = Buffer.concat(this.#head);
    if (this.#bytes <= keptHead + keptTail) return { text: Buffer.concat([head, this.#tail]).toString(), cutBytes: 0 };
    const before = head.subarray(0, head.lastIndexOf('\n') + 1 || head.length);
    const after = this.#tail.subarray(this.#tail.indexOf('\n') + 1);
    const cutBytes = this.#bytes - before.length - after.length;
    return { text: `${before}${leftOut(cutBytes, !before.toString().endsWith('\n'))}${after}`, cutBytes };
  }
}

/** The line that stands for what is left out. */
export function leftOut(bytes: number, newLine: boolean): string {
  return `${newLine ? '\n' : ''}… ${bytes.toLocaleString('en')} bytes are left out here …\n`;
}
