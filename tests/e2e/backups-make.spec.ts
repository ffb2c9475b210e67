import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { type BackupHost, backupHost, giveKey } from '../support/backup-host.ts';
import type { JobStatus } from '../support/backup-jobs.ts';
import { noDom0 } from '../support/dom0.ts';
import { knownHostsName, type Rig } from '../support/sshd.ts';
import { isAccessible } from './axe.ts';
import { line } from './fleet.ts';
import type { Hum } from './hum.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';
import { expect, test } from './sshd.ts';

/** Backups from a real host, with an /etc of its own, to another one. */

const cannot = noDom0();
// biome-ignore lint/suspicious/noSkippedTests: only where the machine allows no mounts
test.skip(cannot !== undefined, cannot ?? '');

/** A host with something to copy in /srv/www, added to the fleet of a console that knows its key, and one that takes the copies. */
async function hosts(page: Page, hum: Hum, rig: Rig): Promise<{ near: BackupHost; far: BackupHost }> {
  const key = await rig.clientKey();
  const [near, far] = await Promise.all([backupHost(rig, `near-${Date.now()}`), backupHost(rig, `far-${Date.now()}`)]);
  giveKey(near, key, far.server);
  mkdirSync(near.at('/srv/www/images'), { recursive: true });
  writeFileSync(near.at('/srv/www/index.html'), 'hello');
  writeFileSync(near.at('/srv/www/images/large'), Buffer.alloc(3_000_000, 'x'));
  writeFileSync(`${hum.home}/.ssh/known_hosts`, `${knownHostsName('127.0.0.1', near.server.port)} ${near.server.hostKeys[0]?.public}\n`);
  await page.getByRole('button', { name: 'Add host', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('textbox', { name: 'Address' }).fill('127.0.0.1');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('web01');
  await dialog.getByRole('textbox', { name: 'User' }).fill('root');
  await dialog.getByRole('textbox', { name: 'Port' }).fill(String(near.server.port));
  await dialog.getByRole('textbox', { name: 'Key file' }).fill(key.path);
  await dialog.getByRole('button', { name: 'Add host' }).click();
  await expect(line(page, 'web01')).toContainText('Online', { timeout: 20_000 });
  return { near, far };
}

async function toPage(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
}

test('a new user makes, tests, runs and schedules a backup, and it can be changed, disabled and removed', async ({ page, hum, rig }) => {
  test.setTimeout(240_000);
  const { near, far } = await hosts(page, hum, rig);
  await toPage(page, '/backups/new');
  await page.getByRole('combobox', { name: 'On', exact: true }).click();
  await page.getByRole('option', { name: 'web01' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Choose on the host' }).click();
  const browse = page.getByRole('dialog', { name: 'Choose on web01' });
  await browse.getByRole('button', { name: 'Folder srv', exact: true }).click();
  await browse.getByRole('button', { name: 'Folder www', exact: true }).click();
  await expect(browse.getByRole('button', { name: 'File index.html' })).toBeVisible();
  await browse.getByRole('button', { name: 'Take its contents' }).click();
  await expect(page.getByRole('textbox', { name: 'Copy' })).toHaveValue('/srv/www/');
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('www');
  await page.getByRole('combobox', { name: 'Host', exact: true }).fill('127.0.0.1');
  await page.getByRole('textbox', { name: 'Port' }).fill(String(far.server.port));
  await page.getByRole('textbox', { name: 'Into the folder' }).fill('/srv/backup of {host}');
  await page.getByRole('textbox', { name: 'When' }).fill('every night at 2:30');
  await expect(page.getByText('cron: 30 2 * * *')).toBeVisible();

  const tested = page.getByRole('region', { name: 'Test first' });
  await tested.getByRole('button', { name: 'Test on web01' }).click();
  await expect(tested.getByRole('status').first()).toHaveText(/^3 new; 2\.9 MiB would move\.$|^4 new; 2\.9 MiB would move\.$/, {
    timeout: 30_000,
  });
  await expect(tested.getByRole('region', { name: 'What a run would do' })).toContainText('images/large');
  await expect(page.getByText('Tested.', { exact: true })).toBeVisible();
  expect(existsSync(far.at('/srv/backup of web01'))).toBe(false);
  await tested.getByRole('button', { name: 'Run it now' }).click();
  await expect(tested.getByRole('region', { name: 'Run of www' })).toContainText('Done', { timeout: 30_000 });
  await expect(tested.getByRole('region', { name: 'Run of www' })).toContainText('2 files');
  expect(readFileSync(far.at('/srv/backup of web01/latest/index.html'), 'utf8')).toBe('hello');
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  const written = page.getByRole('region', { name: 'What is written' });
  await expect(written).toContainText('30 2 * * * root /etc/hum/jobs/www.sh');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Saved: www runs every day at 02:30' })).toBeVisible({ timeout: 30_000 });
  expect(readFileSync(near.at('/etc/cron.d/hum-www'), 'utf8')).toContain('\n30 2 * * * root /etc/hum/jobs/www.sh\n');
  expect((JSON.parse(readFileSync(near.at('/var/lib/hum/jobs/www/status.json'), 'utf8')) as JobStatus).exit).toBe(0);

  await page.getByRole('button', { name: 'Back to the form' }).click();
  await page.getByRole('button', { name: 'Disable…' }).click();
  const ask = page.getByRole('dialog', { name: 'Disable backup www' });
  await ask.getByRole('textbox', { name: 'Why' }).fill('the disk is full');
  await expect(ask).toContainText('hum-disabled the disk is full');
  await isAccessible(page);
  await ask.getByRole('button', { name: 'Disable it' }).click();
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 30_000 });
  expect(readFileSync(near.at('/etc/cron.d/hum-www'), 'utf8')).toContain('# hum-disabled the disk is full: 30 2');
  await page.getByRole('button', { name: 'Back to the form' }).click();
  await expect(page.getByText('Disabled: the disk is full')).toBeVisible();
  await page.getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('dialog', { name: 'Remove backup www' }).getByRole('button', { name: 'Remove it' }).click();
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 30_000 });
  expect(existsSync(near.at('/etc/cron.d/hum-www')) || existsSync(near.at('/etc/hum/jobs/www.sh'))).toBe(false);
});

/** The inventory id of the one host there is. */
async function hostId(page: Page): Promise<string> {
  await toPage(page, '/');
  const id = await line(page, 'web01').getAttribute('data-id');
  return id ?? (expect(null, 'web01 has an id').not.toBe(null) as never);
}

test('deletions are shouted, and a job that somebody else has changed is shown and not overwritten', async ({ page, hum, rig }) => {
  test.setTimeout(240_000);
  const { near } = await hosts(page, hum, rig);
  mkdirSync(near.at('/srv/copy'));
  for (let at = 0; at < 30; at += 1) writeFileSync(near.at(`/srv/copy/old ${at}`), '');
  writeFileSync(near.at('/etc/cron.d/notes'), '17 4 * * * rsync -a --delete /srv/www/ /srv/copy\n');
  chmodSync(near.at('/etc/cron.d/notes'), 0o644);
  const host = await hostId(page);
  await toPage(page, `/backups/adopt/${host}/1/${encodeURIComponent(encodeURIComponent('/etc/cron.d/notes'))}`);
  await expect(page.getByText('The line has no user')).toBeVisible({ timeout: 20_000 });
  const tested = page.getByRole('region', { name: 'Test first' });
  await tested.getByRole('button', { name: 'Test on web01' }).click();
  await expect(tested.getByRole('alert')).toContainText(/30 of \d+ in the copy would be deleted: \d+ %/, { timeout: 30_000 });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Saved: notes runs every day at 04:17' })).toBeVisible({ timeout: 30_000 });
  expect(readFileSync(near.at('/etc/cron.d/notes'), 'utf8')).toBe(
    '# Taken over by Hum as notes: 17 4 * * * rsync -a --delete /srv/www/ /srv/copy\n',
  );

  await toPage(page, `/backups/edit/${host}/notes`);
  await page.getByRole('textbox', { name: 'When' }).fill('every Sunday at 5:00');
  const cron = near.at('/etc/cron.d/hum-notes');
  await expect(page.getByRole('region', { name: 'What is written' })).toContainText('0 5 * * 0 root');
  writeFileSync(cron, readFileSync(cron, 'utf8').replace('17 4', '18 4'));
  await page.getByRole('textbox', { name: 'When' }).fill('every Sunday at 6:00');
  const conflict = page.getByRole('alert').filter({ hasText: 'Somebody else has changed this job' });
  await expect(conflict).toContainText('18 4 * * * root', { timeout: 20_000 });
  expect(readFileSync(cron, 'utf8')).toContain('18 4');
  await isAccessible(page);
  await conflict.getByRole('button', { name: 'Write what the form says all the same' }).click();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('heading', { name: 'Saved: notes runs every Sunday at 06:00' })).toBeVisible({ timeout: 30_000 });
  expect(readFileSync(cron, 'utf8')).toContain('0 6 * * 0 root');
});
