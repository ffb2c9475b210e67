import { writeFileSync } from 'node:fs';
import { isAccessible } from './axe.ts';
import { line } from './fleet.ts';
import { expect, test } from './sshd.ts';

// What it really says is known once the servers listen.
test.use({ homeFiles: { '.ssh/config': 'Host web1 web2 web3\n' } });

test('hosts that go with their jump host are one event above the table, not three failures, and come back with one click', async ({
  page,
  hum,
  rig,
  account,
}) => {
  const key = await rig.clientKey();
  const [bastion, inner] = [await rig.sshd(), await rig.sshd({ listen: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] })];
  const entries = inner.addresses.map(
    (address, index) => `Host web${index + 1}\n  HostName ${address}\n  Port ${inner.port}\n  ProxyJump gate\n`,
  );
  const gate = `Host gate\n  HostName 127.0.0.1\n  Port ${bastion.port}\nHost *\n  User ${account}\n  IdentityFile ${key.path}\n`;
  writeFileSync(`${hum.home}/.ssh/config`, `${entries.join('')}${gate}`);
  writeFileSync(`${hum.home}/.ssh/known_hosts`, `${rig.knownHosts(bastion)}${rig.knownHosts(inner)}`);
  await page.reload();
  await page.getByRole('button', { name: 'Choose hosts…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import from SSH configuration' });
  await dialog.getByRole('checkbox', { name: 'gate' }).uncheck();
  await dialog.getByRole('button', { name: 'Add 3 hosts' }).click();
  for (const name of ['web1', 'web2', 'web3']) await expect(line(page, name)).toContainText('Online');

  await bastion.daemon.stop();
  const strip = page.getByRole('status').filter({ hasText: 'is gone' });
  await expect(strip).toContainText(`The jump host 127.0.0.1:${bastion.port} is gone, and all 3 hosts behind it.`);
  await expect(strip).toHaveCount(1);
  await line(page, 'web1').getByRole('link').click();
  await expect(page.getByText(`The jump host 127.0.0.1:${bastion.port} is down`).first()).toBeVisible();
  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await isAccessible(page);

  // It accepts, and lets nobody through yet: Hum tries by itself too, and would be faster than the click now and then.
  await bastion.daemon.start();
  bastion.daemon.freeze();
  await strip.getByRole('button', { name: 'Reconnect all' }).click();
  bastion.daemon.thaw();
  for (const name of ['web1', 'web2', 'web3']) await expect(line(page, name)).toContainText('Online');
  await expect(strip).toBeHidden();
});
