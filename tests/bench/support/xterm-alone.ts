import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import { hasGraphicsCard } from '../../../src/renderer/terminals/graphics-card.ts';

/** For the page: xterm.js with nothing around it but what draws as Hum's terminals do. The text comes from memory, a window of it at a time. */
const pieceLength = 64 * 1024;
/** Enough in its queue that it never waits for us. */
const mostAhead = 16;

/** Shows a text so many times in a terminal of this size, px; answers how long it took, ms. */
async function showAlone(text: string, times: number, { width, height }: { width: number; height: number }): Promise<number> {
  const element = document.createElement('div');
  element.style.cssText = `position:fixed;z-index:10000;inset:auto auto 0 0;width:${width}px;height:${height}px`;
  document.body.append(element);
  const terminal = new Terminal({ allowProposedApi: true, scrollback: 10_000, fontSize: 13, lineHeight: 1.15, minimumContrastRatio: 4.5 });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  terminal.open(element);
  if (hasGraphicsCard()) terminal.loadAddon(new WebglAddon());
  const cell = element.querySelector('.xterm-screen')?.getBoundingClientRect();
  if (cell) terminal.resize(Math.floor((width / cell.width) * terminal.cols), Math.floor((height / cell.height) * terminal.rows));

  const began = performance.now();
  let ahead = 0;
  let wake: () => void = () => undefined;
  for (let time = 0; time < times; time += 1) {
    for (let at = 0; at < text.length; at += pieceLength) {
      ahead += 1;
      terminal.write(text.slice(at, at + pieceLength), () => {
        ahead -= 1;
        wake();
      });
      while (ahead >= mostAhead) await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  while (ahead > 0) await new Promise<void>((resolve) => (wake = resolve));
  const took = performance.now() - began;
  terminal.dispose();
  element.remove();
  return took;
}

Object.assign(globalThis, { showAlone });
