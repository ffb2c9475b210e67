/** xenconsole(1) leaves on this only when it comes alone: Ctrl-]. */
const leave = '\u001d';
const longestWrite = 16 * 1024;

/** Sends what is typed, in order, one call at a time: what is typed while one is on its way goes with the next. */
export class Keyboard {
  readonly #send: (text: string) => Promise<void>;
  #waiting = '';
  #sending = false;

  /** `send` rejects when nothing can be typed any more; what waits is dropped then. */
  constructor(send: (text: string) => Promise<void>) {
    this.#send = send;
  }

  type(text: string): void {
    this.#waiting += text;
    if (!this.#sending) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#sending = true;
    try {
      while (this.#waiting !== '') {
        const length = nextLength(this.#waiting);
        const text = this.#waiting.slice(0, length);
        this.#waiting = this.#waiting.slice(length);
        await this.#send(text);
      }
    } catch {
      this.#waiting = '';
    } finally {
      this.#sending = false;
    }
  }
}

function nextLength(text: string): number {
  const at = text.indexOf(leave);
  if (at === 0) return 1;
  const length = Math.min(at < 0 ? text.length : at, longestWrite);
  const code = text.charCodeAt(length - 1);
  return length < text.length && length > 1 && code >= 0xd800 && code <= 0xdbff ? length - 1 : length;
}
