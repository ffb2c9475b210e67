import { vi } from 'vitest';
import type { Runner, TerminalChannel, TerminalEnd } from '../../src/main/ssh/session.ts';
import { patience } from './patience.ts';

/** A script on a terminal of a host, and what a person in front of it sees. */
export interface TypedTerminal {
  readonly channel: TerminalChannel;
  /** All that was printed so far. */
  readonly seen: string;
  readonly end: TerminalEnd | undefined;
  /** Waits until this has been printed. */
  shows(text: string): Promise<void>;
  ended(): Promise<TerminalEnd>;
}

/** Starts a script on a terminal of 80 columns and 24 rows. */
export async function typedTerminal(runner: Runner, script: string, args: readonly string[] = []): Promise<TypedTerminal> {
  const chunks: Buffer[] = [];
  let end: TerminalEnd | undefined;
  const channel = await runner.terminal(
    script,
    args,
    { term: 'xterm-256color', columns: 80, rows: 24 },
    {
      data: (chunk) => void chunks.push(chunk),
      end: (how) => {
        end = how;
      },
    },
  );
  const typed: TypedTerminal = {
    channel,
    get seen() {
      return Buffer.concat(chunks).toString();
    },
    get end() {
      return end;
    },
    shows: (text) =>
      vi.waitFor(() => {
        if (!typed.seen.includes(text)) throw new Error(`not yet “${text}” in: ${JSON.stringify(typed.seen.slice(-2000))}`);
      }, patience),
    ended: () =>
      vi.waitFor(() => {
        if (end === undefined) throw new Error(`it has not ended; it printed: ${JSON.stringify(typed.seen.slice(-2000))}`);
        return end;
      }, patience),
  };
  return typed;
}
