import type { Locator, Page } from '@playwright/test';
import { expect } from './hum.ts';

/**
 * Goes to a page by `g` and its letter, until what is there is seen: a dialog that fades out takes keys for itself. Both are sent at once, since
 * the letter counts as the second for a moment only, which a busy page may take to answer the first, and means something else afterwards.
 */
export async function goByKeys(page: Page, letter: string, arrived: Locator): Promise<void> {
  await expect(async () => {
    await Promise.all([page.keyboard.press('g'), page.keyboard.press(letter)]);
    await expect(arrived).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
}
