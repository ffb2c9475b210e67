import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { expect, test } from './hum.ts';
import { goByKeys } from './keys.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';

test.use({ flags: ['--demo', '12'] });

const filter = (page: Page) => page.getByRole('textbox', { name: 'Filter backups' });

/** The page of the backups, once the hosts of the demo that matter here have told of theirs. */
async function openBackups(page: Page): Promise<Locator> {
  await expect(page.getByRole('grid', { name: 'Hosts' }).locator('[data-id]').nth(8)).toBeVisible();
  await goByKeys(page, 'b', filter(page));
  const list = page.getByRole('list', { name: 'Backup jobs' });
  await expect(list.getByRole('link', { name: /html → backupserver/ }).first()).toBeVisible({ timeout: 20_000 });
  await expect(list.getByRole('link', { name: /pg-base/ }).first()).toBeVisible({ timeout: 20_000 });
  return list;
}

test('what fails stands first; a filter and a state narrow the list; a job tells why, and what its runs were', async ({ page }) => {
  const list = await openBackups(page);
  await expect(list.getByRole('listitem').first()).toContainText('Failing');
  await filter(page).fill('pg-base db01');
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await expect(list.getByRole('img', { name: /30 days: .*failed/ })).toBeVisible();
  await inEachWindow(page, async () => {
    await fitsItsWidth(page);
    await isAccessible(page);
  });
  await filter(page).press('Enter');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'pg-base', exact: true })).toBeVisible();
  await expect(page.getByRole('note')).toContainText('Status 12: The other side hung up in the middle.');
  await expect(page.getByRole('region', { name: 'The end of the log' })).toContainText('Main process exited');
  await inEachWindow(page, async () => {
    await fitsItsWidth(page);
    await isAccessible(page);
  });
  await page.keyboard.press('u');
  await expect(list).toBeVisible();
  await page.getByRole('button', { name: /^Healthy/ }).click();
  await expect(list.getByRole('listitem').first()).toContainText('Healthy');
});

test('the line from the notes is explained, and a fix is shown before it is applied', async ({ page }) => {
  const list = await openBackups(page);
  await list
    .getByRole('link', { name: /html → backupserver/ })
    .first()
    .click();
  await expect(page.getByText('The line has no user', { exact: false }).last()).toBeVisible();
  await page.getByRole('button', { name: 'Run it as root…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('region', { name: 'What the fix changes' })).toContainText('* * * * * root rsync -avz /var/www/html/');
  await expect(dialog).toContainText('cp -p /etc/cron.d/backup /var/lib/hum/kept/');
  await isAccessible(page);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByText('Run it as root: ', { exact: false }).first()).toBeVisible();
  await goByKeys(page, 'b', filter(page));
  await filter(page).fill('no-user');
  await expect(list.getByRole('listitem')).toHaveCount(0, { timeout: 20_000 });
});

test('a fix that is done is undone from the activity, and refused where another came after it', async ({ page }) => {
  const list = await openBackups(page);
  const log = page.getByRole('list', { name: 'The audit log, newest first' });
  const apply = async (button: string, title: RegExp) => {
    await goByKeys(page, 'b', filter(page));
    await list
      .getByRole('link', { name: /html → backupserver/ })
      .first()
      .click();
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
    await expect(log.getByRole('button', { name: title }).first()).toContainText('Done', { timeout: 20_000 });
  };
  await apply('Run it as root…', /Run it as root:/);
  const first = log.getByRole('listitem').filter({ has: page.getByRole('button', { name: /Run it as root:/ }) });
  await first.getByRole('button', { name: /Run it as root:/ }).click();
  await first.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(first.getByRole('button', { name: /Run it as root:/ })).toContainText('Undone', { timeout: 20_000 });
  await expect(first.getByRole('status')).toContainText('undid it after it was done.');
  await expect(first.getByRole('button', { name: 'Undo', exact: true })).toHaveCount(0);
  await isAccessible(page);

  await apply('Run it as root…', /Run it as root:/);
  await apply('Start it under a lock…', /Start it under a lock:/);
  const again = first.first();
  await again.getByRole('button', { name: /Run it as root:/ }).click();
  await again.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(again.getByRole('status')).toContainText('It was not undone: /etc/cron.d/backup is not the file that it was', {
    timeout: 20_000,
  });
  await expect(again.getByRole('button', { name: /Run it as root:/ })).toContainText('Done');
  await expect(again.getByRole('button', { name: 'Undo', exact: true })).toBeEnabled();
});

test('a job is copied to other hosts, each into a folder of its own, shown before it is written', async ({ page }) => {
  const list = await openBackups(page);
  await filter(page).fill('www web01');
  await list.getByRole('link', { name: / www web01 / }).click();
  await expect(page.getByRole('heading', { name: 'www', exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Copy to other hosts…' }).click();
  await expect(page.getByRole('textbox', { name: 'Copy' })).toHaveValue('/var/www/');
  const folder = page.getByRole('textbox', { name: 'Into the folder' });
  await expect(folder).toHaveValue('/srv/backup/{host}');
  await expect(page.getByText('Choose a host.')).toBeVisible();
  const on = page.getByRole('combobox', { name: 'On', exact: true });
  for (const name of ['db01', 'db02']) {
    await on.fill(name);
    await page.getByRole('option', { name, exact: true }).click();
  }
  await page.keyboard.press('Escape');
  const written = page.getByRole('region', { name: 'What is written' });
  await folder.fill('/srv/backup/all');
  await expect(written.getByRole('alert')).toContainText('All of these hosts would put their copies into the same folder');
  await expect(page.getByText('It cannot be saved as it is.')).toBeVisible();
  await folder.fill('/srv/backup/of {host}');
  const tabs = written.getByRole('group', { name: 'Of which host' });
  await expect(tabs.getByRole('button')).toHaveCount(2);
  for (const name of ['db01', 'db02']) {
    await tabs.getByRole('button', { name }).click();
    await expect(written).toContainText(`/srv/backup/of ${name}`);
  }
  await isAccessible(page);
  // Keys that come faster than the page is drawn.
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.clear();
  await name.pressSequentially('copied-quickly-and-whole', { delay: 0 });
  await expect(name).toHaveValue('copied-quickly-and-whole');
  await page.getByRole('button', { name: 'Save on 2 hosts' }).click();
  await expect(page.getByRole('heading', { name: 'Saved: copied-quickly-and-whole runs every day at 01:30' })).toBeVisible({
    timeout: 30_000,
  });
  await page.getByRole('button', { name: 'To the backups' }).click();
  await filter(page).fill('copied-quickly');
  await expect(list.getByRole('listitem')).toHaveCount(2, { timeout: 20_000 });
});

test('a name that is typed without a pause stays as it was typed, in a new form too', async ({ page }) => {
  await page.evaluate(() => {
    location.hash = '/backups/new';
  });
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.focus();
  const typed = 'nightly-copy-of-the-whole-site';
  // All in one task of the page: nothing is drawn between two of them.
  await name.evaluate((field: HTMLInputElement, text) => {
    const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    for (let at = 1; at <= text.length; at += 1) {
      put?.call(field, text.slice(0, at));
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }, typed);
  await expect(name).toHaveValue(typed);
  await page.getByRole('textbox', { name: 'Copy' }).pressSequentially('/srv/www/', { delay: 0 });
  await expect(page.getByRole('textbox', { name: 'Copy' })).toHaveValue('/srv/www/');
  await expect(name).toHaveValue(typed);
});
