import type { TerminalEvent, TerminalSize } from '../../shared/contract/terminals.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { Keyboard } from './keyboard.ts';
import type { Screen } from './screen.ts';

export type LinkState = { readonly kind: 'opening' } | { readonly kind: 'open' } | { readonly kind: 'ended'; readonly reason: Problem };

/** How a terminal is opened, with a session log or without: a console of a domain, or whatever else has this shape. */
export type OpenTerminal = (size: TerminalSize, signal: AbortSignal, log: boolean) => Promise<AsyncIterable<TerminalEvent>>;

/** The session log that a terminal is written to, or null; with a problem where it ended by itself. */
export interface LogState {
  readonly log: string | null;
  readonly problem?: Problem;
}

/** Who hears how a terminal stands; after `ended` it is over. */
export interface LinkListener {
  state(state: LinkState): void;
  log(state: LogState): void;
}

/** A terminal of the console and the screen that shows it, from the opening to the end. */
export interface TerminalLink {
  type(text: string): void;
  resize(size: TerminalSize): void;
  /** Begins a session log or ends it, at the opening where that is still to come. @throws what the console refused */
  setLog(on: boolean): Promise<void>;
  /** Closes it; nothing is told any more. */
  close(): void;
}

/** Opens a terminal, with a session log from its first character on where that is wished for, and shows what it prints. */
export function linkTerminal(open: OpenTerminal, screen: Screen, listener: LinkListener, log: boolean): TerminalLink {
  const closing = new AbortController();
  const { signal } = closing;
  let id: string | undefined;
  const acknowledgements = new Acknowledgements();
  let size = screen.size;
  let wanted = log;
  const keyboard = new Keyboard(async (text) => {
    if (id !== undefined) await client.terminals.write({ id, text });
  });

  function acknowledge(): void {
    if (id === undefined) return;
    const characters = acknowledgements.take();
    // Where it fails the terminal has ended, which its stream tells.
    if (characters > 0) client.terminals.acknowledge({ id, characters }).catch(() => undefined);
  }

  function show(text: string): void {
    acknowledgements.came(text.length);
    screen.write(text, () => {
      acknowledgements.drawn(text.length);
      acknowledge();
    });
    acknowledge();
  }

  function tell(event: TerminalEvent): void {
    switch (event.kind) {
      case 'opened':
        id = event.id;
        listener.state({ kind: 'open' });
        resize(screen.size);
        if (wanted !== log) client.terminals.setLog({ id, on: wanted }).catch(() => undefined);
        return;
      case 'data':
        show(event.text);
        return;
      case 'notice':
        screen.say(event.text);
        return;
      case 'log':
        listener.log(event);
        return;
      case 'ended':
        end(event.reason);
    }
  }

  function end(reason: Problem): void {
    id = undefined;
    screen.settle();
    screen.say(reason.message);
    listener.state({ kind: 'ended', reason });
  }

  function resize(wanted: TerminalSize): void {
    if (id === undefined || (wanted.columns === size.columns && wanted.rows === size.rows)) return;
    size = wanted;
    client.terminals.resize({ id, size }).catch(() => undefined);
  }

  async function follow(): Promise<void> {
    listener.state({ kind: 'opening' });
    try {
      for await (const event of await open(size, signal, log)) {
        if (signal.aborted) return;
        tell(event);
        if (event.kind === 'ended') return;
      }
      if (!signal.aborted) end(brokenOff);
    } catch (error) {
      if (!signal.aborted) end(problemFrom(error));
    }
  }
  void follow();

  return {
    type: (text) => keyboard.type(text),
    resize,
    async setLog(on) {
      wanted = on;
      if (id !== undefined) await client.terminals.setLog({ id, on });
    },
    close: () => closing.abort(),
  };
}

const brokenOff: Problem = { code: 'connection-lost', message: 'The terminal broke off.', hint: 'Open it again.' };
