import { isAccessible } from './axe.ts';
import { demoIsUp, line, savedHost, savedInventory, table } from './fleet.ts';
import { expect, test } from './hum.ts';

test('the first page and the settings are accessible', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
  await isAccessible(page);
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await isAccessible(page);
});

test('the add-host dialog, with what is wrong in it, is accessible', async ({ page }) => {
  await page.getByRole('button', { name: 'Add a host…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('button', { name: 'Add host' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Address' })).toHaveAttribute('aria-invalid', 'true');
  await isAccessible(page);
});

test.describe('with the demo fleet', () => {
  test.use({ flags: ['--demo', '12'] });

  test('the fleet and a selection in it are accessible', async ({ page }) => {
    await demoIsUp(page);
    await isAccessible(page);
    await line(page, 'web01').click();
    await line(page, 'mail01').click({ modifiers: ['Shift'] });
    await expect(page.getByRole('toolbar', { name: 'The selected hosts' }).getByText(/hosts selected$/)).toBeVisible();
    await isAccessible(page);
  });

  test('the palette and the list of keys are accessible', async ({ page }) => {
    await demoIsUp(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Search' }).fill('web');
    await expect(page.getByRole('dialog').getByRole('button', { name: /^web01/ })).toBeVisible();
    await isAccessible(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await isAccessible(page);
  });

  test('the page of a host and the comparison of its keys are accessible', async ({ page }) => {
    await demoIsUp(page);
    await line(page, 'web01').getByRole('link').click();
    await expect(page.getByRole('table').getByRole('row')).toHaveCount(11);
    await isAccessible(page);
    await page.goBack();
    await line(page, 'mail01').getByRole('link').click();
    await expect(page.getByRole('button', { name: 'Compare keys…' })).toBeVisible();
    await isAccessible(page);
    await page.getByRole('button', { name: 'Compare keys…' }).click();
    await expect(page.getByRole('dialog', { name: 'Host keys' })).toBeVisible();
    await isAccessible(page);
  });
});

test.describe('with saved hosts', () => {
  test.use({ homeFiles: savedInventory([savedHost('db01', { group: 'store', tags: ['db'] }), savedHost('web01')]) });

  test('the grouped table, the edit dialog and a notification are accessible', async ({ page }) => {
    await page.getByRole('toolbar', { name: 'The table' }).getByRole('button', { name: 'Group' }).click();
    await expect(table(page).getByRole('button', { name: /^store/ })).toBeVisible();
    await line(page, 'db01').click();
    await page.getByRole('button', { name: 'Edit…' }).click();
    await expect(page.getByRole('dialog', { name: 'Edit host' })).toBeVisible();
    await isAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByRole('alert').getByRole('button', { name: 'Undo' })).toBeVisible();
    await isAccessible(page);
  });
});
