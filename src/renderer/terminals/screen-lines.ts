import type { IBuffer } from '@xterm/xterm';

/** The lines of a screen and of what is above it, the last one first; what was wrapped is one line. */
export function* linesOf(buffer: IBuffer): Generator<string, void, void> {
  let rest = '';
  for (let at = buffer.length - 1; at >= 0; at--) {
    const line = buffer.getLine(at);
    if (line === undefined) continue;
    const goesOn = rest !== '';
    const text = line.translateToString(!goesOn) + rest;
    if (line.isWrapped) rest = text;
    else {
      rest = '';
      yield text;
    }
  }
}
