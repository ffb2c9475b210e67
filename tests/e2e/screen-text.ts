import type { Locator, Page } from '@playwright/test';
import { expect } from './hum.ts';

/** Terminals are drawn with elements from now on, as where there is no graphics card, so that their text can be read. Loads the page anew. */
export async function drawWithElements(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const original = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...more: unknown[]) {
      return kind === 'webgl2' ? null : Reflect.apply(original, this, [kind, ...more]);
    } as typeof original;
  });
  await page.reload();
}

/** Terminals are drawn by WebGL from now on, as where there is a graphics card, whatever draws it here. Loads the page anew. */
export async function drawWithGraphicsCard(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const original = WebGL2RenderingContext.prototype.getParameter;
    WebGL2RenderingContext.prototype.getParameter = function (this: WebGL2RenderingContext, name: number) {
      // UNMASKED_RENDERER_WEBGL of WEBGL_debug_renderer_info.
      return name === 0x9246 ? 'A graphics card' : Reflect.apply(original, this, [name]);
    };
  });
  await page.reload();
}

/** What stands on the screen of a terminal, a line each, without the blanks at their ends. */
export async function screenText(shell: Locator): Promise<readonly string[]> {
  const lines = await shell.locator('.xterm-rows > div').allTextContents();
  return lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd());
}

/** Waits until the screen has a line like this, and answers all of it once it stands still. */
export async function stillScreen(shell: Locator, line: RegExp): Promise<readonly string[]> {
  let before: readonly string[] = [];
  await expect(async () => {
    const now = await screenText(shell);
    const still = now.join('\n') === before.join('\n');
    before = now;
    expect(now.some((each) => line.test(each))).toBe(true);
    expect(still).toBe(true);
  }).toPass({ timeout: 60_000, intervals: [100, 150, 250] });
  return before;
}

/** Gives the window of a terminal the size at which the terminal has this many columns and rows. Its shell has a prompt. */
export async function resizeTerminal(page: Page, shell: Locator, columns: number, rows: number): Promise<void> {
  await expect(async () => {
    await page.keyboard.type('clear; stty size\r');
    const size = (await stillScreen(shell, /^\d+ \d+$/)).find((each) => /^\d+ \d+$/.test(each)) ?? '';
    const [haveRows = 0, haveColumns = 0] = size.split(' ').map(Number);
    if (haveRows === rows && haveColumns === columns) return;
    const box = await shell.locator('.xterm-screen').boundingBox();
    const { width, height } = page.viewportSize() ?? { width: 1280, height: 800 };
    const [cellWidth, cellHeight] = [(box?.width ?? 0) / haveColumns, (box?.height ?? 0) / haveRows];
    await page.setViewportSize({
      width: Math.round(width + (columns - haveColumns) * cellWidth),
      height: Math.round(height + (rows - haveRows) * cellHeight),
    });
    expect(size).toBe(`${rows} ${columns}`);
  }).toPass({ timeout: 60_000, intervals: [300] });
}
