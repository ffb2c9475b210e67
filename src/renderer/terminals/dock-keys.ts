import { spotlight } from '@mantine/spotlight';
import { showDone } from '../app/act.tsx';
import { activePane, otherHalf, shellCount, stepped, withoutPane, withShell, withSplit } from './dock.ts';
import { changeDock, showShell, toggleDock, toggleTogether, useDock } from './dock-store.ts';
import { openOwnWindow } from './own-window.ts';
import { openTerminalDialog } from './terminal-dialog.ts';

/** The host whose page is open, by the address; null on every other page. */
function hostOfPage(): string | null {
  return /^#\/hosts\/([A-Za-z0-9-]{1,64})$/.exec(location.hash)?.[1] ?? null;
}

/**
 * The keys that work wherever the keyboard is: Ctrl-`, which opens a terminal on the host of the page where none is open yet, and
 * Ctrl-Shift-B. Returns the way to stop.
 */
export function listenForDockKey(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.ctrlKey || event.altKey || event.metaKey) return;
    if (!event.shiftKey && (event.key === '`' || event.code === 'Backquote')) callDock();
    else if (event.shiftKey && event.key.toLowerCase() === 'b' && shellCount(useDock.getState()) > 0) toggleTogether();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener('keydown', onKeyDown, true);
  return () => window.removeEventListener('keydown', onKeyDown, true);
}

/** Shows or hides the terminals, or says how to open one. */
export function callDock(): void {
  if (shellCount(useDock.getState()) > 0) {
    toggleDock();
    return;
  }
  const host = hostOfPage();
  if (host !== null) showShell(host);
  else showDone('No terminal is open yet. Select a host in the fleet and press s.');
}

/** The keys that a terminal of the dock can spare, as kitty and others have them. True when it was one of them. */
export function onDockKey(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>): boolean {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return false;
  switch (event.key) {
    case 'ArrowRight':
      changeDock((dock) => stepped(dock, 1));
      return true;
    case 'ArrowLeft':
      changeDock((dock) => stepped(dock, -1));
      return true;
    case 'ArrowUp':
    case 'ArrowDown':
      changeDock(otherHalf);
      return true;
    case 'Enter':
      changeDock((dock) => withSplit(dock, 'beside'));
      return true;
    default:
      return onDockLetter(event.key.toLowerCase());
  }
}

function onDockLetter(key: string): boolean {
  const pane = activePane(useDock.getState());
  if (pane === undefined) return false;
  if (key === 'e' && pane.replay === null) changeDock((dock) => withShell(dock, pane.host, pane.directory));
  else if (key === 'q') changeDock((dock) => withoutPane(dock, pane.id));
  // Ctrl-K alone is the shell's.
  else if (key === 'k') spotlight.open();
  else if (key === 'g') openTerminalDialog('find');
  else if (key === 'm') changeDock((dock) => ({ ...dock, full: dock.alone || !dock.full }));
  else if (key === 'o' && pane.replay === null) openOwnWindow(pane);
  else return false;
  return true;
}
