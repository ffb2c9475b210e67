import { type DragEvent, type ReactNode, type RefObject, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { firstTerminalSettings } from '../../shared/first-terminal-settings.ts';
import { act, showDone, showProblem } from '../app/act.tsx';
import { useSettings } from '../app/settings.ts';
import { whyNotFiles } from '../files/file-names.ts';
import { type Ask, type AskAnswer, AskStrip } from './AskStrip.tsx';
import { bellMayRing, soundBell } from './bell.ts';
import { droppedFiles, holdsFiles, noFolders } from './dropped-files.ts';
import { EndStrip } from './EndStrip.tsx';
import { cleanPaste, fileWord, whyLook } from './paste.ts';
import { SearchField } from './SearchField.tsx';
import { openScreen, type Screen } from './screen.ts';
import { type LinkState, type LogState, linkTerminal, type OpenTerminal, type TerminalLink } from './terminal-link.ts';
import { shortcutOf } from './terminal-shortcut.ts';
import classes from './terminals.module.css';

export interface TerminalHandle {
  /** Opens its search, for this text. */
  search(text?: string): void;
  /** As `Screen`. */
  selection(): string;
  lines(): Iterable<string>;
  focus(): void;
  /** As if it had been typed, or pasted, here; nothing once it has ended. Neither is told to `onInput`. */
  type(text: string): void;
  paste(text: string): void;
  /** Begins a session log, once the person has agreed, or ends it. */
  toggleLog(): void;
}

export interface TerminalFiles {
  /** The directory that the shell is in; null: not known. */
  directory(): string | null;
  upload(into: string | null, files: readonly File[]): void;
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
  /** What a person has typed or pasted here. */
  readonly onInput?: (kind: 'type' | 'paste', text: string) => void;
  /** Where dropped files go; absent where none can. */
  readonly files?: TerminalFiles;
  /** Hears which session log it is written to. */
  readonly onLog?: (log: string | null) => void;
}

const flashMs = 140;

/** A terminal that fills its place: opened when it is drawn, closed with it; after an end it can be opened again, and what stands in it is kept. */
export function Terminal({
  open,
  label,
  who = 'guest',
  onLeave,
  handle,
  shown = true,
  onClose,
  onKey,
  reports,
  onInput,
  files,
  onLog,
}: TerminalProps): ReactNode {
  const settings = useSettings((state) => state.settings?.terminal) ?? firstTerminalSettings;
  const place = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen | null>(null);
  const link = useRef<TerminalLink | null>(null);
  const [state, setState] = useState<LinkState>({ kind: 'opening' });
  const [ask, setAsk] = useState<Ask | null>(null);
  /** What is looked for at first; null: nothing is. */
  const [searching, setSearching] = useState<string | null>(null);
  const [linkUnder, setLinkUnder] = useState<string | null>(null);
  const [dropping, setDropping] = useState(false);
  const [flashing, setFlashing] = useState(false);
  const ended = useRef(false);
  ended.current = state.kind === 'ended';
  /** The answer to the first time that the far side wanted the clipboard; it holds until the terminal is closed. */
  const clipboard = useRef<boolean | null>(null);
  /** Whether the person wants a session log, also of what comes after a new opening. */
  const logged = useRef(false);
  const tellLog = useRef(onLog);
  tellLog.current = onLog;

  const start = useCallback(() => {
    if (screen.current === null) return;
    link.current?.close();
    const listener = {
      state(next: LinkState) {
        setState(next);
        if (next.kind === 'ended') tellLog.current?.(null);
      },
      log({ log, problem }: LogState) {
        if (problem !== undefined) {
          logged.current = false;
          showProblem(problem, 'The session log');
        }
        tellLog.current?.(log);
      },
    };
    link.current = linkTerminal(open, screen.current, listener, logged.current);
  }, [open]);

  const setLog = useCallback((on: boolean) => {
    logged.current = on;
    void act({
      doing: on ? 'Beginning a session log' : 'Ending the session log',
      run: async () => link.current?.setLog(on),
      done: () => (on && ended.current ? 'The session log begins when the terminal is opened again.' : null),
    });
  }, []);

  const focus = useCallback(() => screen.current?.focus(), []);
  useImperativeHandle(
    handle,
    () => ({
      search: (text = '') => setSearching(text),
      selection: () => screen.current?.selection() ?? '',
      lines: () => screen.current?.lines() ?? [],
      // An open search keeps the keyboard.
      focus: searching === null ? focus : () => undefined,
      type: (text) => {
        if (!ended.current) link.current?.type(text);
      },
      paste: (text) => screen.current?.paste(text),
      toggleLog: () => (logged.current ? setLog(false) : setAsk({ kind: 'log' })),
    }),
    [focus, setLog, searching],
  );
  const paste = (text: string) => {
    screen.current?.paste(text);
    onInput?.('paste', text);
  };

  // What keys and reports do, without opening the screen anew when it changes.
  const latest = useRef<Handlers>(noHandlers);
  latest.current = {
    key(event) {
      if (onKey?.(event)) return true;
      const shortcut = shortcutOf(event);
      if (shortcut === 'find') setSearching('');
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
      const cleaned = cleanPaste(raw);
      if (cleaned.text === '') return;
      const why = settings.looksAtPastes ? whyLook(cleaned) : null;
      if (why === null) paste(cleaned.text);
      else setAsk({ kind: 'paste', paste: cleaned, why });
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
    typed: (text) => onInput?.('type', text),
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
      typed(text, byPerson) {
        if (ended.current) return;
        link.current?.type(text);
        if (byPerson) latest.current.typed(text);
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

  function drop(event: DragEvent): void {
    setDropping(false);
    const dropped = droppedFiles(event.dataTransfer);
    const refused = dropped === null ? noFolders : whyNotFiles(dropped);
    if (refused !== null) showProblem(refused, 'Dropping files');
    else if (dropped !== null && dropped.length > 0) setAsk({ kind: 'drop', files: dropped, into: files?.directory() });
  }

  function answer(question: Ask, said: AskAnswer): void {
    setAsk(null);
    const yes = said === 'yes';
    if (question.kind === 'clipboard') clipboard.current = yes;
    if (question.kind === 'drop' && said !== 'no') {
      if (yes && question.into !== undefined) files?.upload(question.into, question.files);
      else paste(question.files.map(({ name }) => `${fileWord(name)} `).join(''));
    } else if (yes) {
      if (question.kind === 'paste') paste(question.paste.text);
      else if (question.kind === 'clipboard') copy(question.text);
      else if (question.kind === 'log') setLog(true);
      else if (question.kind === 'link') window.open(question.target, '_blank', 'noopener,noreferrer');
    }
    focus();
  }

  return (
    <section
      className={classes.terminal}
      aria-label={label}
      data-state={state.kind}
      data-flashing={flashing || undefined}
      data-dropping={dropping || undefined}
      onDragOver={(event) => {
        if (!holdsFiles(event.dataTransfer)) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event) => {
        if (!holdsFiles(event.dataTransfer)) return;
        event.preventDefault();
        drop(event);
      }}
    >
      <div className={classes.place}>
        <div ref={place} className={classes.screen} />
      </div>
      {searching !== null && screen.current !== null ? (
        <SearchField
          key={searching}
          screen={screen.current}
          first={searching}
          onClose={() => {
            setSearching(null);
            focus();
          }}
        />
      ) : null}
      {linkUnder === null ? null : <div className={`hum-mono ${classes.target}`}>{linkUnder}</div>}
      {ask === null ? null : <AskStrip ask={ask} who={who} onAnswer={(said) => answer(ask, said)} />}
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
  typed(text: string): void;
  paste(text: string): void;
  clipboard(text: string): void;
}

const nothing = () => undefined;
const noHandlers: Handlers = {
  key: () => false,
  typed: nothing,
  paste: nothing,
  clipboard: nothing,
  title: nothing,
  directory: nothing,
  bell: nothing,
};

function copy(text: string): void {
  if (text === '') return;
  navigator.clipboard.writeText(text).then(
    () => showDone('Copied.'),
    () => showDone('The browser does not allow copying here. Use Ctrl-C with the text selected outside the terminal.'),
  );
}
