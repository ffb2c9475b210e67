import type { Page } from '@playwright/test';
import { patienceMs } from '../support/patience.ts';
import { expect } from './hum.ts';

/** Cancels the deployment that the page shows, and waits until it says what was undone. */
export async function cancelAndUndo(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Cancel and undo' }).click();
  await expect(page.getByRole('heading', { name: /was not deployed$/ })).toBeVisible({ timeout: patienceMs });
  const said = /^It was cancelled\. (?:One step was|\d+ steps were) undone(?:\.|, and one stays as it is, because nothing can undo it\.)$/;
  await expect(page.getByRole('main').getByText(said)).toBeVisible();
}
