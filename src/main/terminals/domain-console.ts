import type { TerminalSize } from '../../shared/contract/terminals.ts';
import type { DomainState } from '../../shared/contract/xen.ts';
import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import type { Runner, TerminalChannel, TerminalEnd } from '../ssh/session.ts';
import { Bell, pause } from '../stream.ts';
import script from './console.sh?raw';
import { consoleClosed, consoleHeld, guestGone, guestIsOff, left, notTaken } from './failures.ts';
import { Flow } from './flow.ts';
import type { Guest } from './guest.ts';
import { guestId } from './guest-id.ts';
import type { TerminalFeed } from './terminal-feed.ts';

export interface ConsoleDeps {
  /** @throws HumError when there is no connection */
  readonly runner: () => Runner;
  /** What is known of the guest's state now. */
  readonly state: () => DomainState | undefined;
  /** How long a guest that has ended is waited for, and how often it is looked for, ms. */
  readonly comebackMs: number;
  readonly lookMs: number;
}

/** xenconsole(1) leaves on this, when it comes alone: Ctrl-]. */
const leave = '\u001d';
/** What is typed before the console is there. */
const mostEarly = 64 * 1024;
/** What is typed into a guest that takes nothing in. */
const mostUnsent = 1024 * 1024;
/** errno(3) EAGAIN: what xenconsole ends with when another has its lock, and console.sh when it saw that other. */
const heldStatus = 11;

/** The console of one guest, for one reader: opened on its domain of the moment, and on the next one after each reboot. */
export class DomainConsole {
  readonly #guest: Guest;
  readonly #deps: ConsoleDeps;
  readonly #feed: TerminalFeed;
  readonly #flow = new Flow();
  readonly #bell = new Bell();
  #size: TerminalSize;
  #channel: TerminalChannel | undefined;
  /** Typed before the first console was there; undefined from then on: what is typed while a guest reboots is not for what comes after. */
  #early: string | undefined = '';
  #leaving = false;

  constructor(guest: Guest, size: TerminalSize, feed: TerminalFeed, deps: ConsoleDeps) {
    this.#guest = guest;
    this.#size = size;
    this.#feed = feed;
    this.#deps = deps;
  }

  /** Runs until the console is over, and tells the feed why; or until aborted. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    try {
      this.#feed.end(await this.#whole(signal));
    } catch (error) {
      this.#feed.end(problemOf(error));
    }
  }

  /** @throws HumError `flooded` when the guest has not taken in much of what came before */
  write(text: string): void {
    this.#leaving = text === leave;
    if (this.#leaving) this.#bell.ring();
    if (this.#channel === undefined) {
      if (!this.#leaving && this.#early !== undefined && this.#early.length + text.length <= mostEarly) this.#early += text;
      return;
    }
    if (this.#channel.unsent > mostUnsent) throw new HumError(notTaken(this.#guest.host));
    this.#channel.write(text);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#channel?.resize(size);
  }

  acknowledge(characters: number): void {
    this.#flow.acknowledged(characters);
  }

  async #whole(signal: AbortSignal): Promise<Problem> {
    let id = await this.#look(signal);
    if (id === undefined) return guestIsOff(this.#guest);
    for (;;) {
      this.#leaving = false;
      const end = await this.#attach(id, signal);
      if ('error' in end) return end.error.problem;
      if (end.code === heldStatus) return consoleHeld(this.#guest);
      if (this.#leaving || signal.aborted) return left(this.#guest);
      const next = await this.#comeback(id, signal);
      if (this.#leaving || signal.aborted) return left(this.#guest);
      if (next === id) return consoleClosed(this.#guest, end.code);
      if (next === undefined) return guestGone(this.#guest, this.#deps.state() === 'crashed');
      this.#feed.notice('The guest was rebooted. This is its console again.');
      id = next;
    }
  }

  #look(signal: AbortSignal): Promise<number | undefined> {
    return guestId(this.#deps.runner(), this.#guest, signal);
  }

  /** The console of this domain until it ends. */
  async #attach(id: number, signal: AbortSignal): Promise<TerminalEnd> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const heard = (text: string) => {
      this.#flow.came(text.length);
      this.#feed.data(text);
    };
    const ended = Promise.withResolvers<TerminalEnd>();
    const channel = await this.#deps.runner().terminal(
      script,
      [String(id)],
      { term: 'xterm-256color', ...this.#size },
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
    if (this.#early) channel.write(this.#early);
    this.#early = undefined;
    try {
      return await ended.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#channel = undefined;
      this.#flow.attach(undefined);
    }
  }

  /**
   * The id of a guest whose console has ended, once it is another; or after a while the one that it still has, or undefined when it is gone.
   * A domain that shuts down loses its console first and is still listed for a while.
   */
  async #comeback(id: number, signal: AbortSignal): Promise<number | undefined> {
    const { comebackMs } = this.#deps;
    const begun = performance.now();
    let told = false;
    for (;;) {
      const now = await this.#look(signal);
      if (now !== undefined && now !== id) return now;
      const waited = performance.now() - begun;
      if (waited >= (now === id ? comebackMs / 3 : comebackMs) || this.#leaving || signal.aborted) return now;
      if (!told) this.#feed.notice('The console has ended. Hum waits for the guest to come back; Ctrl-] ends the waiting.');
      told = true;
      await this.#calm(signal);
    }
  }

  /** Until it is time to look again, or somebody has enough of waiting. */
  async #calm(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    await Promise.race([pause(this.#deps.lookMs, AbortSignal.any([signal, over.signal])), this.#bell.wait(over.signal)]);
    over.abort();
  }
}
