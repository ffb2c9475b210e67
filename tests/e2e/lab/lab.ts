import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { type Lab, openLab } from '../../support/lab.ts';
import { labTemplate } from '../../support/lab-template.ts';
import { patienceMs } from '../../support/patience.ts';
import { savedHost, savedInventory } from '../fleet.ts';
import { test as base, expect } from '../hum.ts';

export { expect } from '../hum.ts';

/** A console that knows one host: the real Xen host of tests/lab, called `lab`. */
export const test = base.extend<object, { lab: Lab }>({
  lab: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from this pattern which fixtures are needed
    async ({}, use) => {
      const lab = await openLab();
      await use(lab);
      await lab.close();
    },
    { scope: 'worker' },
  ],
  homeFiles: async ({ lab }, use) => {
    const { port, key, knownHosts } = lab.host;
    await use({
      ...savedInventory([savedHost('lab', { address: '127.0.0.1', port, keyFile: key, enabled: true })]),
      '.ssh/known_hosts': readFileSync(knownHosts),
      'data/templates/lab.yaml': labTemplate(),
    });
  },
});

/** The line of the domain with this name in the table of the VMs. */
export function domainLine(page: Page, name: string): Locator {
  return page
    .getByRole('grid', { name: 'VMs' })
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) });
}

/** Asks for an action on the page of a domain, fills in what it asks for, does it, and waits for its end; answers the dialog's last word. */
export async function act(page: Page, button: string, doIt: RegExp, fill?: (dialog: Locator) => Promise<void>): Promise<string> {
  const dialog = page.getByRole('dialog');
  // Whether it stands in the row or in the menu is up to the state of the domain, which comes to be known meanwhile.
  await expect(async () => {
    if (!(await dialog.isVisible())) await press(page, `${button}…`);
    await expect(dialog).toBeVisible({ timeout: pressMs });
  }).toPass({ timeout: patienceMs });
  await fill?.(dialog);
  await dialog.getByRole('button', { name: doIt }).click();
  const outcome = dialog.locator('[data-ended]');
  await outcome.waitFor({ timeout: patienceMs });
  const said = (await dialog.textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await dialog.waitFor({ state: 'hidden' });
  return said;
}

const pressMs = 5_000;

/** Presses what asks for an action, where it stands at this moment. @throws when it has moved meanwhile; the menu is closed then */
async function press(page: Page, name: string): Promise<void> {
  const shown = page.getByRole('button', { name, exact: true });
  if (await shown.isVisible()) return await shown.click({ timeout: pressMs });
  await page.getByRole('button', { name: 'More', exact: true }).click({ timeout: pressMs });
  const menu = page.getByRole('menu');
  try {
    await menu.getByRole('menuitem', { name, exact: true }).click({ timeout: pressMs });
  } catch (error) {
    // Without a menu, Escape leaves the page.
    if (await menu.isVisible()) await menu.press('Escape');
    await menu.waitFor({ state: 'hidden', timeout: pressMs });
    throw error;
  }
}
