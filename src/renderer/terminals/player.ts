import type { TerminalSize } from '../../shared/contract/terminals.ts';
import type { Cast } from './cast.ts';

/** Where a replay is shown. */
export interface PlayerScreen {
  reset(): void;
  fix(size: TerminalSize): void;
  write(text: string, drawn: () => void): void;
  say(text: string): void;
}

/** Written at once, in characters: what a screen draws in a moment. */
const mostAtOnce = 128 * 1024;

/** Shows a session log as it was at any moment. One call works at a time; a later one takes its place. */
export class Player {
  readonly #cast: Cast;
  readonly #screen: PlayerScreen;
  #next = 0;
  #call = 0;
  #working: Promise<void> = Promise.resolve();

  constructor(cast: Cast, screen: PlayerScreen) {
    this.#cast = cast;
    this.#screen = screen;
    screen.fix(cast.size);
  }

  /** Shows everything up to `at`, ms. Going back begins from the empty screen. Resolves when it is drawn, or another call has come. */
  show(at: number): Promise<void> {
    this.#call += 1;
    const call = this.#call;
    this.#working = this.#working.then(() => this.#work(at, call));
    return this.#working;
  }

  async #work(at: number, call: number): Promise<void> {
    const { events, size } = this.#cast;
    const last = events[this.#next - 1];
    if (last !== undefined && last.at > at) {
      this.#next = 0;
      this.#screen.reset();
      this.#screen.fix(size);
    }
    let text = '';
    while (this.#call === call) {
      const event = events[this.#next];
      const due = event !== undefined && event.at <= at;
      if (text !== '' && (!due || event.kind !== 'text' || text.length >= mostAtOnce)) {
        await this.#draw(text);
        text = '';
        continue;
      }
      if (!due) return;
      this.#next += 1;
      if (event.kind === 'text') text += event.text;
      else if (event.kind === 'size') this.#screen.fix(event.size);
      else this.#screen.say(event.text);
    }
    // Taken from the log already: it is shown before whatever the call that came meanwhile shows.
    if (text !== '') await this.#draw(text);
  }

  #draw(text: string): Promise<void> {
    return new Promise((resolve) => this.#screen.write(text, resolve));
  }
}
