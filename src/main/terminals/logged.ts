import type { TerminalSize } from '../../shared/contract/terminals.ts';
import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import { noLogs } from './failures.ts';
import type { SessionLog } from './session-log.ts';
import type { SessionLogs } from './session-logs.ts';
import type { TerminalFeed } from './terminal-feed.ts';

/** One terminal and the session log that it is written to while a person wants that. */
export class Logged {
  readonly #logs: SessionLogs | undefined;
  readonly #title: string;
  readonly #feed: TerminalFeed;
  #size: TerminalSize;
  #wanted = false;
  #log: SessionLog | undefined;

  constructor(logs: SessionLogs | undefined, title: string, size: TerminalSize, feed: TerminalFeed) {
    this.#logs = logs;
    this.#title = title;
    this.#size = size;
    this.#feed = feed;
  }

  /** Begins one with what is printed next; a failure is told in the feed. */
  async begin(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    try {
      if (this.#logs === undefined) throw new HumError(noLogs);
      const log = await this.#logs.begin(this.#title, this.#size, (why) => void this.#end(why));
      if (!this.#wanted) {
        await log.close();
        return;
      }
      this.#log = log;
      this.#feed.logTo(log);
    } catch (error) {
      this.#wanted = false;
      this.#feed.logTo(undefined, problemOf(error));
    }
  }

  /** Resolves once everything is in the file. */
  end(): Promise<void> {
    return this.#end(undefined);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#log?.resized(size);
  }

  async #end(why: Problem | undefined): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    this.#wanted = false;
    if (log === undefined) return;
    this.#feed.logTo(undefined, why);
    await log.close();
  }
}
