import { demoIsUp, filter, names, table } from './fleet.ts';
import { expect, test } from './hum.ts';

test.use({ flags: ['--demo', '12'] });

test('Ctrl-K goes to a host, by any part of its name, group or tags', async ({ page }) => {
  await demoIsUp(page);
  await page.keyboard.press('Control+k');
  const search = page.getByRole('textbox', { name: 'Search' });
  await expect(search).toBeFocused();
  await search.fill('backup');
  await expect(page.getByRole('dialog').getByRole('button', { name: /^backup01/ })).toContainText('Online');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'backup01', level: 1 })).toBeVisible();
  await expect(search).toBeHidden();
});

test('Ctrl-K does things: it changes the theme and shows the hosts that need help', async ({ page }) => {
  await demoIsUp(page);
  const search = page.getByRole('textbox', { name: 'Search' });
  for (const theme of ['light', 'dark'] as const) {
    await page.keyboard.press('Control+k');
    await search.fill(`theme ${theme}`);
    await page.keyboard.press('Enter');
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme);
    await expect(search).toBeHidden();
  }
  await page.keyboard.press('Control+k');
  await search.fill('need help');
  await page.keyboard.press('Enter');
  await expect(filter(page)).toHaveValue('state:failing');
  await expect.poll(() => names(page)).toEqual(expect.arrayContaining(['mail01', 'mon01']));

  await page.keyboard.press('Control+k');
  await search.fill('nothing is called this');
  await expect(page.getByText('No host, no VM and no action is called that.')).toBeVisible();
});

test('Escape closes the palette and gives the focus back, from a field too', async ({ page }) => {
  await demoIsUp(page);
  const search = page.getByRole('textbox', { name: 'Search' });
  await table(page).focus();
  await page.keyboard.press('Control+k');
  await expect(search).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(search).toBeHidden();
  await expect(table(page)).toBeFocused();

  await filter(page).focus();
  await page.keyboard.press('Control+k');
  await expect(search).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(filter(page)).toBeFocused();
});
