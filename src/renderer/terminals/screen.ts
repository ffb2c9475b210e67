import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { type IDisposable, type ITerminalOptions, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { TerminalSettings } from '../../shared/contract/settings.ts';
import type { TerminalSize } from '../../shared/contract/terminals.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { styleNonce } from '../app/nonce.ts';
import { hasGraphicsCard } from './graphics-card.ts';
import { clipboardText, linkTarget } from './guest-requests.ts';
import { allowSpanStyles, drawnAtPace, ownDocument, withOwnStyles } from './own-document.ts';
import { PicturePace, styledAtPace } from './picture-pace.ts';
import { reportedDirectory } from './place-reports.ts';
import { linesOf } from './screen-lines.ts';
import { matchColours, onColourScheme, screenTheme } from './screen-theme.ts';
import { SequenceCap } from './sequence-cap.ts';

const ownFonts = "'JetBrains Mono Variable', ui-monospace, monospace";

/** How a terminal looks: of the settings. */
export type ScreenLook = Pick<TerminalSettings, 'fontFamily' | 'fontSize' | 'cursor' | 'cursorBlinks' | 'scrollback'>;

export interface ScreenEvents {
  /** Typed (`byPerson`), or pasted, or answered by the terminal itself to a question of the guest. */
  typed(text: string, byPerson: boolean): void;
  resized(size: TerminalSize): void;
  /** True when the key is dealt with and is not the guest's. */
  key(event: KeyboardEvent): boolean;
  /** The person pressed a link; its target is http or https. */
  link(target: string): void;
  /** The pointer is over a link, or null: not any more. */
  over(target: string | null): void;
  /** The guest wants this on the clipboard. */
  clipboard(text: string): void;
  /** What the guest calls itself: hostile text. It cannot ask for it back. */
  title(text: string): void;
  /** The shell is in this directory now. */
  directory(path: string): void;
  bell(): void;
}

/** Which of the places with a text is shown, from 1 on, oldest first; null: there are more than are counted. */
export interface Found {
  readonly at: number | null;
  readonly count: number;
}

/** A terminal on the page. It knows nothing of where its text comes from. */
export interface Screen {
  readonly size: TerminalSize;
  /** Shows what the guest prints; `drawn` is called once it has been taken in. */
  write(text: string, drawn: () => void): void;
  /** A line of our own among the guest's text; says plain words only. */
  say(text: string): void;
  /** Takes back what a guest that has gone may have switched on: another screen, mouse reports, bracketed paste, half a sequence. */
  settle(): void;
  /** Empty, as it was opened. */
  reset(): void;
  /** Has this size from now on, whatever room there is. */
  fix(size: TerminalSize): void;
  /** As typed: bracketed where the guest asks for it. */
  paste(text: string): void;
  selection(): string;
  /** Goes to the next or previous place with this text; false when there is none. */
  find(text: string, backwards: boolean): boolean;
  /** Hears which of how many places was found, as long as it looks for one. Returns the way to stop. */
  onFound(listener: (found: Found) => void): () => void;
  endFind(): void;
  /** What stands in it, newest line first; one that was too long for the screen is whole. */
  lines(): Generator<string, void, void>;
  focus(): void;
  /** Draws it in another way from now on. */
  look(look: ScreenLook): void;
  /** Whether it is seen. One that is not costs no graphics memory, of which a browser gives to 16 at most. */
  show(shown: boolean): void;
  dispose(): void;
}

/** Opens a terminal in an element of the page, which it fills from then on. */
export function openScreen(element: HTMLElement, look: ScreenLook, events: ScreenEvents): Screen {
  const pressed = (_: MouseEvent, text: string) => {
    const target = linkTarget(text);
    if (target !== null) events.link(target);
  };
  const over = (_: MouseEvent, text: string) => events.over(linkTarget(text));
  const leave = () => events.over(null);
  allowSpanStyles();
  const terminal = new Terminal({
    allowProposedApi: true,
    documentOverride: ownDocument(styleNonce()),
    ...optionsOf(look),
    lineHeight: 1.15,
    theme: screenTheme(element),
    // WCAG 1.4.3, whatever colours the guest puts on each other.
    minimumContrastRatio: 4.5,
    linkHandler: { activate: pressed, hover: over, leave },
    logLevel: 'off',
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new UnicodeGraphemesAddon());
  terminal.loadAddon(new WebLinksAddon(pressed, { hover: over, leave }));
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown') return true;
    if (events.key(event)) return false;
    if (!isUndo(event)) return true;
    event.preventDefault();
    announced = undo;
    terminal.input(undo);
    return false;
  });
  terminal.parser.registerOscHandler(52, (payload) => {
    const text = clipboardText(payload);
    if (text !== null) events.clipboard(text);
    return true;
  });
  terminal.parser.registerOscHandler(7, (payload) => {
    const path = reportedDirectory(payload);
    if (path !== null) events.directory(path);
    return true;
  });
  terminal.onTitleChange(events.title);
  terminal.onBell(events.bell);
  /**
   * What a person is about to send, as xterm.js announces a key and the browser what comes without one (a composed character, an emoji). What
   * the terminal answers by itself, and the reports of a mouse, nothing announces.
   */
  let announced: string | null = null;
  const announce = (event: Event) => {
    if (event instanceof CompositionEvent || event instanceof InputEvent) announced = event.data;
  };
  for (const kind of ['compositionend', 'input']) element.addEventListener(kind, announce, true);
  terminal.onKey(({ key }) => {
    announced = key;
  });
  terminal.onData((text) => {
    const byPerson = text === announced;
    if (byPerson) announced = null;
    events.typed(text, byPerson);
  });
  terminal.onResize(({ cols, rows }) => events.resized({ columns: cols, rows }));
  const pace = new PicturePace(clock);
  withOwnStyles(styleNonce(), () => drawnAtPace(element, pace, () => terminal.open(element)));
  if (terminal.textarea) styledAtPace(terminal.textarea, pace);
  let webgl = drawWithWebgl(terminal);

  let fixed = false;
  const refit = () => {
    if (!fixed) fitWithin(terminal, fit, element);
  };
  refit();
  const resizes = new ResizeObserver(() => requestAnimationFrame(refit));
  resizes.observe(element);
  const stopTheme = onColourScheme(() => {
    terminal.options.theme = screenTheme(element);
  });
  let disposed = false;
  /** The size of a cell is another once the font is there, which xterm.js sees when the name changes. */
  function measureAnew(): void {
    const { fontFamily = ownFonts, fontSize } = terminal.options;
    const measured = () => {
      if (disposed) return;
      terminal.options.fontFamily = `${fontFamily}, monospace`;
      refit();
    };
    document.fonts.load(`${fontSize}px ${fontFamily}`).then(measured, measured);
  }
  measureAnew();
  let cap = new SequenceCap();

  return {
    get size() {
      return { columns: terminal.cols, rows: terminal.rows };
    },
    write(text, drawn) {
      pace.came(text.length);
      terminal.write(cap.pass(text), drawn);
    },
    say: (text) => terminal.write(`\r\n\u001b[0;2m── ${visibleText(text)} ──\u001b[0m\r\n`),
    settle() {
      cap = new SequenceCap();
      terminal.write(settling);
    },
    reset() {
      cap = new SequenceCap();
      terminal.reset();
    },
    fix({ columns, rows }) {
      fixed = true;
      terminal.resize(columns, rows);
    },
    paste: (text) => terminal.paste(text),
    selection: () => terminal.getSelection(),
    find(text, backwards) {
      const options = { decorations: matchColours() };
      return backwards ? search.findPrevious(text, options) : search.findNext(text, options);
    },
    onFound(listener) {
      const following = search.onDidChangeResults(({ resultIndex, resultCount }) =>
        listener({ at: resultIndex < 0 ? null : resultIndex + 1, count: resultCount }),
      );
      return () => following.dispose();
    },
    endFind() {
      search.clearDecorations();
      terminal.clearSelection();
    },
    lines: () => linesOf(terminal.buffer.active),
    focus: () => terminal.focus(),
    look(next) {
      terminal.options = optionsOf(next);
      measureAnew();
      refit();
    },
    show(shown) {
      if (shown) {
        webgl ??= drawWithWebgl(terminal);
        refit();
      } else {
        webgl?.dispose();
        webgl = null;
      }
    },
    dispose() {
      disposed = true;
      for (const kind of ['compositionend', 'input']) element.removeEventListener(kind, announce, true);
      stopTheme();
      resizes.disconnect();
      webgl?.dispose();
      terminal.dispose();
    },
  };
}

/**
 * CAN ends a sequence that was cut off. Then, by xterm's control sequences: the first screen and its cursor (which is saved before, since on the
 * first screen itself the cursor would go where it was saved last), a soft reset (DECSTR), no mouse reports, no focus
 * reports, no bracketed paste, a cursor that is seen.
 */
const settling = '\u0018\u001b7\u001b[?1049l\u001b[!p\u001b[?9;1000;1002;1003;1004;1005;1006;1015;2004l\u001b[?25h';

/** Undo of readline, Emacs and others (US, ^_). Terminals send it for Ctrl-/, for which xterm.js 6 sends nothing. */
const undo = '\u001f';

function isUndo({ key, ctrlKey, shiftKey, altKey, metaKey }: KeyboardEvent): boolean {
  return key === '/' && ctrlKey && !shiftKey && !altKey && !metaKey;
}

function optionsOf({ fontFamily, fontSize, cursor, cursorBlinks, scrollback }: ScreenLook): ITerminalOptions {
  return {
    fontFamily: fontFamily === '' ? ownFonts : `${fontFamily}, ${ownFonts}`,
    fontSize,
    cursorStyle: cursor,
    cursorBlink: cursorBlinks,
    scrollback,
  };
}

/** Within what the contract allows. One that is not seen has no size, and keeps the one that it had. */
function fitWithin(terminal: Terminal, fit: FitAddon, element: HTMLElement): void {
  if (element.offsetParent === null) return;
  const room = fit.proposeDimensions();
  if (room === undefined || Number.isNaN(room.cols) || Number.isNaN(room.rows)) return;
  terminal.resize(Math.min(1000, Math.max(2, room.cols)), Math.min(500, Math.max(1, room.rows)));
}

const clock = {
  requestAnimationFrame: (callback: FrameRequestCallback) => requestAnimationFrame(callback),
  setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms),
  now: () => performance.now(),
};

/** A graphics card draws a flood with less of the processor; where there is none, or it is taken away, xterm.js draws with elements. */
function drawWithWebgl(terminal: Terminal): IDisposable | null {
  if (!hasGraphicsCard()) return null;
  try {
    const webgl = new WebglAddon();
    terminal.loadAddon(webgl);
    webgl.onContextLoss(() => webgl.dispose());
    return webgl;
  } catch {
    return null;
  }
}
