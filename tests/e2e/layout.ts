import type { Page } from '@playwright/test';
import { expect } from './hum.ts';

/** The window at its smallest, and an ordinary one. */
export const windows = [
  { width: 1024, height: 700 },
  { width: 1440, height: 900 },
] as const;

/** Nothing of the page, or of a dialog on it, has to be scrolled sideways to be seen. */
export async function fitsItsWidth(page: Page): Promise<void> {
  await expect(async () => {
    const tooWide = await page.evaluate(() =>
      [document.scrollingElement, ...document.querySelectorAll('main, header, [role=dialog], [role=dialog] *')].flatMap((element) => {
        if (!element || element.scrollWidth <= element.clientWidth) return [];
        // What ends in an ellipsis or has no box of its own to overflow is as it was meant.
        if (!/auto|scroll/.test(getComputedStyle(element).overflowX) && element !== document.scrollingElement) return [];
        return [`${element.tagName} ${element.className}: ${element.scrollWidth} in ${element.clientWidth}`];
      }),
    );
    expect(tooWide).toEqual([]);
  }).toPass({ timeout: 5_000 });
}

/** What is below scrolls within the page: the window itself, with the bar at its top, does not. */
export async function windowStands(page: Page): Promise<void> {
  const { height, room } = await page.evaluate(() => ({ height: document.documentElement.scrollHeight, room: window.innerHeight }));
  expect(height).toBeLessThanOrEqual(room);
}

/** Does something in each of the windows. */
export async function inEachWindow(page: Page, look: () => Promise<void>): Promise<void> {
  for (const size of windows) {
    await page.setViewportSize(size);
    await look();
  }
}
