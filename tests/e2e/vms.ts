import type { Locator, Page } from '@playwright/test';
import { expect } from './hum.ts';

/** The table of the VMs. */
export function vms(page: Page): Locator {
  return page.getByRole('grid', { name: 'VMs' });
}

export function filter(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Filter VMs' });
}

/** Goes to the VMs and waits until those of the demo's hosts are there. */
export async function openVms(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'VMs', exact: true }).click();
  await expect(vms(page).locator('[data-id]').nth(10)).toBeVisible();
}

/** Leaves only VMs that run and have a file, and gives the name of the first: others may come before it while hosts still tell of theirs. */
export async function firstRunning(page: Page): Promise<string> {
  await filter(page).fill('state:running,idle is:configured -is:dom0 -is:twice');
  // The table follows the field a moment later.
  await expect(page.getByRole('toolbar', { name: 'The table' }).getByText(/^\d+ of \d+ VMs$/)).toBeVisible();
  return (await vms(page).locator('[data-id] [data-tip="name"] a').first().textContent()) ?? '';
}

/** The name of a VM in the table, which leads to its page. */
export function vmLink(page: Page, name: string): Locator {
  return vms(page).getByRole('link', { name, exact: true });
}
