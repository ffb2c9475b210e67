import { useEffect, useRef } from 'react';

/** What a key does on a page, by its name in lower case: `j`, `shift+j`, `ctrl+a`, `arrowdown`, `?`; `g f` is two keys, one after the other. */
export type KeyHandlers = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const sequenceMs = 1200;
let goPressedAt = Number.NEGATIVE_INFINITY;

/** Whether a key belongs to what has the focus: a field that is typed into, an open dialog or a menu. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.metaKey || event.altKey) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=menu], [role=listbox]')) return true;
  return document.querySelector('[role=dialog], [role=alertdialog]') !== null;
}

function nameOf({ key, ctrlKey, timeStamp }: KeyboardEvent): string {
  const lower = key.toLowerCase();
  if (ctrlKey) return `ctrl+${lower}`;
  if (/^[A-Z]$/.test(key)) return `shift+${lower}`;
  return timeStamp - goPressedAt < sequenceMs && key !== 'g' ? `g ${lower}` : lower;
}

/** Listens for keys while the component is mounted. Keys that a field, a menu or a dialog has use for stay theirs. */
export function useKeys(handlers: KeyHandlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      const handler = latest.current[nameOf(event)];
      if (!handler) return;
      event.preventDefault();
      handler(event);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Remembers that `g`, the first of two keys, was pressed; the next key, whatever it is, uses it up. Returns the way to stop. */
export function rememberGo(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isTaken(event) && event.key === 'g') goPressedAt = event.timeStamp;
  };
  const onKeyUp = (event: KeyboardEvent) => {
    if (event.key !== 'g' && event.key !== 'Shift') goPressedAt = Number.NEGATIVE_INFINITY;
  };
  window.addEventListener('keydown', onKeyDown);
  window.addEventListener('keyup', onKeyUp);
  return () => {
    window.removeEventListener('keydown', onKeyDown);
    window.removeEventListener('keyup', onKeyUp);
  };
}
