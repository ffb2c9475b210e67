import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { type Lab, openLab } from '../../support/lab.ts';
import { labTemplate } from '../../support/lab-template.ts';
import { patienceMs } from '../../support/patience.ts';
import { savedHost, savedInventory } from '../fleet.ts';
import { test as base } from '../hum.ts';

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
  const shown = page.getByRole('button', { name: `${button}…`, exact: true });
  if (await shown.isVisible()) await shown.click();
  else {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: `${button}…`, exact: true }).click();
  }
  const dialog = page.getByRole('dialog');
  await fill?.(dialog);
  await dialog.getByRole('button', { name: doIt }).click();
  const outcome = dialog.locator('[data-ended]');
  await outcome.waitFor({ timeout: patienceMs });
  const said = (await dialog.textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await dialog.waitFor({ state: 'hidden' });
  return said;
}
