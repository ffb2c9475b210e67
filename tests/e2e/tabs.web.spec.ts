import { readFile } from 'node:fs/promises';
import { line, names, savedHost, savedInventory } from './fleet.ts';
import { expect, test } from './hum.ts';

test.use({ homeFiles: savedInventory([savedHost('db01', { tags: ['db'], group: 'store' }), savedHost('web01')]) });

test('two tabs show the same inventory and the same theme, whichever of them changes it', async ({ page, hum }) => {
  const other = await page.context().newPage();
  await other.goto(hum.link);
  await expect.poll(() => names(other)).toEqual(['db01', 'web01']);

  await line(other, 'web01').click();
  await other.getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => names(page)).toEqual(['db01']);

  await page.getByRole('button', { name: 'Add host', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('textbox', { name: 'Address' }).fill('192.0.2.9');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('from-the-first');
  await dialog.getByRole('button', { name: 'Add host' }).click();
  await expect.poll(() => names(other)).toEqual(['db01', 'from-the-first']);

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('Light', { exact: true }).click();
  await expect(other.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
  await page.getByText('Dark', { exact: true }).click();
  await expect(other.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('what is exported on one Hum is what another one imports', async ({ page }) => {
  await page.getByRole('link', { name: 'Settings' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(/^hum-inventory.*\.json$/);
  const path = await saved.path();
  const file: unknown = JSON.parse(await readFile(path, 'utf8'));
  expect(file).toMatchObject({
    format: 'hum-inventory',
    version: 1,
    hosts: [{ name: 'db01', tags: ['db'], group: 'store' }, { name: 'web01' }],
  });

  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await line(page, 'db01').click();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Import it' }).click();
  await page.getByRole('dialog', { name: 'Import an inventory file' }).locator('input[type=file]').setInputFiles(path);
  await expect.poll(() => names(page)).toEqual(['db01', 'web01']);
  await expect(line(page, 'db01')).toContainText('store');
});
