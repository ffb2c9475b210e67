import { isAccessible } from './axe.ts';
import { expect, test } from './hum.ts';
import { filter, firstRunning, openVms, vmLink, vms } from './vms.ts';

// Not the eleventh, a Xen host that is away for a while.
test.use({ flags: ['--demo', '10'] });

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
  const row = vms(page)
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) });
  await row.click();
  await page.getByRole('toolbar', { name: 'The selected VMs' }).getByRole('button', { name: 'Pause…', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `Pause ${name}` });
  await expect(dialog.getByText(`xl pause ${name}`, { exact: true }).first()).toBeVisible();
  await expect(dialog.getByText(`xl unpause ${name}`)).toBeVisible();
  await dialog.getByRole('button', { name: `Pause ${name}` }).click();
  await expect(dialog.getByRole('status')).toHaveText(`Paused ${name}.`);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(row).toContainText('Paused');
});

test('dom0 is refused before anything is asked of its host', async ({ page }) => {
  await openVms(page);
  await filter(page).fill('is:dom0');
  const first = vms(page).locator('[data-id]').first();
  await expect(first).toContainText('dom0');
  await first.click();
  const shutDown = page.getByRole('toolbar', { name: 'The selected VMs' }).getByRole('button', { name: 'Shut down…' });
  await expect(shutDown).toHaveAttribute('aria-disabled', 'true');
  await expect(shutDown).toHaveAttribute('data-tip', /control domain/);
  await first.getByRole('link').first().click();
  await expect(page.getByText('nothing can be done to it from here')).toBeVisible();
  await expect(page.getByRole('button', { name: /Shut down|Destroy|Reboot/ })).toHaveCount(0);
});

test('destroying asks for the name, and does nothing until it is typed', async ({ page }) => {
  await openVms(page);
  const name = await firstRunning(page);
  await vmLink(page, name).click();
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
  await vmLink(page, await firstRunning(page)).click();
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
