import type { KeepShells } from '../../shared/contract/inventory.ts';
import type { TerminalSize } from '../../shared/contract/terminals.ts';
import { type Problem, problemOf } from '../../shared/errors.ts';
import type { LoginShells, Runner } from '../ssh/session.ts';
import { shellEnded, shellTakesNothing } from './failures.ts';
import keptScript from './kept.sh?raw';
import script from './shell.sh?raw';
import type { TerminalFeed } from './terminal-feed.ts';
import { type OpenChannel, Wire } from './wire.ts';

export interface ShellPlace {
  /** The inventory id. */
  readonly host: string;
  /** Where the shell begins, an absolute path; null: where a login begins. */
  readonly directory: string | null;
  /** What its session is called, on a host that keeps its shells. */
  readonly kept?: string | undefined;
}

/** How the shells of a host are run. */
export interface ShellManner {
  /** What they run in, so that they outlive a cut. */
  readonly keeps: KeepShells;
  /** Whether programs in them may sign with this account's agent. */
  readonly forwardAgent: boolean;
}

/** A login shell on a host for one reader, on the session that is there. */
export class HostShell {
  readonly #place: ShellPlace;
  readonly #session: Runner & LoginShells;
  readonly #feed: TerminalFeed;
  readonly #manner: ShellManner;
  readonly #wire: Wire;

  constructor(place: ShellPlace, size: TerminalSize, feed: TerminalFeed, session: Runner & LoginShells, manner: ShellManner) {
    this.#place = place;
    this.#session = session;
    this.#manner = manner;
    this.#feed = feed;
    this.#wire = new Wire(size, feed, () => shellTakesNothing(place.host));
  }

  /** Runs until the shell is over, and tells the feed why; or until aborted. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    try {
      this.#feed.end(await this.#whole(signal));
    } catch (error) {
      this.#feed.end(problemOf(error));
    }
  }

  /** @throws HumError `flooded` when the shell has not taken in much of what came before */
  write(text: string): void {
    this.#wire.write(text);
  }

  resize(size: TerminalSize): void {
    this.#wire.resize(size);
  }

  acknowledge(characters: number): void {
    this.#wire.acknowledge(characters);
  }

  async #whole(signal: AbortSignal): Promise<Problem> {
    const { host } = this.#place;
    const end = await this.#wire.attach(this.#open, signal, this.#manner.keeps !== 'no');
    return 'error' in end ? end.error.problem : shellEnded(host, end);
  }

  #open: OpenChannel = (terminal, listener) => {
    const { directory, kept } = this.#place;
    const { keeps, forwardAgent } = this.#manner;
    const call = [{ ...terminal, forwardAgent }, listener] as const;
    if (keeps !== 'no' && kept !== undefined) {
      return this.#session.terminal(keptScript + script, [directory ?? '', keeps, kept], ...call);
    }
    return directory === null ? this.#session.shell(...call) : this.#session.terminal(script, [directory], ...call);
  };
}
