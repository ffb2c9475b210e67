import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { formatBytes } from '../../src/shared/units.ts';
import { freePort } from '../support/sshd.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';
import { isAccessible } from './axe.ts';
import { countOf, line, names } from './fleet.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';
import { expect, test } from './sshd.ts';

/** What this machine, and so every sshd on it, has: MemTotal of proc_meminfo(5), as Hum writes it. */
function memoryOfThisMachine(): string {
  const kib = /^MemTotal:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return formatBytes(Number(kib) * 1024);
}

async function addHostDialog(
  page: Page,
  fields: { address: string; name: string; user: string; port: number; keyFile: string },
): Promise<Locator> {
  await page.getByRole('button', { name: 'Add host', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('textbox', { name: 'Address' }).fill(fields.address);
  // A range has no name to fill in: the field is disabled.
  if (fields.name !== '') await dialog.getByRole('textbox', { name: 'Name' }).fill(fields.name);
  await dialog.getByRole('textbox', { name: 'User' }).fill(fields.user);
  await dialog.getByRole('textbox', { name: 'Port' }).fill(String(fields.port));
  await dialog.getByRole('textbox', { name: 'Key file' }).fill(fields.keyFile);
  return dialog;
}

/** The line of a step of "Test connection". */
function step(dialog: Locator, label: string): Locator {
  return dialog.getByRole('region', { name: 'Connection test' }).getByRole('listitem').filter({ hasText: label });
}

test('a host added by hand is tested step by step, its key shown and trusted, and then it shows the true memory of the machine', async ({
  page,
  hum,
  rig,
  account,
}) => {
  const key = await rig.clientKey();
  const sshd = await rig.sshd();
  const fingerprint = sshd.hostKeys[0]?.fingerprint ?? '';
  const dialog = await addHostDialog(page, {
    address: '127.0.0.1',
    name: 'this-machine',
    user: account,
    port: sshd.port,
    keyFile: key.path,
  });

  await dialog.getByRole('button', { name: 'Test connection' }).click();
  await expect(dialog.getByRole('status')).toHaveText('All is well: Hum can read this host.');
  await expect(dialog.getByRole('region', { name: 'Connection test' }).getByRole('img', { name: 'Done' })).toHaveCount(7);
  await expect(step(dialog, 'Check the host key')).toContainText(fingerprint);
  await expect(step(dialog, 'Read a sample')).toContainText(`of ${memoryOfThisMachine()} memory used`);

  await dialog.getByRole('button', { name: 'Add host' }).click();
  await expect(dialog).toBeHidden();
  await expect(line(page, 'this-machine')).toContainText('New host key');
  await expect(line(page, 'this-machine')).toContainText(fingerprint);
  await line(page, 'this-machine').click();
  await page.getByRole('toolbar', { name: 'The selected hosts' }).getByRole('button', { name: 'Trust key…' }).click();
  const keys = page.getByRole('dialog', { name: 'Host keys' });
  await expect(keys.getByRole('cell', { name: fingerprint })).toBeVisible();
  await keys.getByRole('button', { name: 'Trust 1 key' }).click();

  await expect(line(page, 'this-machine')).toContainText('Online');
  await expect(line(page, 'this-machine')).toContainText(`/ ${memoryOfThisMachine()}`);
  expect(readFileSync(`${hum.home}/.ssh/known_hosts`, 'utf8')).toContain(sshd.hostKeys[0]?.public.split(' ')[1]);

  // What its account may not read is said, with the lines that help.
  await page.getByRole('link', { name: 'Backups', exact: true }).click();
  const notes = page.getByRole('list', { name: 'What keeps this list from being whole' });
  await expect(notes).toContainText('cannot be read with this account');
  await notes.getByText('Lines of sudoers').click();
  await expect(notes).toContainText(
    `${account} ALL=(root) NOPASSWD: /usr/bin/grep -ars --exclude-dir atjobs --exclude-dir atspool ^ /var/spool/cron`,
  );
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
});

test('a test that fails says which step it was, why, and what to do', async ({ page, rig, account }) => {
  const stranger = await rig.clientKey({ accepted: false });
  const sshd = await rig.sshd();
  const closed = await freePort();
  const dialog = await addHostDialog(page, { address: '127.0.0.1', name: '', user: account, port: closed, keyFile: stranger.path });
  const tryIt = dialog.getByRole('button', { name: 'Test connection' });
  const port = dialog.getByRole('textbox', { name: 'Port' });
  const keyFile = dialog.getByRole('textbox', { name: 'Key file' });

  await tryIt.click();
  await expect(step(dialog, 'Reach the port')).toContainText(`127.0.0.1:${closed} refused the connection: nothing listens on this port.`);
  await expect(step(dialog, 'Reach the port').getByRole('img', { name: 'Failed' })).toBeVisible();
  await expect(step(dialog, 'Log in').getByRole('img', { name: 'Skipped' })).toBeVisible();

  await port.fill(String(sshd.port));
  await tryIt.click();
  await expect(step(dialog, 'Log in').getByRole('img', { name: 'Failed' })).toBeVisible();
  await expect(step(dialog, 'Log in')).toContainText('refused');
  await expect(step(dialog, 'Speak SSH').getByRole('img', { name: 'Done' })).toBeVisible();

  await keyFile.fill('/nowhere/id_missing');
  await tryIt.click();
  await expect(step(dialog, 'Log in')).toContainText('/nowhere/id_missing');

  const encrypted = await rig.clientKey({ passphrase: 'correct horse' });
  await keyFile.fill(encrypted.path);
  await tryIt.click();
  await page
    .getByRole('dialog', { name: `Passphrase of ${encrypted.path}` })
    .getByRole('button', { name: 'Leave it locked' })
    .click();
  await expect(step(dialog, 'Log in').getByRole('img', { name: 'Failed' })).toBeVisible();
  await expect(step(dialog, 'Log in')).toContainText(/encrypted|passphrase/);
});

test('a host that comes back with another key is refused, with both fingerprints and nothing that trusts it', async ({
  page,
  rig,
  account,
}) => {
  const key = await rig.clientKey();
  const sshd = await rig.sshd();
  const successor = await rig.sshd();
  // The address is the proxy's all along: a port that is given back between two servers may be somebody else's by then.
  const network = await tcpProxy({ port: sshd.port });
  try {
    const fields = { address: '127.0.0.1', name: 'moved', user: account, port: network.port, keyFile: key.path };
    const dialog = await addHostDialog(page, fields);
    await dialog.getByRole('button', { name: 'Add host' }).click();
    await line(page, 'moved').getByRole('link').click();
    await page.getByRole('button', { name: 'Trust key…' }).click();
    await page.getByRole('button', { name: 'Trust 1 key' }).click();
    await expect(page.getByRole('main').getByText('Online', { exact: true })).toBeVisible();

    // It tries again by itself, whenever its backoff says so: what a person does in that moment is a race, and not needed.
    network.leadTo(successor.port);
    network.reset();
    await page.getByRole('button', { name: 'Compare keys…' }).click();
    const keys = page.getByRole('dialog', { name: 'Host keys' });
    await expect(keys.getByText('Known: ssh-ed25519')).toBeVisible();
    await expect(keys.getByText(/known_hosts:1$/)).toBeVisible();
    await expect(keys).toContainText(sshd.hostKeys[0]?.fingerprint ?? '');
    await expect(keys).toContainText(successor.hostKeys[0]?.fingerprint ?? '');
    await expect(keys.getByRole('button', { name: /trust/i })).toHaveCount(0);
    await keys.getByRole('button', { name: 'Close' }).last().click();
    await expect(page.getByRole('main').getByText('Key changed', { exact: true })).toBeVisible();
    // To try again is no way around it.
    const before = network.connections;
    await page.getByRole('button', { name: 'Retry now' }).click();
    await expect.poll(() => network.connections).toBeGreaterThan(before);
    await expect(page.getByRole('main').getByText('Key changed', { exact: true })).toBeVisible();
  } finally {
    await network.close();
  }
});

test('hosts of a range are added together, and their keys trusted together once they have been compared', async ({
  page,
  rig,
  account,
}) => {
  const key = await rig.clientKey();
  const sshd = await rig.sshd({ listen: ['127.0.3.1', '127.0.3.2', '127.0.3.3'] });
  const dialog = await addHostDialog(page, { address: '127.0.3.[1-3]', name: '', user: account, port: sshd.port, keyFile: key.path });
  await dialog.getByRole('button', { name: 'Add 3 hosts' }).click();
  await expect.poll(() => names(page)).toEqual(sshd.addresses);
  await expect.poll(() => countOf(page, 'New host key')).toBe(3);
  await line(page, '127.0.3.1').click();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Trust 3 keys…' }).click();
  const keys = page.getByRole('dialog', { name: 'Host keys' });
  await expect(keys.getByRole('cell', { name: sshd.hostKeys[0]?.fingerprint ?? '' })).toHaveCount(3);
  await expect(keys.getByRole('button', { name: 'Trust keys' })).toBeDisabled();
  await keys.getByRole('checkbox', { name: 'All keys' }).check();
  await keys.getByRole('checkbox', { name: 'Trust the key of 127.0.3.3' }).uncheck();
  await keys.getByRole('button', { name: 'Trust 2 keys' }).click();
  await expect.poll(() => countOf(page, 'Online')).toBe(2);
  await expect(line(page, '127.0.3.3')).toContainText('New host key');
});

test('a host that hangs becomes stale, keeps its last figures as such, and is online again when it wakes', async ({
  page,
  rig,
  account,
}) => {
  const key = await rig.clientKey();
  const sshd = await rig.sshd();
  const dialog = await addHostDialog(page, { address: '127.0.0.1', name: 'sleeper', user: account, port: sshd.port, keyFile: key.path });
  await dialog.getByRole('button', { name: 'Add host' }).click();
  await line(page, 'sleeper').click();
  await page.getByRole('button', { name: 'Trust key…' }).click();
  await page.getByRole('button', { name: 'Trust 1 key' }).click();
  await expect(line(page, 'sleeper')).toContainText('Online');
  await expect(line(page, 'sleeper')).toContainText(`/ ${memoryOfThisMachine()}`);

  sshd.daemon.freeze();
  await expect(line(page, 'sleeper')).toContainText('Stale', { timeout: 30_000 });
  await expect(line(page, 'sleeper')).toHaveAttribute('data-kept');
  await expect(line(page, 'sleeper')).toContainText(`/ ${memoryOfThisMachine()}`);
  sshd.daemon.thaw();
  await expect(line(page, 'sleeper')).toContainText('Online', { timeout: 30_000 });
  await expect(line(page, 'sleeper')).not.toHaveAttribute('data-kept');
});
