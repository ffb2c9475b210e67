import type { Locator } from '@playwright/test';

/** How many colours a canvas shows: one that nobody has drawn on has a single one. */
export async function coloursOf(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    if (!(element instanceof HTMLCanvasElement)) return 0;
    const pixels = element.getContext('2d')?.getImageData(0, 0, element.width, element.height).data ?? new Uint8ClampedArray(4);
    return new Set(new Uint32Array(pixels.buffer)).size;
  });
}
