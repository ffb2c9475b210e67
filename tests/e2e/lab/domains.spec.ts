import type { Page } from '@playwright/test';
import { patienceMs } from '../../support/patience.ts';
import { expectShown } from '../terminal.ts';
import { act, domainLine, expect, test } from './lab.ts';

const guests = ['guest1', 'guest2', 'guest3'];

test.beforeEach(async ({ lab }) => lab.tidy());

async function openVms(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'VMs', exact: true }).click();
  for (const guest of guests) await expect(domainLine(page, guest)).toBeVisible({ timeout: patienceMs });
}

/** The page of one guest. */
async function openGuest(page: Page, name: string): Promise<void> {
  await domainLine(page, name).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

test('three guests go through a day: started, seen with true numbers, paused, ballooned, rebooted, saved, restored, typed into, destroyed', async ({
  page,
  lab,
}) => {
  await openVms(page);
  for (const guest of guests) await expect(domainLine(page, guest)).toContainText('Off');

  // Started together, from the selection.
  for (const guest of guests) await domainLine(page, guest).locator('[data-check]').click();
  await page.getByRole('toolbar', { name: 'The selected VMs' }).getByRole('button', { name: 'Start…', exact: true }).click();
  const dialog = page.getByRole('dialog');
  for (const guest of guests) await expect(dialog).toContainText(`xl create /etc/xen/${guest}.cfg`);
  await dialog.getByRole('button', { name: 'Start 3 VMs' }).click();
  await expect(dialog.getByRole('status')).toContainText('Started 3 VMs.', { timeout: patienceMs });
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();

  // What the page shows is what xl says.
  const listed = await lab.sure('xl list');
  for (const guest of guests) {
    const [, memory, vcpus] = new RegExp(`^${guest}\\s+\\d+\\s+(\\d+)\\s+(\\d+)`, 'm').exec(listed) ?? [];
    expect([memory, vcpus]).toEqual(['128', '1']);
    await expect(domainLine(page, guest)).toContainText(/Idle|Running/);
    await expect(domainLine(page, guest)).toContainText('128 / 192 MiB');
  }
  const mac = (await lab.sure('xl network-list guest1')).match(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/)?.[0];
  await openGuest(page, 'guest1');
  await expect(page.getByText(`${mac}, on xenbr0`)).toBeVisible();

  expect(await act(page, 'Pause', /^Pause guest1$/)).toContain('Paused guest1.');
  expect(await lab.sure('xl list guest1')).toMatch(/--p---/);
  expect(await act(page, 'Unpause', /^Unpause guest1$/)).toContain('Unpaused guest1.');
  expect(await lab.sure('xl list guest1')).not.toMatch(/--p---/);

  const ballooned = await act(page, 'Memory', /^Set the memory of guest1$/, async (asking) => {
    await asking.getByRole('textbox', { name: 'Memory' }).fill('100');
  });
  expect(ballooned).toContain('Set the memory of guest1.');
  expect(await lab.sure('xl list guest1')).toMatch(/^guest1\s+\d+\s+100\s/m);

  const idBefore = (await lab.sure('xl domid guest1')).trim();
  expect(await act(page, 'Reboot', /^Reboot guest1$/)).toContain('Rebooted guest1.');
  expect((await lab.sure('xl domid guest1')).trim()).not.toBe(idBefore);

  // A kernel that is saved before it is up does not come back.
  await lab.guestAnswers('guest1');

  expect(await act(page, 'Save', /^Save guest1$/)).toContain('Saved guest1.');
  expect((await lab.run('xl domid guest1')).code).not.toBe(0);
  expect(await act(page, 'Restore', /^Restore guest1$/)).toContain('Restored guest1.');
  expect(await lab.sure('xl list guest1')).toMatch(/^guest1\s/m);

  await page.getByRole('link', { name: 'Console' }).click();
  const terminal = page.getByRole('region', { name: 'Console of guest1' });
  await expect(terminal).toHaveAttribute('data-state', 'open', { timeout: patienceMs });
  await terminal.click();
  await page.keyboard.type('\recho $((6*7))-from-$(hostname)\r');
  await expectShown(page, '42-from-guest1');
  await page.keyboard.press('Control+]');
  await expect(terminal.getByRole('status')).toContainText('You have left the console');
  await page.getByRole('button', { name: 'Back to the domain' }).click();

  const destroyed = await act(page, 'Destroy', /^Destroy guest1$/, async (asking) => {
    await expect(asking.getByRole('button', { name: 'Destroy guest1' })).toBeDisabled();
    await asking.getByRole('textbox', { name: /Type its name/ }).fill('guest1');
  });
  expect(destroyed).toContain('Destroyed guest1.');
  expect((await lab.run('xl domid guest1')).code).not.toBe(0);
});

test('a guest that ends as it starts is a failed start: nothing is left of it, and the page says so', async ({ page, lab }) => {
  // Too little memory for its own kernel: it powers off within a second.
  await lab.sure(`sed -i 's/^cmdline = "/cmdline = "mem=8M /' /etc/xen/guest1.cfg && echo 'on_crash = "preserve"' >>/etc/xen/guest1.cfg`);
  await openVms(page);
  await openGuest(page, 'guest1');
  const said = await act(page, 'Start', /^Start guest1$/);
  expect(said).toContain('Failed');
  expect(said).toContain('guest1 ended right after it was started.');
  expect(said).toContain('undone');
  expect((await lab.run('xl domid guest1')).code).not.toBe(0);
  await page.getByRole('link', { name: 'Activity' }).click();
  await expect(page.getByText('Start guest1 on lab')).toBeVisible();
});

test('dom0 is shown, and nothing can be done to it', async ({ page }) => {
  await openVms(page);
  await openGuest(page, 'Domain-0');
  await expect(page.getByText('This is the control domain')).toBeVisible();
  for (const action of ['Shut down…', 'Destroy…', 'More'])
    await expect(page.getByRole('button', { name: action, exact: true })).toHaveCount(0);
});
