import { readdirSync, readFileSync } from 'node:fs';
import { line, names, savedHost } from './fleet.ts';
import { expect, test } from './hum.ts';

test.describe('with a cut-off inventory', () => {
  const cut = '{"hosts": [{"id": "saved-db01", "name": "db01"';
  test.use({ homeFiles: { 'data/inventory.json': cut, 'data/settings.json': '{"theme": "light", "fleetView": "neither"}' } });

  test('the file is set aside and named, nothing of it is lost, and Hum begins with what it can read', async ({ page, hum }) => {
    const notice = page.getByRole('status').filter({ hasText: 'inventory.json was damaged and has been set aside; Hum began a new one.' });
    await expect(notice).toContainText(/inventory\.damaged-[\dT-]+\.json/);
    await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
    const aside = readdirSync(hum.dataDir).find((name) => name.startsWith('inventory.damaged-')) ?? '';
    expect(readFileSync(`${hum.dataDir}/${aside}`, 'utf8')).toBe(cut);

    await notice.getByRole('button', { name: 'Close this notice' }).click();
    await expect(notice).toBeHidden();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect(page.getByText('What was worked around when Hum started')).toBeVisible();
  });
});

test.describe('with one entry that is none', () => {
  test.use({
    homeFiles: {
      'data/inventory.json': JSON.stringify({
        hosts: [savedHost('db01'), { id: 'saved-web01', name: 'web01', port: -1 }, savedHost('web02')],
      }),
    },
  });

  test('the entry is set aside and the other hosts are kept', async ({ page }) => {
    await expect(
      page.getByRole('status').filter({ hasText: '1 damaged entry of inventory.json was set aside; the rest was kept.' }),
    ).toBeVisible();
    await expect.poll(() => names(page)).toEqual(['db01', 'web02']);
    await expect(line(page, 'db01')).toContainText('Disabled');
  });
});
