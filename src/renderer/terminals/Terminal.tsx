import { type ReactNode, type RefObject, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { showDone } from '../app/act.tsx';
import { type Ask, AskStrip } from './AskStrip.tsx';
import { EndStrip } from './EndStrip.tsx';
import { cleanPaste, needsLook } from './paste.ts';
import { SearchField } from './SearchField.tsx';
import { openScreen, type Screen } from './screen.ts';
import { type LinkState, linkTerminal, type OpenTerminal, type TerminalLink } from './terminal-link.ts';
import classes from './terminals.module.css';

export interface TerminalHandle {
  search(): void;
}

interface TerminalProps {
  /** Must stay the same function for the same terminal. */
  readonly open: OpenTerminal;
  /** What it is called for those who cannot see it. */
  readonly label: string;
  /** Where the keyboard goes on Ctrl-Shift-X: out of the terminal, which takes Tab and Escape for itself. */
  readonly onLeave: () => void;
  readonly handle?: RefObject<TerminalHandle | null>;
}

/** A terminal that fills its place: opened when it is drawn, closed with it; after an end it can be opened again, and what stands in it is kept. */
export function Terminal({ open, label, onLeave, handle }: TerminalProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen | null>(null);
  const link = useRef<TerminalLink | null>(null);
  const [state, setState] = useState<LinkState>({ kind: 'opening' });
  const [ask, setAsk] = useState<Ask | null>(null);
  const [searching, setSearching] = useState(false);
  const [linkUnder, setLinkUnder] = useState<string | null>(null);
  const ended = useRef(false);
  ended.current = state.kind === 'ended';

  const start = useCallback(() => {
    if (screen.current === null) return;
    link.current?.close();
    link.current = linkTerminal(open, screen.current, setState);
  }, [open]);

  const focus = useCallback(() => screen.current?.focus(), []);
  useImperativeHandle(handle, () => ({ search: () => setSearching(true) }), []);

  const paste = useCallback((raw: string) => {
    const clean = cleanPaste(raw);
    if (clean.text === '') return;
    if (needsLook(clean)) setAsk({ kind: 'paste', paste: clean });
    else screen.current?.paste(clean.text);
  }, []);

  // What the keys do, without opening the screen anew when it changes.
  const onKey = useRef<(event: KeyboardEvent) => boolean>(() => false);
  onKey.current = (event) => {
    const shortcut = shortcutOf(event);
    if (shortcut === 'find') setSearching(true);
    else if (shortcut === 'leave') onLeave();
    else if (shortcut === 'copy') copy(screen.current?.selection() ?? '');
    // It comes back from the browser as a paste.
    else if (shortcut === 'paste') return true;
    if (shortcut !== null) {
      event.preventDefault();
      return true;
    }
    if (ended.current && event.key === 'Enter') {
      event.preventDefault();
      start();
      return true;
    }
    return false;
  };

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const opened = openScreen(element, {
      typed: (text) => {
        if (!ended.current) link.current?.type(text);
      },
      resized: (size) => link.current?.resize(size),
      key: (event) => onKey.current(event),
      link: (target) => setAsk({ kind: 'link', target }),
      over: setLinkUnder,
      clipboard: (text) => setAsk((before) => before ?? { kind: 'clipboard', text }),
    });
    screen.current = opened;
    // Before xterm.js hears of it, which would send it on as it is.
    const onPaste = (event: ClipboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      paste(event.clipboardData?.getData('text/plain') ?? '');
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
  }, [start, paste]);

  function answer(question: Ask, yes: boolean): void {
    setAsk(null);
    if (yes) {
      if (question.kind === 'paste') screen.current?.paste(question.paste.text);
      else if (question.kind === 'clipboard') copy(question.text);
      else window.open(question.target, '_blank', 'noopener,noreferrer');
    }
    focus();
  }

  return (
    <section className={classes.terminal} aria-label={label} data-state={state.kind}>
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
      {ask === null ? null : <AskStrip ask={ask} onAnswer={(yes) => answer(ask, yes)} />}
      {state.kind === 'ended' ? (
        <EndStrip
          reason={state.reason}
          onAgain={() => {
            start();
            focus();
          }}
        />
      ) : null}
    </section>
  );
}

function shortcutOf({ ctrlKey, shiftKey, altKey, metaKey, key }: KeyboardEvent): 'find' | 'leave' | 'copy' | 'paste' | null {
  if (!ctrlKey || !shiftKey || altKey || metaKey) return null;
  switch (key.toLowerCase()) {
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
