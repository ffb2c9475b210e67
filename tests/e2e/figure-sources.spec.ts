import { demoIsUp, line, table } from './fleet.ts';
import { expect, test } from './hum.ts';

test.use({ flags: ['--demo', '12'] });

test('the keyboard asks the figures of a host where they come from', async ({ page }) => {
  await demoIsUp(page);
  const tip = page.getByRole('tooltip');
  await line(page, 'db01').click();
  await table(page).focus();
  // State, name, group, memory.
  for (let column = 1; column <= 4; column += 1) await page.keyboard.press('ArrowRight');
  await expect(tip).toContainText('MemTotal − MemAvailable');
  await expect(tip).toContainText('/proc/meminfo · db01');
  const active = await table(page).getAttribute('aria-activedescendant');
  await expect(page.locator(`[id="${active}"]`)).toHaveAttribute('data-tip', 'memory');

  await page.keyboard.press('ArrowDown');
  await expect(tip).toContainText('/proc/meminfo · db02');
  await page.keyboard.press('Escape');
  await expect(tip).toBeHidden();
});

test('the keyboard asks the lines of a chart where they come from, as one tab stop', async ({ page }) => {
  await demoIsUp(page);
  await line(page, 'db01').getByRole('link').click();
  const entries = page.locator('figure').first().locator('[data-tip]');
  await expect(entries.nth(1)).toBeVisible();
  await expect(entries.first()).toHaveAttribute('tabindex', '0');
  await entries.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(entries.nth(1)).toBeFocused();
  await expect(page.getByRole('tooltip')).toContainText('/proc/meminfo: MemFree · db01');
});
