import { Terminal } from '@xterm/xterm';
import { visibleText } from '../../shared/visible-text.ts';
import type { Cast } from './cast.ts';
import { Player } from './player.ts';
import { linesOf } from './screen-lines.ts';

/** As many as a terminal of Hum keeps at most. */
const mostLines = 100_000;

/**
 * What a session log left on the screen and above it, as plain lines: no colours, and of what a full-screen program drew only what stayed. A
 * terminal that nobody sees reads it, so that carriage returns and cursor movements have done their work.
 */
export async function logText(cast: Cast): Promise<string> {
  const terminal = new Terminal({ allowProposedApi: true, scrollback: mostLines });
  try {
    const player = new Player(cast, {
      reset: () => terminal.reset(),
      fix: ({ columns, rows }) => terminal.resize(columns, rows),
      write: (text, drawn) => terminal.write(text, drawn),
      say: (text) => terminal.write(`\r\n[${visibleText(text, 500)}]\r\n`),
    });
    await player.show(Number.POSITIVE_INFINITY);
    await new Promise<void>((drawn) => terminal.write('', drawn));
    const { normal } = terminal.buffer;
    const lines = [...linesOf(normal)].reverse();
    while (lines.at(-1) === '') lines.pop();
    if (normal.length >= mostLines + terminal.rows) lines.unshift(`[What was before these lines is in the recording alone.]`);
    return `${lines.join('\n')}\n`;
  } finally {
    terminal.dispose();
  }
}
