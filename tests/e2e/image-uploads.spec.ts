import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asDom0, startXenStandIn } from '../support/xen-host.ts';
import { isAccessible } from './axe.ts';
import { goByKeys } from './keys.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';
import { addRealHost } from './real-shell.ts';
import { expect, test } from './sshd.ts';

const mib = 2 ** 20;

const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
const cannot = mayMount ? undefined : 'only root can give the host a /srv of its own';
// biome-ignore lint/suspicious/noSkippedTests: only where the machine allows no mounts
test.skip(cannot !== undefined, cannot ?? '');

test('an image goes to a real host by SFTP, by itself after the host was lost, and a file that changes meanwhile is told', async ({
  hum,
  page,
  rig,
}) => {
  test.setTimeout(240_000);
  // Chromium, of the request whose file has changed.
  hum.expectedComplaints.push(/ERR_FAILED|ERR_UPLOAD_FILE_CHANGED/);
  const key = await rig.clientKey();
  const srv = join(rig.dir, 'srv');
  mkdirSync(srv, { mode: 0o755 });
  // Root's start files are not what this is about, nor what they leave behind when a server is killed.
  const home = join(rig.dir, 'home');
  mkdirSync(home, { mode: 0o700 });
  const { server } = await startXenStandIn(rig, key, {
    settings: { Subsystem: 'sftp internal-sftp' },
    mounts: [...asDom0(rig.dir), ['--bind', srv, '/srv'], ['--bind', home, '/root']],
  });
  await addRealHost(page, server, rig.user, key);
  await goByKeys(page, 'i', page.getByRole('textbox', { name: 'Filter images' }));
  const folder = page.getByRole('region', { name: 'Images on real', exact: true });
  await expect(folder).toContainText('No image yet', { timeout: 60_000 });

  const file = join(rig.dir, 'golden.img');
  // Long enough to be under way still when the host is stopped.
  const data = randomBytes(256 * mib);
  writeFileSync(file, data);
  const upload = async () => {
    const chooser = page.waitForEvent('filechooser');
    await folder.getByRole('button', { name: 'Upload an image to real' }).click();
    await (await chooser).setFiles(file);
  };
  const transfers = page.getByRole('region', { name: 'Transfers' }).getByRole('listitem');
  const part = join(srv, 'xen/images/.golden.img.part');
  const arrives = (bytes: number) =>
    expect(() => expect(statSync(part).size).toBeGreaterThan(bytes)).toPass({ timeout: 60_000, intervals: [50] });

  await upload();
  await arrives(4 * mib);
  server.daemon.freeze();
  await expect(transfers).toContainText('of 256 MiB');
  await expect(transfers).not.toContainText('Not by SFTP');
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
  // The listener stays stopped: the host is away.
  server.daemon.dropConnections();
  await expect(transfers).toContainText('It goes on by itself where it was cut, once the host is back.');
  await isAccessible(page);
  const there = statSync(part).size;
  server.daemon.thaw();
  await expect(transfers).toContainText('Done', { timeout: 120_000 });
  await expect(transfers).toHaveCount(1);
  expect(there).toBeGreaterThan(4 * mib);
  await expect(transfers).toContainText('256 MiB · checked');
  await expect(folder.getByRole('row', { name: /golden\.img/ })).toContainText(
    createHash('sha256').update(data).digest('hex').slice(0, 12),
  );
  expect(readFileSync(join(srv, 'xen/images/golden.img')).equals(data)).toBe(true);

  await folder.getByRole('button', { name: 'Actions for golden.img' }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the image' }).click();
  await expect(folder).toContainText('No image yet');
  await upload();
  await arrives(mib);
  server.daemon.freeze();
  data.fill(1, 0, 100);
  writeFileSync(file, data);
  server.daemon.thaw();
  await expect(transfers.first()).toContainText('could not be read to its end', { timeout: 60_000 });
  await upload();
  await expect(transfers.first()).toContainText('Done', { timeout: 120_000 });
  expect(readFileSync(join(srv, 'xen/images/golden.img')).equals(data)).toBe(true);
});
