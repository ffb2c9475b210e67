import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { expect, test } from './hum.ts';
import { expectShown } from './terminal.ts';

test.use({ flags: ['--demo', '12'] });

/** Guests of the demo, which are the same each time, by their hosts: of PVH, and of HVM. */
const [plain, graphical] = ['xen01/bi-api01', 'xen02/crm-ldap07'];

/** Opens the console of a guest, once it is known to be up. */
async function openConsole(page: Page, guest: string): Promise<Locator> {
  const path = `#/vms/demo-${guest}`;
  const name = guest.replace(/^.*\//, '');
  const go = (hash: string) =>
    page.evaluate((to) => {
      location.hash = to;
    }, hash);
  await go(path);
  await expect(page.getByRole('heading', { name, level: 1, exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('main')).toContainText(/Idle|Running/, { timeout: 60_000 });
  await go(`${path}/console`);
  const terminal = page.getByRole('region', { name: `Console of ${name}`, exact: true });
  await expect(terminal).toHaveAttribute('data-state', 'open');
  return terminal;
}

test('a guest of the demo is logged into on its console, left with Ctrl-], and opened again with what stood there', async ({ page }) => {
  const terminal = await openConsole(page, plain);
  await expectShown(page, 'login:');
  await page.keyboard.type('root\r');
  await page.keyboard.type('secret\r');
  await page.keyboard.type('echo one two\r');
  await expectShown(page, 'This guest is simulated');
  await expectShown(page, '# echo one two');
  await page.keyboard.press('Control+]');
  await expect(terminal.getByRole('status')).toContainText('You have left the console');
  await terminal.getByRole('button', { name: /^Open again/ }).click();
  await expect(terminal).toHaveAttribute('data-state', 'open');
  await expectShown(page, '# echo one two');
});

test('the graphical screen of a guest is offered with the tunnel that leads to it, and only where there is one', async ({ page }) => {
  await openConsole(page, plain);
  // By now its host has told whether there is one.
  await expectShown(page, 'login:');
  await expect(page.getByRole('button', { name: /^VNC/ })).toHaveCount(0);
  await openConsole(page, graphical);
  await page.getByRole('button', { name: /^VNC 127\.0\.0\.1:59\d\d$/ }).click();
  const dialog = page.getByRole('dialog', { name: /^VNC/ });
  await expect(dialog).toContainText('for itself alone');
  await expect(dialog).toContainText(/ssh -N -L (59\d\d):127\.0\.0\.1:\1 -p \d+ \S+@127\.0\.0\.1/);
  await isAccessible(page);
});
