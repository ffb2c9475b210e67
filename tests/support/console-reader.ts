import { vi } from 'vitest';
import type { ShellPlace } from '../../src/main/terminals/host-shell.ts';
import type { Terminals } from '../../src/main/terminals/terminals.ts';
import type { TerminalEvent } from '../../src/shared/contract/terminals.ts';
import type { DomainRef } from '../../src/shared/contract/xen.ts';
import type { Problem } from '../../src/shared/errors.ts';
import { patience } from './patience.ts';

/** What a client sees of a console, or of a shell, that it opened. It acknowledges what it reads, unless told to look away. */
export class ConsoleReader {
  readonly #terminals: Terminals;
  readonly #client: string;
  readonly #leaving = new AbortController();
  readonly notices: string[] = [];
  readonly done: Promise<void>;
  id = '';
  text = '';
  length = 0;
  reason: Problem | undefined;
  /** The session log that it was told of last. */
  log: string | null = null;
  acknowledges = true;

  constructor(terminals: Terminals, place: DomainRef | ShellPlace, client = 'client', size = { columns: 80, rows: 24 }, log = false) {
    this.#terminals = terminals;
    this.#client = client;
    const { signal } = this.#leaving;
    this.done = this.#read(
      'key' in place ? terminals.openConsole(client, place, size, signal, log) : terminals.openShell(client, place, size, signal, log),
    );
    // Whoever waits for it hears of it.
    this.done.catch(() => undefined);
  }

  type(text: string): void {
    this.#terminals.write(this.#client, this.id, text);
  }

  resize(columns: number, rows: number): void {
    this.#terminals.resize(this.#client, this.id, { columns, rows });
  }

  catchUp(): void {
    this.acknowledges = true;
    if (this.length > 0) this.#terminals.acknowledge(this.#client, this.id, this.length);
  }

  leave(): void {
    this.#leaving.abort();
  }

  /** Waits until this has been printed. */
  shows(text: string): Promise<void> {
    return vi.waitFor(() => {
      if (!this.text.includes(text)) {
        throw new Error(`not yet “${text}” in ${JSON.stringify(this.text.slice(-2000))}, notices ${this.notices}, ${this.reason?.message}`);
      }
    }, patience);
  }

  noticed(text: string): Promise<void> {
    return vi.waitFor(() => {
      if (!this.notices.some((notice) => notice.includes(text))) throw new Error(`not yet noticed: ${text}`);
    }, patience);
  }

  ended(): Promise<Problem> {
    return vi.waitFor(() => {
      if (this.reason === undefined)
        throw new Error(`it has not ended: ${JSON.stringify(this.text.slice(-2000))}, notices ${this.notices}`);
      return this.reason;
    }, patience);
  }

  async #read(events: AsyncGenerator<TerminalEvent, void, void>): Promise<void> {
    for await (const event of events) {
      if (event.kind === 'opened') this.id = event.id;
      if (event.kind === 'notice') this.notices.push(event.text);
      if (event.kind === 'log') this.log = event.log;
      if (event.kind === 'ended') this.reason = event.reason;
      if (event.kind !== 'data') continue;
      // Of a flood only the end is looked at.
      this.text = (this.text + event.text).slice(-200_000);
      this.length += event.text.length;
      if (this.acknowledges) this.#terminals.acknowledge(this.#client, this.id, event.text.length);
    }
  }
}
