import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { TerminalSize } from '../../shared/contract/terminals.ts';
import type { Problem } from '../../shared/errors.ts';
import { logFull, logUnwritable } from './failures.ts';

/** Writes down what one terminal prints. What is typed and not printed, as a password, is not in it. */
export interface SessionLog {
  readonly name: string;
  printed(text: string): void;
  resized(size: TerminalSize): void;
  /** Something that was told beside the text. */
  noticed(text: string): void;
  /** Resolves once everything is in the file. */
  close(): Promise<void>;
}

export interface SessionLogOptions {
  readonly folder: string;
  readonly name: string;
  /** Of what, as people know it; hostile text. */
  readonly title: string;
  readonly size: TerminalSize;
  /** The log has ended by itself: it is as long as it may be, or cannot be written. */
  readonly onEnd: (why: Problem) => void;
  readonly mostBytes?: number;
}

/** 64 MiB are some hours of a busy terminal, and what the page still can replay. */
export const mostLogBytes = 64 * 2 ** 20;
/** What waits for a slow disk. */
const mostUnwritten = 8 * 2 ** 20;

/**
 * Begins an asciicast v2 file (docs.asciinema.org/manual/asciicast/v2): a header, then a line for each thing that was printed. Each line goes to
 * the operating system at once or, while an earlier one is on its way, right after it: Hum may be killed at any moment, and the file ends
 * with what was written by then.
 */
export function openSessionLog({ folder, name, title, size, onEnd, mostBytes = mostLogBytes }: SessionLogOptions): SessionLog {
  const file = createWriteStream(join(folder, name), { flags: 'ax', mode: 0o600 });
  const begun = performance.now();
  const closed = Promise.withResolvers<void>();
  let bytes = 0;
  let over = false;

  file.on('error', (error) => end(logUnwritable(error.message)));
  file.on('close', () => closed.resolve());

  function end(why?: Problem): void {
    if (over) return;
    over = true;
    if (why !== undefined) onEnd(why);
    file.end();
  }

  function line(value: unknown): void {
    if (over) return;
    const text = `${JSON.stringify(value)}\n`;
    bytes += Buffer.byteLength(text);
    if (bytes > mostBytes) end(logFull(mostBytes));
    else if (file.writableLength > mostUnwritten) end(logUnwritable('The disk does not keep up.'));
    else file.write(text);
  }

  function event(code: 'o' | 'r' | 'm', data: string): void {
    line([Math.round((performance.now() - begun) * 1000) / 1e6, code, data]);
  }

  line({
    version: 2,
    width: size.columns,
    height: size.rows,
    timestamp: Math.floor(Date.now() / 1000),
    title,
    env: { TERM: 'xterm-256color' },
  });
  return {
    name,
    printed: (text) => event('o', text),
    resized: ({ columns, rows }) => event('r', `${columns}x${rows}`),
    noticed: (text) => event('m', text),
    close() {
      end();
      return closed.promise;
    },
  };
}
