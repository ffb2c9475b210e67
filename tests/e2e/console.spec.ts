import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { expect, test } from './hum.ts';
import { expectShown } from './terminal.ts';

test.use({ flags: ['--demo', '12'] });

/** Opens the console of a guest of the demo that is up. */
async function openConsole(page: Page): Promise<Locator> {
  await page.evaluate(() => {
    location.hash = '#/vms';
  });
  const link = page.getByRole('grid').getByRole('row').filter({ hasText: 'Idle' }).first().getByRole('link').first();
  const path = await link.getAttribute('href');
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `${path}/console`);
  const terminal = page.getByRole('region', { name: /^Console of / });
  await expect(terminal).toHaveAttribute('data-state', 'open');
  return terminal;
}

test('a guest of the demo is logged into on its console, left with Ctrl-], and opened again with what stood there', async ({ page }) => {
  const terminal = await openConsole(page);
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
  await openConsole(page);
  await expect(page.getByRole('button', { name: /^VNC/ })).toHaveCount(0);
  // An HVM guest of the demo, which is the same each time.
  const path = '#/vms/demo-xen02/crm-ldap07';
  const go = (hash: string) =>
    page.evaluate((to) => {
      location.hash = to;
    }, hash);
  await go(path);
  await expect(page.locator('main')).toContainText(/Idle|Running/, { timeout: 60_000 });
  await go(`${path}/console`);
  await page.getByRole('button', { name: /^VNC 127\.0\.0\.1:59\d\d$/ }).click();
  const dialog = page.getByRole('dialog', { name: /^VNC/ });
  await expect(dialog).toContainText('for itself alone');
  await expect(dialog).toContainText(/ssh -N -L (59\d\d):127\.0\.0\.1:\1 -p \d+ \S+@127\.0\.0\.1/);
  await isAccessible(page);
});
