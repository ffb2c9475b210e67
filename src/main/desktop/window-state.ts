import { type BrowserWindow, type Rectangle, screen } from 'electron';
import { z } from 'zod';
import type { Store } from '../storage/store.ts';

const boundsSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(200).max(20_000),
  height: z.int().min(200).max(20_000),
  maximized: z.boolean(),
});

/** Where the window stood, in device-independent pixels. */
export type Bounds = z.infer<typeof boundsSchema>;

/** The bounds that were kept, if enough of the title bar would still be on a screen to take hold of it. */
export function readBounds(store: Store): Bounds | undefined {
  const kept = boundsSchema.safeParse(store.get('bounds'));
  if (!kept.success) return undefined;
  return screen.getAllDisplays().some(({ workArea }) => canBeGrabbed(kept.data, workArea)) ? kept.data : undefined;
}

/** Keeps the bounds when the window closes. */
export function keepBounds(window: BrowserWindow, store: Store): void {
  window.on('close', () => store.set('bounds', { ...window.getNormalBounds(), maximized: window.isMaximized() }));
}

/** Whether at least 100 by 30 pixels of a window's top edge lie within a screen. */
export function canBeGrabbed(window: Rectangle, area: Rectangle): boolean {
  const across = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  return across >= 100 && window.y >= area.y && window.y + 30 <= area.y + area.height;
}
