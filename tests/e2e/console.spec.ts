import type { Locator, Page } from '@playwright/test';
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
