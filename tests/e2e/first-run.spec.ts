import { userInfo } from 'node:os';
import { line, names, table } from './fleet.ts';
import { expect, test } from './hum.ts';

test('with no hosts there are three ways on, and adding one begins at its address', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
  const ways = page.getByRole('listitem');
  await expect(ways.getByRole('heading')).toHaveText(['Take them from your SSH configuration', 'Add a host', 'Try the demo fleet']);
  await expect(ways.first()).toContainText('No hosts in');

  const way = page.getByRole('button', { name: 'Add a host…' });
  await way.click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await expect(dialog.getByRole('textbox', { name: 'Address' })).toBeFocused();
  await expect(dialog.getByRole('textbox', { name: 'User' })).toHaveValue(userInfo().username);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(way).toBeFocused();
});

test('the demo fleet starts from the first page, is marked as a demo, and leaves nothing behind', async ({ page }) => {
  await page.getByRole('button', { name: 'Start the demo' }).click();
  await expect.poll(() => names(page), { timeout: 20_000 }).toHaveLength(12);
  await expect(line(page, 'web01')).toContainText('Online');
  await page.getByRole('button', { name: 'Leave the demo' }).click();
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
});

test.describe('with an SSH configuration', () => {
  test.use({
    homeFiles: {
      // Port 1 (tcpmux) is closed: what is imported is refused at once, wherever the tests run.
      '.ssh/config': `Include more.d/*.conf
Host web01 web01.example.org
  HostName 127.0.0.2
  Port 1
Host db01
  HostName 127.0.0.3
  Port 1
  User postgres
  CertificateFile gate
Host *.example.org !secret.example.org
  User deploy
Host *
  IdentityFile ~/.ssh/id_fleet
`,
      '.ssh/more.d/build.conf': `Host build01
  HostName 127.0.0.4
  Port 1
`,
    },
  });

  test('its hosts are listed to tick: patterns left out, included files followed, what Hum does not follow flagged', async ({ page }) => {
    await expect(page.getByText(/^4 new hosts in .*\.ssh\/config and 1 included file\.$/)).toBeVisible();
    await page.getByRole('button', { name: 'Choose hosts…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import from SSH configuration' });
    const rows = dialog.getByRole('listitem');
    await expect(rows).toHaveCount(4);
    await expect(dialog.getByText('Left out, since a pattern is not a host:')).toContainText('*.example.org');
    await expect(rows.filter({ hasText: 'build01' })).toContainText('more.d/build.conf');
    await expect(rows.filter({ hasText: 'db01' })).toContainText('postgres@127.0.0.3:1');
    await expect(rows.filter({ hasText: 'db01' })).toContainText('Not followed yet: CertificateFile');
    await expect(rows.filter({ hasText: 'web01.example.org' })).toContainText('deploy@127.0.0.2:1');

    await dialog.getByRole('checkbox', { name: 'web01.example.org' }).uncheck();
    await dialog.getByRole('button', { name: 'Add 3 hosts' }).click();
    await expect(dialog).toBeHidden();
    await expect.poll(() => names(page)).toEqual(['build01', 'db01', 'web01']);
    await expect(line(page, 'db01')).toContainText('127.0.0.3:1 refused the connection');
  });

  test('taking hosts can be undone, and those that were taken are not offered again', async ({ page }) => {
    const dialog = page.getByRole('dialog', { name: 'Import from SSH configuration' });
    const take = async () => {
      await page.getByRole('button', { name: 'Choose hosts…' }).click();
      await dialog.getByRole('checkbox', { name: /of 4 chosen/ }).uncheck();
      await dialog.getByRole('checkbox', { name: 'build01' }).check();
      await dialog.getByRole('button', { name: 'Add 1 host' }).click();
      await expect(table(page)).toBeVisible();
    };
    await take();
    // It stands for a few seconds.
    await page
      .getByRole('alert')
      .filter({ hasText: 'Added 1 host from the SSH configuration.' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();

    await take();
    // Perhaps while the one before fades out.
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Search' }).fill('ssh/config');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('listitem').filter({ hasText: 'build01' })).toContainText('Already here');
    await expect(dialog.getByRole('checkbox', { name: 'build01' })).toBeDisabled();
  });
});
