import type { TerminalSize } from '../../shared/contract/terminals.ts';
import { HumError, type Problem } from '../../shared/errors.ts';
import type { TerminalChannel, TerminalEnd, TerminalListener, TerminalOptions } from '../ssh/session.ts';
import { Flow } from './flow.ts';
import type { TerminalFeed } from './terminal-feed.ts';

/** Opens what a terminal shows: `Runner.terminal` with its script, or a login shell. */
export type OpenChannel = (options: TerminalOptions, listener: TerminalListener) => Promise<TerminalChannel>;

/** What is typed before the first channel is there. */
const mostEarly = 64 * 1024;
/** What is typed into something that takes nothing in. */
const mostUnsent = 1024 * 1024;
/** A host that keeps its locale to itself (AcceptEnv of sshd_config(5)) passes over these; one that has its own in PAM prefers that. */
const environment = { LANG: 'C.UTF-8', COLORTERM: 'truecolor' };

/** Between the reader of a terminal and its host: through here go the bytes both ways, held back where the reader does not keep up. */
export class Wire {
  readonly #feed: TerminalFeed;
  readonly #flow = new Flow();
  readonly #flooded: () => Problem;
  #size: TerminalSize;
  #channel: TerminalChannel | undefined;
  /** Typed before the first channel took it; undefined from then on: what is typed between two channels is for neither. */
  #early: string | undefined = '';

  /** `flooded` says that nothing takes in what is typed. */
  constructor(size: TerminalSize, feed: TerminalFeed, flooded: () => Problem) {
    this.#size = size;
    this.#feed = feed;
    this.#flooded = flooded;
  }

  get attached(): boolean {
    return this.#channel !== undefined;
  }

  /** @throws HumError when much of what came before has not been taken in */
  write(text: string): void {
    if (this.#early !== undefined) {
      if (this.#early.length + text.length <= mostEarly) this.#early += text;
      return;
    }
    if (this.#channel === undefined) return;
    if (this.#channel.unsent > mostUnsent) throw new HumError(this.#flooded());
    this.#channel.write(text);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#channel?.resize(size);
  }

  acknowledge(characters: number): void {
    this.#flow.acknowledged(characters);
  }

  /**
   * One channel from its opening to its end, which an abort brings about. `speaksFirst`: what opens it throws away what was typed before it has
   * printed something. @throws HumError as `open`
   */
  async attach(open: OpenChannel, signal: AbortSignal, speaksFirst = false): Promise<TerminalEnd> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let spoke = !speaksFirst;
    const heard = (text: string) => {
      spoke ||= text !== '';
      if (this.#channel !== undefined && spoke) this.#sendEarly();
      this.#flow.came(text.length);
      this.#feed.data(text);
      if (this.#flow.paused) this.#feed.hurry();
    };
    const ended = Promise.withResolvers<TerminalEnd>();
    const channel = await open(
      { term: 'xterm-256color', environment, ...this.#size },
      {
        data: (chunk) => heard(decoder.decode(chunk, { stream: true })),
        end: (how) => {
          heard(decoder.decode());
          ended.resolve(how);
        },
      },
    );
    const onAbort = () => {
      channel.close();
      ended.resolve({ code: null, signal: null });
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
    this.#channel = channel;
    this.#flow.attach(channel);
    // It may have changed while the channel was opened.
    channel.resize(this.#size);
    if (spoke) this.#sendEarly();
    try {
      return await ended.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#channel = undefined;
      this.#flow.attach(undefined);
    }
  }
  #sendEarly(): void {
    if (this.#early) this.#channel?.write(this.#early);
    this.#early = undefined;
  }
}
