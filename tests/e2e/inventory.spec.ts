import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { InventoryHost } from '../../src/shared/contract/inventory.ts';
import { line, names, savedHost, savedInventory, table } from './fleet.ts';
import { expect, test } from './hum.ts';

const selected = (page: Page): Locator => page.getByRole('toolbar', { name: 'The selected hosts' });

/** Shows the column of tags, which a new fleet page leaves away. */
async function showTags(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Tags' }).check();
  await page.keyboard.press('Escape');
}

test('a range says what it stands for while it is typed, and adds a host for each name', async ({ page }) => {
  await page.getByRole('button', { name: 'Add host', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('textbox', { name: 'Address' }).fill('web[01-03].example.org');
  await expect(dialog.getByText('3 hosts: web01.example.org, web02.example.org, web03.example.org')).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeDisabled();
  await dialog.getByRole('combobox', { name: 'Group' }).fill('front');
  await dialog.getByRole('button', { name: 'Add 3 hosts' }).click();
  await expect.poll(() => names(page)).toEqual(['web01.example.org', 'web02.example.org', 'web03.example.org']);
  await expect(table(page).getByText('front')).toHaveCount(3);

  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
});

test('what is wrong with a field stands at the field, and nothing is added', async ({ page }) => {
  await page.getByRole('button', { name: 'Add host', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  const address = dialog.getByRole('textbox', { name: 'Address' });
  const add = dialog.getByRole('button', { name: 'Add host' });
  await add.click();
  await expect(address).toHaveAccessibleDescription(/An address is needed\./);

  for (const [typed, said] of [
    ['web[01-', 'A “[” has no “]” after it.'],
    ['web[9-1]', 'The range 9-1 runs backwards.'],
    ['-oProxyCommand=reboot', 'An address is a host name'],
    ['web 01', 'An address is a host name'],
  ] as const) {
    await address.fill(typed);
    await expect(dialog.getByText(said)).toBeVisible();
    await add.click();
    await expect(address).toHaveAccessibleDescription(new RegExp(said.replaceAll(/[[\]]/g, '\\$&')));
  }

  await address.fill('web01.example.org');
  await dialog.getByRole('textbox', { name: 'Port' }).fill('70000');
  await dialog.getByRole('textbox', { name: 'User' }).fill('two words');
  await add.click();
  await expect(dialog.getByRole('textbox', { name: 'Port' })).toHaveAccessibleDescription(/A port is 1 to 65535\./);
  await expect(dialog.getByRole('textbox', { name: 'User' })).toHaveAccessibleDescription(/A user has no spaces/);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
});

test.describe('with four saved hosts', () => {
  test.use({
    homeFiles: savedInventory([
      savedHost('db01', { tags: ['db'], group: 'store' }),
      savedHost('db02', { tags: ['db', 'old'], group: 'store' }),
      savedHost('web01', { tags: ['web'] }),
      savedHost('web02', { tags: ['web'], user: 'deploy' }),
    ]),
  });

  test('a host that is there already is refused, in a sentence, with what was typed kept', async ({ page }) => {
    await page.getByRole('button', { name: 'Add host', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a host' });
    await dialog.getByRole('textbox', { name: 'Address' }).fill('DB01');
    await dialog.getByRole('textbox', { name: 'User' }).fill('root');
    await dialog.getByRole('button', { name: 'Add host' }).click();
    await expect(dialog.getByRole('alert')).toContainText('root@DB01 port 22 is in the inventory already.');
    await expect(dialog.getByRole('textbox', { name: 'Address' })).toHaveValue('DB01');
  });

  test('several hosts are edited at once: what differs stays, what is typed counts for all', async ({ page, hum }) => {
    await showTags(page);
    await line(page, 'web01').click();
    await line(page, 'web02').click({ modifiers: ['ControlOrMeta'] });
    await selected(page).getByRole('button', { name: 'Edit…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit hosts' });
    await expect(dialog.getByText('2 hosts: web01, web02')).toBeVisible();
    await expect(dialog.getByRole('textbox', { name: 'User' })).toHaveAttribute('placeholder', 'Different for each host');
    await dialog.getByRole('combobox', { name: 'Group' }).fill('front');
    await dialog.getByRole('combobox', { name: 'Commands run as root by' }).click();
    await page.getByRole('option', { name: /^sudo with a password/ }).click();
    await dialog.getByRole('button', { name: 'Save 2 hosts' }).click();
    await expect(line(page, 'web01')).toContainText('front');
    await expect(line(page, 'web02')).toContainText('front');

    await selected(page).getByRole('button', { name: 'Tags…' }).click();
    const tags = page.getByRole('dialog', { name: 'Tags' });
    await tags.getByRole('combobox', { name: 'Add to 2 hosts' }).pressSequentially('edge,');
    await tags.getByRole('button', { name: 'Save' }).click();
    await expect(line(page, 'web01')).toContainText('web, edge');
    await expect(line(page, 'web02')).toContainText('web, edge');

    await line(page, 'web02').getByRole('link').click();
    await expect(page.getByText('deploy@web02')).toBeVisible();
    const saved: { hosts: InventoryHost[] } = JSON.parse(readFileSync(join(hum.dataDir, 'inventory.json'), 'utf8'));
    expect(saved.hosts.map(({ runAs }) => runAs)).toEqual([undefined, undefined, 'sudo-password', 'sudo-password']);
  });

  test('a copy is disabled until it differs: two hosts do not fight for one way in', async ({ page }) => {
    await line(page, 'db01').getByRole('link').click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit host' });
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('db01 copy');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('db03');
    await dialog.getByRole('textbox', { name: 'Address' }).fill('db03');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'db03' })).toBeVisible();
    await expect(page.getByRole('main').getByText('Disabled', { exact: true })).toBeVisible();
  });

  test('hosts are enabled and disabled, removed, and brought back where they stood', async ({ page }) => {
    await line(page, 'db02').click();
    await selected(page).getByRole('button', { name: 'Enable' }).click();
    await expect(line(page, 'db02')).not.toContainText('Disabled');
    await selected(page).getByRole('button', { name: 'Disable' }).click();
    await expect(line(page, 'db02')).toContainText('Disabled');

    await line(page, 'web01').click({ modifiers: ['Shift'] });
    await expect(selected(page)).toContainText('2 hosts selected');
    await selected(page).getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => names(page)).toEqual(['db01', 'web02']);
    await expect(selected(page)).toHaveCount(0);
    await page.getByRole('alert').filter({ hasText: 'Removed 2 hosts.' }).getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => names(page)).toEqual(['db01', 'db02', 'web01', 'web02']);
  });
});
