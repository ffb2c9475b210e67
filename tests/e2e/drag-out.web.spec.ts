import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAccessible } from './axe.ts';
import { addRealHost, openRealShell } from './real-shell.ts';
import { expect, test } from './sshd.ts';

test('a file of the directory that a shell is in is dragged out of the page by an address that gives it once', async ({
  page,
  hum,
  rig,
  account,
}) => {
  test.setTimeout(180_000);
  // Chromium gives a drag away on Windows and macOS alone, and the page takes its word for where it runs.
  await page.addInitScript((agent) => {
    Object.defineProperty(navigator, 'userAgent', { get: () => agent });
  }, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36');
  await page.reload();
  const folder = mkdtempSync(join(tmpdir(), 'hum-files-'));
  await chmod(folder, 0o755);
  const key = await rig.clientKey();
  await addRealHost(page, await rig.sshd({ settings: { Subsystem: 'sftp internal-sftp' } }), account, key);
  await openRealShell(page);
  const name = '%2e\u202e:a\nb<img src=x>.bin';
  const content = randomBytes(3_000_000);
  writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, 'other.txt'), 'other');
  await page.keyboard.type(`cd '${folder}'; printf '\\033]7;file://real%s\\a' "$PWD"\r`);
  await expect(page.getByText(folder, { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Files', exact: true }).click();
  const listed = page.getByRole('list', { name: 'Files in this directory' });
  await expect(listed.getByRole('listitem')).toHaveCount(2);
  await isAccessible(page);
  await page.getByRole('textbox', { name: 'A file to download' }).fill('IMG');
  await expect(listed.getByRole('listitem')).toHaveCount(1);
  await expect(listed).toContainText('%2e\\u{202e}:a\\nb<img src=x>.bin');

  // A drag with the mouse, as far as the edge of the page: what it carries is what a file manager would get.
  await page.evaluate(() => {
    window.addEventListener('dragstart', (event) => {
      document.body.dataset.carried = event.dataTransfer?.getData('DownloadURL') ?? '';
    });
  });
  const drag = async (file: string) => {
    await listed.getByRole('listitem').filter({ hasText: file }).getByText(file).hover();
    await page.mouse.down();
    await page.mouse.move(5, 5, { steps: 5 });
    await page.mouse.up();
    return page.evaluate(() => document.body.dataset.carried ?? '');
  };
  const carried = await drag('img');
  const [, type, saved, address] = /^([^:]*):([^:]*):(.*)$/.exec(carried) ?? [];
  expect([type, saved]).toEqual(['application/octet-stream', '%2e__a_b_img src=x_.bin']);
  expect(address).toMatch(new RegExp(`^${new URL('/file/', hum.link).href}[A-Za-z0-9_-]{43}$`));
  const moving = page.getByRole('list', { name: 'Files on their way' });
  await expect(moving).toHaveCount(0);
  const fetched = await page.evaluate(async (from) => {
    const answer = await fetch(from);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return { disposition: answer.headers.get('content-disposition'), digest: [...digest], again: (await fetch(from)).status };
  }, address ?? '');
  expect(fetched.digest).toEqual([...createHash('sha256').update(content).digest()]);
  expect(fetched.disposition).toContain('attachment;');
  expect(fetched.again).toBe(404);
  hum.expectedComplaints.push(/status of 404/, /status of 502/);
  await expect(moving.getByRole('listitem')).toHaveText(/^Download .*Done/);

  // What goes wrong on the way is in the list; to try again is to download it.
  await page.getByRole('textbox', { name: 'A file to download' }).fill('other');
  const second = await drag('other.txt');
  rmSync(join(folder, 'other.txt'));
  const status = await page.evaluate(async (from) => (await fetch(from)).status, second.slice(second.indexOf('http')));
  expect(status).toBe(502);
  const failed = moving.getByRole('listitem').filter({ hasText: 'Failed' });
  await expect(failed).toContainText('There is no file');
  writeFileSync(join(folder, 'other.txt'), 'other again');
  const download = page.waitForEvent('download');
  await failed.getByRole('button', { name: /^Try again/ }).click();
  expect(await readFile(await (await download).path(), 'utf8')).toBe('other again');
  rmSync(folder, { recursive: true });
});
