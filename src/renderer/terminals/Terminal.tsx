import { type ReactNode, type RefObject, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { firstTerminalSettings } from '../../shared/first-terminal-settings.ts';
import { showDone } from '../app/act.tsx';
import { useSettings } from '../app/settings.ts';
import { type Ask, AskStrip } from './AskStrip.tsx';
import { bellMayRing, soundBell } from './bell.ts';
import { EndStrip } from './EndStrip.tsx';
import { cleanPaste, whyLook } from './paste.ts';
import { SearchField } from './SearchField.tsx';
import { openScreen, type Screen } from './screen.ts';
import { type LinkState, linkTerminal, type OpenTerminal, type TerminalLink } from './terminal-link.ts';
import classes from './terminals.module.css';

export interface TerminalHandle {
  search(): void;
  focus(): void;
}

/** What the far side tells of itself: hostile text. */
export interface TerminalReports {
  title(text: string): void;
  directory(path: string): void;
  bell(): void;
}

interface TerminalProps {
  /** Must stay the same function for the same terminal. */
  readonly open: OpenTerminal;
  /** What it is called for those who cannot see it. */
  readonly label: string;
  /** Who is at the far side, in sentences: "The guest wants …". Default: guest. */
  readonly who?: 'guest' | 'host';
  /** Where the keyboard goes on Ctrl-Shift-X: out of the terminal, which takes Tab and Escape for itself. */
  readonly onLeave: () => void;
  readonly handle?: RefObject<TerminalHandle | null>;
  /** False for one that goes on behind others. Default: true. */
  readonly shown?: boolean;
  /** What Ctrl-D does once it has ended. */
  readonly onClose?: () => void;
  /** A key that is not the far side's: true when it has been dealt with. */
  readonly onKey?: (event: KeyboardEvent) => boolean;
  readonly reports?: TerminalReports;
}

const flashMs = 140;

/** A terminal that fills its place: opened when it is drawn, closed with it; after an end it can be opened again, and what stands in it is kept. */
export function Terminal({ open, label, who = 'guest', onLeave, handle, shown = true, onClose, onKey, reports }: TerminalProps): ReactNode {
  const settings = useSettings((state) => state.settings?.terminal) ?? firstTerminalSettings;
  const place = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen | null>(null);
  const link = useRef<TerminalLink | null>(null);
  const [state, setState] = useState<LinkState>({ kind: 'opening' });
  const [ask, setAsk] = useState<Ask | null>(null);
  const [searching, setSearching] = useState(false);
  const [linkUnder, setLinkUnder] = useState<string | null>(null);
  const [flashing, setFlashing] = useState(false);
  const ended = useRef(false);
  ended.current = state.kind === 'ended';
  /** The answer to the first time that the far side wanted the clipboard; it holds until the terminal is closed. */
  const clipboard = useRef<boolean | null>(null);

  const start = useCallback(() => {
    if (screen.current === null) return;
    link.current?.close();
    link.current = linkTerminal(open, screen.current, setState);
  }, [open]);

  const focus = useCallback(() => screen.current?.focus(), []);
  useImperativeHandle(handle, () => ({ search: () => setSearching(true), focus }), [focus]);

  // What keys and reports do, without opening the screen anew when it changes.
  const latest = useRef<Handlers>(noHandlers);
  latest.current = {
    key(event) {
      if (onKey?.(event)) return true;
      const shortcut = shortcutOf(event);
      if (shortcut === 'find') setSearching(true);
      else if (shortcut === 'leave') onLeave();
      else if (shortcut === 'copy') copy(screen.current?.selection() ?? '');
      // It comes back from the browser as a paste.
      else if (shortcut === 'paste') return true;
      if (shortcut !== null) return true;
      if (!ended.current) return false;
      if (event.key === 'Enter') start();
      else if (event.key === 'd' && event.ctrlKey && onClose !== undefined) onClose();
      else return false;
      return true;
    },
    paste(raw) {
      const paste = cleanPaste(raw);
      if (paste.text === '') return;
      const why = settings.looksAtPastes ? whyLook(paste) : null;
      if (why === null) screen.current?.paste(paste.text);
      else setAsk({ kind: 'paste', paste, why });
    },
    clipboard(text) {
      if (clipboard.current === null) setAsk((before) => before ?? { kind: 'clipboard', text });
      else if (clipboard.current) copy(text);
    },
    bell() {
      reports?.bell();
      if (settings.bell === 'off' || !bellMayRing()) return;
      if (settings.bell === 'sound') soundBell();
      else if (shown) setFlashing(true);
    },
    title: (text) => reports?.title(text),
    directory: (path) => reports?.directory(path),
  };

  useEffect(() => {
    if (!flashing) return undefined;
    const timer = setTimeout(() => setFlashing(false), flashMs);
    return () => clearTimeout(timer);
  }, [flashing]);

  const { fontFamily, fontSize, cursor, cursorBlinks, scrollback } = settings;
  const look = useRef(settings);
  look.current = settings;

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const opened = openScreen(element, look.current, {
      typed: (text) => {
        if (!ended.current) link.current?.type(text);
      },
      resized: (size) => link.current?.resize(size),
      key(event) {
        const taken = latest.current.key(event);
        // All but the key that makes the browser paste.
        if (taken && shortcutOf(event) !== 'paste') event.preventDefault();
        return taken;
      },
      link: (target) => setAsk({ kind: 'link', target }),
      over: setLinkUnder,
      clipboard: (text) => latest.current.clipboard(text),
      title: (text) => latest.current.title(text),
      directory: (path) => latest.current.directory(path),
      bell: () => latest.current.bell(),
    });
    screen.current = opened;
    // Before xterm.js hears of it, which would send it on as it is.
    const onPaste = (event: ClipboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      latest.current.paste(event.clipboardData?.getData('text/plain') ?? '');
    };
    element.addEventListener('paste', onPaste, true);
    start();
    opened.focus();
    return () => {
      element.removeEventListener('paste', onPaste, true);
      link.current?.close();
      link.current = null;
      screen.current = null;
      opened.dispose();
    };
  }, [start]);

  useEffect(
    () => screen.current?.look({ fontFamily, fontSize, cursor, cursorBlinks, scrollback }),
    [fontFamily, fontSize, cursor, cursorBlinks, scrollback],
  );
  useEffect(() => screen.current?.show(shown), [shown]);

  function answer(question: Ask, yes: boolean): void {
    setAsk(null);
    if (question.kind === 'clipboard') clipboard.current = yes;
    if (yes) {
      if (question.kind === 'paste') screen.current?.paste(question.paste.text);
      else if (question.kind === 'clipboard') copy(question.text);
      else window.open(question.target, '_blank', 'noopener,noreferrer');
    }
    focus();
  }

  return (
    <section className={classes.terminal} aria-label={label} data-state={state.kind} data-flashing={flashing || undefined}>
      <div className={classes.place}>
        <div ref={place} className={classes.screen} />
      </div>
      {searching && screen.current !== null ? (
        <SearchField
          screen={screen.current}
          onClose={() => {
            setSearching(false);
            focus();
          }}
        />
      ) : null}
      {linkUnder === null ? null : <div className={`hum-mono ${classes.target}`}>{linkUnder}</div>}
      {ask === null ? null : <AskStrip ask={ask} who={who} onAnswer={(yes) => answer(ask, yes)} />}
      {state.kind === 'ended' ? (
        <EndStrip
          reason={state.reason}
          onAgain={() => {
            start();
            focus();
          }}
          onClose={onClose}
        />
      ) : null}
    </section>
  );
}

interface Handlers extends TerminalReports {
  key(event: KeyboardEvent): boolean;
  paste(text: string): void;
  clipboard(text: string): void;
}

const nothing = () => undefined;
const noHandlers: Handlers = { key: () => false, paste: nothing, clipboard: nothing, title: nothing, directory: nothing, bell: nothing };

/** As terminals on Linux have it: Ctrl and Shift together are the terminal's own, every other key is the far side's. */
function shortcutOf(event: KeyboardEvent): 'find' | 'leave' | 'copy' | 'paste' | null {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return null;
  switch (event.key.toLowerCase()) {
    case 'f':
      return 'find';
    case 'x':
      return 'leave';
    case 'c':
      return 'copy';
    case 'v':
      return 'paste';
    default:
      return null;
  }
}

function copy(text: string): void {
  if (text === '') return;
  navigator.clipboard.writeText(text).then(
    () => showDone('Copied.'),
    () => showDone('The browser does not allow copying here. Use Ctrl-C with the text selected outside the terminal.'),
  );
}
