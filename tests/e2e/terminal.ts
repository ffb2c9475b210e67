import type { Page } from '@playwright/test';
import { expect } from './hum.ts';

/** Finds a text in the terminal, which is drawn on a canvas where there is a graphics card. */
export async function expectShown(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+Shift+F');
  const field = page.getByRole('textbox', { name: 'Find in the terminal' });
  await expect(async () => {
    await field.fill('');
    await field.fill(text);
    await expect(page.getByText('Nothing found')).toBeHidden({ timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await field.press('Escape');
}
