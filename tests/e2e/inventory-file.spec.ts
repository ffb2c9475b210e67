import type { Locator, Page } from '@playwright/test';
import { line, names, savedHost, savedInventory } from './fleet.ts';
import { expect, test } from './hum.ts';

test.use({ homeFiles: savedInventory([savedHost('db01', { tags: ['db'], group: 'store' })]) });

async function importDialog(page: Page): Promise<Locator> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Import…' }).click();
  return page.getByRole('dialog', { name: 'Import an inventory file' });
}

function file(name: string, text: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: 'application/json', buffer: Buffer.from(text) };
}

function inventoryText(hosts: readonly object[]): string {
  return JSON.stringify({ format: 'hum-inventory', version: 1, hosts }, null, 2);
}

const host = { address: '192.0.2.7', port: 22, user: 'root', keyFile: null, group: null, tags: [], enabled: false };

test('a file with errors changes nothing and each error is shown with its line', async ({ page }) => {
  const dialog = await importDialog(page);
  const text = inventoryText([
    { ...host, name: 'good' },
    { ...host, name: 'bad', port: 0, address: '-oProxyCommand=x' },
  ]);
  const lineOf = (fragment: string) => String(text.slice(0, text.indexOf(fragment)).split('\n').length);
  await dialog.locator('input[type=file]').setInputFiles(file('mixed.json', text));
  await expect(dialog.getByRole('alert').first()).toContainText('mixed.json has 2 errors. Nothing was changed.');
  const errors = dialog.getByRole('region', { name: 'Errors of the file' });
  await expect(errors.getByRole('row').filter({ hasText: 'hosts.1.port' }).getByRole('cell').first()).toHaveText(lineOf('"port": 0'));
  await expect(errors.getByRole('row').filter({ hasText: 'hosts.1.address' }).getByRole('cell').first()).toHaveText(
    lineOf('"address": "-oProxyCommand'),
  );

  await dialog.locator('input[type=file]').setInputFiles(file('broken.json', '{\n  "format": "hum-inventory",\n  "hosts": [,]\n}\n'));
  await expect(dialog.getByRole('alert').first()).toContainText('broken.json has');
  await expect(errors.getByRole('row').nth(1).getByRole('cell').first()).toHaveText('3');

  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await expect.poll(() => names(page)).toEqual(['db01']);
});

test('a sound file adds its hosts, and those that are there already are skipped and named', async ({ page }) => {
  const dialog = await importDialog(page);
  const text = inventoryText([
    { ...host, name: 'new01', group: 'lab', tags: ['lab'] },
    { ...host, name: 'again', address: 'db01' },
  ]);
  await dialog.locator('input[type=file]').setInputFiles(file('hosts.json', text));
  await expect(page.getByText('Added 1 host. Here already: again.')).toBeVisible();
  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await expect.poll(() => names(page)).toEqual(['db01', 'new01']);
  await expect(line(page, 'new01')).toContainText('lab');
});
