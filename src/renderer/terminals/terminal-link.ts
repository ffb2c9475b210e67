import type { TerminalEvent, TerminalSize } from '../../shared/contract/terminals.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { Keyboard } from './keyboard.ts';
import type { Screen } from './screen.ts';

export type LinkState = { readonly kind: 'opening' } | { readonly kind: 'open' } | { readonly kind: 'ended'; readonly reason: Problem };

/** How a terminal is opened: a console of a domain, or whatever else has this shape. */
export type OpenTerminal = (size: TerminalSize, signal: AbortSignal) => Promise<AsyncIterable<TerminalEvent>>;

/** A terminal of the console and the screen that shows it, from the opening to the end. */
export interface TerminalLink {
  type(text: string): void;
  resize(size: TerminalSize): void;
  /** Closes it; nothing is told any more. */
  close(): void;
}

/** Acknowledged in such steps (VS Code's CharCountAckSize): less than what the console waits for before it lets the host go on. */
const acknowledgeEvery = 5_000;

/** Opens a terminal and shows what it prints. `onState` hears how it stands; after `ended` it is over. */
export function linkTerminal(open: OpenTerminal, screen: Screen, onState: (state: LinkState) => void): TerminalLink {
  const closing = new AbortController();
  const { signal } = closing;
  let id: string | undefined;
  let taken = 0;
  let size = screen.size;
  const keyboard = new Keyboard(async (text) => {
    if (id !== undefined) await client.terminals.write({ id, text });
  });

  function acknowledge(characters: number): void {
    taken += characters;
    if (id === undefined || taken < acknowledgeEvery) return;
    // Where it fails the terminal has ended, which its stream tells.
    client.terminals.acknowledge({ id, characters: taken }).catch(() => undefined);
    taken = 0;
  }

  function tell(event: TerminalEvent): void {
    switch (event.kind) {
      case 'opened':
        id = event.id;
        onState({ kind: 'open' });
        resize(screen.size);
        return;
      case 'data':
        screen.write(event.text, () => acknowledge(event.text.length));
        return;
      case 'notice':
        screen.say(event.text);
        return;
      case 'ended':
        end(event.reason);
    }
  }

  function end(reason: Problem): void {
    id = undefined;
    screen.settle();
    screen.say(reason.message);
    onState({ kind: 'ended', reason });
  }

  function resize(wanted: TerminalSize): void {
    if (id === undefined || (wanted.columns === size.columns && wanted.rows === size.rows)) return;
    size = wanted;
    client.terminals.resize({ id, size }).catch(() => undefined);
  }

  async function follow(): Promise<void> {
    onState({ kind: 'opening' });
    try {
      for await (const event of await open(size, signal)) {
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
    close: () => closing.abort(),
  };
}

const brokenOff: Problem = { code: 'connection-lost', message: 'The terminal broke off.', hint: 'Open it again.' };
