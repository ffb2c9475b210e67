import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { expect, test } from './hum.ts';

test.use({ flags: ['--demo', '12'] });

function vms(page: Page): Locator {
  return page.getByRole('grid', { name: 'VMs' });
}

function filter(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Filter VMs' });
}

/** Goes to the VMs and waits until those of the demo's hosts are there. */
async function openVms(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'VMs', exact: true }).click();
  await expect(vms(page).locator('[data-id]').nth(10)).toBeVisible();
}

/** Leaves only VMs that run and have a file, and gives the name of the first. */
async function firstRunning(page: Page): Promise<string> {
  await filter(page).fill('state:running,idle is:configured -is:dom0 -is:twice');
  await expect(vms(page).getByText('dom0')).toHaveCount(0);
  return (await vms(page).locator('[data-id] [data-tip="name"] a').first().textContent()) ?? '';
}

test('the table shows every VM, filters as it is asked, and says what it does not understand', async ({ page }) => {
  await openVms(page);
  await filter(page).fill('state:crashed');
  await expect(vms(page).locator('[data-id]')).toHaveCount(1);
  await expect(vms(page).locator('[data-id]')).toContainText('Crashed');
  await filter(page).fill('colour:red');
  await expect(page.getByText('There is no field "colour"')).toBeVisible();
  await filter(page).fill('');
  await page.getByRole('button', { name: /^Used twice/ }).click();
  await expect(filter(page)).toHaveValue('is:twice');
  await expect(vms(page).locator('[data-id]').first().getByLabel('Its name or MAC address is used twice')).toBeVisible();
  await filter(page).fill('nothing-is-called-this');
  await expect(page.getByText('No VM answers this filter.')).toBeVisible();
});

test('a host whose xl may not be run says so with what to do', async ({ page }) => {
  await openVms(page);
  const troubles = page.getByRole('list', { name: 'Hosts whose toolstack needs help' });
  await expect(troubles).toContainText('may not run xl');
  const lacking = troubles.getByRole('listitem').filter({ hasText: 'may not run xl' });
  await lacking.getByRole('link').first().click();
  const xen = page.getByRole('region', { name: 'Xen' });
  await expect(xen.locator('pre')).toContainText(/^\S+ ALL=\(root\) NOPASSWD: \/usr\/bin\/true "",/m);
  await expect(xen.locator('pre')).not.toContainText('NOPASSWD: ALL');
  await expect(xen.getByRole('button', { name: 'Copy the lines' })).toBeVisible();
});

test('a VM is paused: what will be done is shown first, then done, and the table tells the new state', async ({ page }) => {
  await openVms(page);
  const name = await firstRunning(page);
  await filter(page).fill(`name:${name}`);
  await vms(page).locator('[data-id]').first().click();
  await page.getByRole('toolbar', { name: 'The selected VMs' }).getByRole('button', { name: 'Pause…', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `Pause ${name}` });
  await expect(dialog.getByText(`xl pause ${name}`, { exact: true }).first()).toBeVisible();
  await expect(dialog.getByText(`xl unpause ${name}`)).toBeVisible();
  await dialog.getByRole('button', { name: `Pause ${name}` }).click();
  await expect(dialog.getByRole('status')).toHaveText(`Paused ${name}.`);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(vms(page).locator('[data-id]').first()).toContainText('Paused');
});

test('dom0 is refused before anything is asked of its host', async ({ page }) => {
  await openVms(page);
  await filter(page).fill('is:dom0');
  await vms(page).locator('[data-id]').first().click();
  const shutDown = page.getByRole('toolbar', { name: 'The selected VMs' }).getByRole('button', { name: 'Shut down…' });
  await expect(shutDown).toHaveAttribute('aria-disabled', 'true');
  await expect(shutDown).toHaveAttribute('data-tip', /control domain/);
  await vms(page).locator('[data-id] [data-tip="name"] a').first().click();
  await expect(page.getByText('nothing can be done to it from here')).toBeVisible();
  await expect(page.getByRole('button', { name: /Shut down|Destroy|Reboot/ })).toHaveCount(0);
});

test('destroying asks for the name, and does nothing until it is typed', async ({ page }) => {
  await openVms(page);
  const name = await firstRunning(page);
  await vms(page).locator('[data-id] [data-tip="name"] a').first().click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Destroy…' }).click();
  const dialog = page.getByRole('dialog', { name: `Destroy ${name}` });
  const destroy = dialog.getByRole('button', { name: `Destroy ${name}` });
  await expect(dialog.getByText(`xl destroy ${name}`)).toBeVisible();
  await expect(destroy).toBeDisabled();
  await dialog.getByRole('textbox').fill(`${name}x`);
  await expect(destroy).toBeDisabled();
  await dialog.getByRole('textbox').fill(name);
  await destroy.click();
  await expect(dialog.getByRole('status')).toHaveText(`Destroyed ${name}.`);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('main').getByText('Off', { exact: true }).first()).toBeVisible();
});

test('Ctrl-K finds a VM by its name', async ({ page }) => {
  await openVms(page);
  const name = await firstRunning(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill(name);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: new RegExp(`^${name} `) })
    .first()
    .click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
});

test('the VMs, the page of one, and the dialog of an action are accessible', async ({ page }) => {
  await openVms(page);
  await isAccessible(page);
  await firstRunning(page);
  await vms(page).locator('[data-id] [data-tip="name"] a').first().click();
  await expect(page.getByRole('region', { name: 'Charts of the last 15 minutes' })).toBeVisible();
  await isAccessible(page);
  await page.getByRole('button', { name: 'Memory…' }).click();
  await expect(
    page
      .getByRole('dialog')
      .getByText(/^xl mem-set/)
      .first(),
  ).toBeVisible();
  await isAccessible(page);
});
