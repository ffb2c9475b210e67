import type { RefObject } from 'react';
import { activePane, typedAlong } from './dock.ts';
import { useDock } from './dock-store.ts';
import type { TerminalHandle } from './Terminal.tsx';

/** The shells that are open, by the ids of their panes. */
const shells = new Map<number, RefObject<TerminalHandle | null>>();

/** The shell of this pane can be typed into together with others from now on. Returns the way to stop. */
export function listenAlong(pane: number, handle: RefObject<TerminalHandle | null>): () => void {
  shells.set(pane, handle);
  return () => void shells.delete(pane);
}

/** Gives what a person has typed or pasted into a pane to those that are typed into with it. */
export function passAlong(pane: number, kind: 'type' | 'paste', text: string): void {
  for (const other of typedAlong(useDock.getState(), pane)) shells.get(other)?.current?.[kind](text);
}

/** Gives the keyboard back to the shell that had it last, after a click elsewhere. */
export function backToShell(): void {
  const pane = activePane(useDock.getState());
  if (pane !== undefined) shells.get(pane.id)?.current?.focus();
}
