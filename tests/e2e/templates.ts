import type { Locator, Page } from '@playwright/test';
import { expect } from './hum.ts';

/** Goes to the templates and waits for those that ship with Hum. */
export async function openTemplates(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Templates', exact: true }).click();
  await expect(cards(page).filter({ hasText: 'Ships with Hum' }).first()).toBeVisible();
}

/** The cards of the templates. */
export function cards(page: Page): Locator {
  return page.getByRole('list', { name: 'Templates', exact: true }).locator(':scope > li');
}

/** What the template of a card is called. */
export async function nameOf(card: Locator): Promise<string> {
  return (await card.getByRole('heading').textContent()) ?? '';
}

/** The text in the editor. */
export function editor(page: Page): Locator {
  return page.getByRole('textbox', { name: 'The text of the template' });
}

/** Opens the editor on a copy of the first template and gives the copy this name. */
export async function copyFirst(page: Page, name: string): Promise<void> {
  const first = await nameOf(cards(page).first());
  await page.getByRole('button', { name: `More for ${first}`, exact: true }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await expect(page.getByText(`A copy of ${first}.`)).toBeVisible();
  await editor(page).fill((await editor(page).inputValue()).replace(/^name:.*$/m, `name: ${name}`));
}
