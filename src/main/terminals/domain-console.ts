import type { TerminalSize } from '../../shared/contract/terminals.ts';
import type { DomainState } from '../../shared/contract/xen.ts';
import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import type { Runner, TerminalEnd } from '../ssh/session.ts';
import { Bell, pause } from '../stream.ts';
import script from './console.sh?raw';
import { consoleClosed, consoleHeld, guestGone, guestIsOff, left, notTaken } from './failures.ts';
import type { Guest } from './guest.ts';
import { guestId } from './guest-id.ts';
import type { TerminalFeed } from './terminal-feed.ts';
import { Wire } from './wire.ts';

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
/** errno(3) EAGAIN: what xenconsole ends with when another has its lock, and console.sh when it saw that other. */
const heldStatus = 11;

/** The console of one guest, for one reader: opened on its domain of the moment, and on the next one after each reboot. */
export class DomainConsole {
  readonly #guest: Guest;
  readonly #deps: ConsoleDeps;
  readonly #feed: TerminalFeed;
  readonly #wire: Wire;
  readonly #bell = new Bell();
  #leaving = false;

  constructor(guest: Guest, size: TerminalSize, feed: TerminalFeed, deps: ConsoleDeps) {
    this.#guest = guest;
    this.#feed = feed;
    this.#deps = deps;
    this.#wire = new Wire(size, feed, () => notTaken(guest.host));
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
    if (this.#wire.attached || !this.#leaving) this.#wire.write(text);
  }

  resize(size: TerminalSize): void {
    this.#wire.resize(size);
  }

  acknowledge(characters: number): void {
    this.#wire.acknowledge(characters);
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
  #attach(id: number, signal: AbortSignal): Promise<TerminalEnd> {
    return this.#wire.attach((...call) => this.#deps.runner().terminal(script, [String(id)], ...call), signal);
  }

  /**
   * The id of a guest whose console has ended, once it is another; or after a while the one that it still has, or undefined when it is gone.
   * A domain that shuts down loses its console first and is still listed for a while, and a list that is made while it goes may fail.
   */
  async #comeback(id: number, signal: AbortSignal): Promise<number | undefined> {
    const { comebackMs } = this.#deps;
    this.#feed.notice('The console has ended. Hum waits for the guest to come back; Ctrl-] ends the waiting.');
    const begun = performance.now();
    for (;;) {
      const now = await this.#look(signal).catch((error: unknown) => {
        if (error instanceof HumError && error.problem.code === 'toolstack-failed') return id;
        throw error;
      });
      if (now !== undefined && now !== id) return now;
      if (performance.now() - begun >= comebackMs || this.#leaving || signal.aborted) return now;
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
