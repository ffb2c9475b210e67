import { demoIsUp, line, savedHost, savedInventory, table } from './fleet.ts';
import { expect, test } from './hum.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';

test('the first page and the settings fit a small and an ordinary window', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
  await page.getByRole('button', { name: 'Add host', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Add a host' })).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
});

test.describe('with the demo fleet', () => {
  test.use({ flags: ['--demo', '12'] });

  test('the fleet, a host and their dialogs fit a small and an ordinary window', async ({ page }) => {
    await demoIsUp(page);
    await inEachWindow(page, async () => {
      await fitsItsWidth(page);
      await line(page, 'web01').click();
      await page.keyboard.press('Control+a');
      await expect(page.getByRole('toolbar', { name: 'The selected hosts' }).getByText(/hosts selected$/)).toBeVisible();
      await fitsItsWidth(page);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
      await fitsItsWidth(page);
      await page.keyboard.press('Escape');
    });
    // The table itself too: no column is out of sight.
    await page.setViewportSize({ width: 1024, height: 700 });
    await expect.poll(() => table(page).evaluate((grid) => grid.scrollWidth - grid.clientWidth)).toBeLessThanOrEqual(0);

    for (const name of ['db01', 'mail01', 'mon01']) {
      await line(page, name).getByRole('link').click();
      await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
      await inEachWindow(page, () => fitsItsWidth(page));
      if (name === 'mail01') {
        await page.getByRole('button', { name: 'Compare keys…' }).click();
        await expect(page.getByRole('dialog', { name: 'Host keys' })).toBeVisible();
        await inEachWindow(page, () => fitsItsWidth(page));
        await page.keyboard.press('Escape');
      }
      await page.goBack();
    }
  });
});

test.describe('with long names', () => {
  const label = 'w'.repeat(60);
  const long = `${label}.${label}.${label}.${label}.example`;
  test.use({
    homeFiles: savedInventory([
      savedHost(long, {
        group: 'g'.repeat(64),
        tags: Array.from({ length: 32 }, (_, index) => `${index}-${'t'.repeat(60)}`),
        user: 'u'.repeat(255),
      }),
      savedHost('web01'),
    ]),
  });

  test('a host with the longest name, user, group and tags fits as well', async ({ page }) => {
    const row = table(page).getByRole('row').filter({ hasText: 'wwww' });
    await expect(row).toBeVisible();
    await inEachWindow(page, () => fitsItsWidth(page));
    await page.getByRole('button', { name: 'Columns' }).click();
    for (const column of ['Tags', 'Address', 'System']) await page.getByRole('checkbox', { name: column }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('toolbar', { name: 'The table' }).getByRole('button', { name: 'Group' }).click();
    await inEachWindow(page, () => fitsItsWidth(page));
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Search' }).fill('www');
    await expect(page.getByRole('dialog').getByRole('button', { name: /^wwww/ })).toBeVisible();
    await inEachWindow(page, () => fitsItsWidth(page));
    await page.keyboard.press('Escape');

    await row.getByRole('link').click();
    await expect(page.getByRole('heading', { name: /^wwww/, level: 1 })).toBeVisible();
    await inEachWindow(page, () => fitsItsWidth(page));
    await page.getByRole('button', { name: 'Edit…' }).click();
    await expect(page.getByRole('dialog', { name: 'Edit host' })).toBeVisible();
    await inEachWindow(page, () => fitsItsWidth(page));
  });
});
