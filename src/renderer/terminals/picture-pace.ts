/** From this length on, characters between two pictures, a text is part of a flood: nobody reads it as it goes by. */
export const floodLength = 16 * 1024;
/** A picture of a flood comes so many times later than the one before has taken: they have a quarter of the time. */
const share = 3;
export const longestWaitMs = 100;

type Callback = (now: number) => void;

/** Of the page. */
export interface Clock {
  requestAnimationFrame(callback: Callback): void;
  setTimeout(callback: () => void, ms: number): void;
  /** ms. */
  now(): number;
}

/**
 * When a terminal is drawn. xterm.js makes 60 pictures a second of a flood for as long as the page has time for them, and with elements a picture takes as
 * long as the text of several; a host that waits for the page meanwhile sends a fifth of what it could (`npm run bench -- terminal`). What is no flood is
 * drawn at once.
 */
export class PicturePace {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Callback>();
  #ids = 0;
  #asked = false;
  #length = 0;
  #notBefore = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** So many characters are handed to the terminal. */
  came(characters: number): void {
    this.#length += characters;
  }

  /** As `Window.requestAnimationFrame` and `cancelAnimationFrame`. */
  request(callback: Callback): number {
    this.#ids += 1;
    this.#waiting.set(this.#ids, callback);
    if (!this.#asked) this.#ask();
    return this.#ids;
  }

  cancel(id: number): void {
    this.#waiting.delete(id);
  }

  #ask(): void {
    this.#asked = true;
    const ask = () => this.#clock.requestAnimationFrame((now) => this.#draw(now));
    const wait = this.#length < floodLength ? 0 : this.#notBefore - this.#clock.now();
    if (wait > 0) this.#clock.setTimeout(ask, wait);
    else ask();
  }

  #draw(now: number): void {
    const callbacks = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#asked = false;
    this.#length = 0;
    const began = this.#clock.now();
    for (const callback of callbacks) callback(now);
    // A timer of 0 ms that is set while a picture is made comes when the browser has drawn it.
    this.#clock.setTimeout(() => {
      const ended = this.#clock.now();
      this.#notBefore = ended + Math.min(share * (ended - began), longestWaitMs);
    }, 0);
  }
}

/**
 * Gives an element the styles that are assigned to it together with the next picture. xterm.js moves its text field along with the cursor, after every
 * piece of a flood, and the browser would make a picture of its own for each.
 */
export function styledAtPace(element: { readonly style: object }, pace: PicturePace): void {
  const { style } = element;
  const held = new Map<string | symbol, unknown>();
  const apply = () => {
    for (const [property, value] of held) Reflect.set(style, property, value);
    held.clear();
  };
  const value = new Proxy(style, {
    get: (_, property) => Reflect.get(style, property),
    set(_, property, value) {
      if (held.size === 0) pace.request(apply);
      held.set(property, value);
      return true;
    },
  });
  Object.defineProperty(element, 'style', { value });
}
