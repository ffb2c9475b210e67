import { readFileSync } from 'node:fs';
import { isAccessible } from './axe.ts';
import { line } from './fleet.ts';
import { expect, test } from './sshd.ts';

test('a fleet is compared with a list and trusted in one go; a key that changes later goes only when the name is typed', async ({
  page,
  hum,
  rig,
  account,
}) => {
  const key = await rig.clientKey();
  const [one, two] = [await rig.sshd(), await rig.sshd({ listen: ['127.0.0.2'] })];
  for (const [server, name] of [
    [one, 'listed'],
    [two, 'other'],
  ] as const) {
    await page.getByRole('button', { name: 'Add host', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add a host' });
    await dialog.getByRole('textbox', { name: 'Address' }).fill(server.addresses[0] ?? '');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('textbox', { name: 'User' }).fill(account);
    await dialog.getByRole('textbox', { name: 'Port' }).fill(String(server.port));
    await dialog.getByRole('textbox', { name: 'Key file' }).fill(key.path);
    await dialog.getByRole('button', { name: 'Add host' }).click();
    await expect(line(page, name)).toContainText('New host key');
  }
  await line(page, 'listed').click();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Trust 2 keys…' }).click();
  const keys = page.getByRole('dialog', { name: 'Host keys' });
  const stranger = await rig.hostKey();
  await keys
    .getByRole('textbox', { name: /A list of fingerprints/ })
    .fill(`${one.hostKeys[0]?.fingerprint}\n[127.0.0.2]:${two.port} ${stranger.public}\n`);
  await keys.getByRole('button', { name: 'Compare and tick' }).click();
  await expect(keys.getByRole('status')).toHaveText('1 of 2 keys are in the list. 1 host shows another key than the list has.');
  // What the list contradicts comes first.
  await expect(keys.getByRole('row').nth(1)).toContainText('The list has another key for this host.');
  await expect(keys.getByRole('checkbox', { name: 'Trust the key of listed' })).toBeChecked();
  await expect(keys.getByRole('checkbox', { name: 'Trust the key of other' })).not.toBeChecked();
  await isAccessible(page);
  await keys.getByRole('button', { name: 'Trust 1 key' }).click();
  await expect(line(page, 'listed')).toContainText('Online');

  // The other one is refused, then trusted for now, and known_hosts does not hear of it.
  await line(page, 'other').getByRole('link').click();
  await page.getByRole('button', { name: 'Trust key…' }).click();
  await keys.getByRole('button', { name: 'Refuse and disable' }).click();
  await expect(page.getByText('Disabled').first()).toBeVisible();
  await page.getByRole('button', { name: 'Enable' }).click();
  await page.getByRole('button', { name: 'Trust key…' }).click();
  await expect(keys).toContainText('[ED25519 256]');
  await keys.getByRole('button', { name: 'Trust until Hum ends' }).click();
  await expect(page.getByText('Online', { exact: true })).toBeVisible();
  expect(readFileSync(`${hum.home}/.ssh/known_hosts`, 'utf8').trim().split('\n')).toHaveLength(1);

  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await line(page, 'listed').getByRole('link').click();
  await one.daemon.stop();
  const successor = await rig.sshd({ port: one.port });
  await expect(page.getByRole('button', { name: 'Compare keys…' })).toBeVisible({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Compare keys…' }).click();
  await expect(keys).toContainText('first seen 20');
  await expect(keys).toContainText(one.hostKeys[0]?.public.split(' ')[1] ?? '');
  const take = keys.getByRole('button', { name: 'Take the old key out' });
  await expect(take).toBeDisabled();
  await isAccessible(page);
  await keys.getByRole('textbox', { name: /Type the name of the host/ }).fill('listed');
  await take.click();
  await expect(keys).toContainText(successor.hostKeys[0]?.fingerprint ?? '');
  await keys.getByRole('button', { name: 'Trust 1 key' }).click();
  await expect(page.getByText('Online', { exact: true })).toBeVisible();
  const known = readFileSync(`${hum.home}/.ssh/known_hosts`, 'utf8');
  expect(known).toContain(successor.hostKeys[0]?.public.split(' ')[1]);
  expect(known).not.toContain(one.hostKeys[0]?.public.split(' ')[1]);
});

test.describe('a host from ssh_config', () => {
  test.use({
    homeFiles: {
      '.ssh/config':
        'Host web1\n  HostName 127.0.0.9\n  Port 1\n  ProxyJump gate\n  CertificateFile ~/.ssh/c\nMatch host 127.0.0.9 exec "true"\n  Ciphers aes256-ctr\n',
    },
  });

  test('shows what is followed and what is not, and runs a command of it only when that is allowed', async ({ page }) => {
    await page.getByRole('button', { name: 'Choose hosts…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import from SSH configuration' });
    await dialog.getByRole('button', { name: 'Add 1 host' }).click();
    await line(page, 'web1').getByRole('link').click();
    const section = page.locator('section').filter({ hasText: 'From ~/.ssh/config' });
    await expect(section).toContainText('ProxyJump');
    await expect(section).toContainText('Not followed, unlike ssh: CertificateFile');
    await section.getByRole('checkbox', { name: 'Run “true” on this machine' }).click();
    await expect(section.getByRole('checkbox', { name: 'Run “true” on this machine' })).toBeChecked();
  });
});
