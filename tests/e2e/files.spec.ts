import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { addRealHost, openRealShell } from './real-shell.ts';
import { expect, test } from './sshd.ts';
import { expectShown } from './terminal.ts';

/** Drops files of these names and sizes onto a terminal, as a file manager does. */
async function drop(page: Page, on: Locator, files: readonly { readonly name: string; readonly bytes: number }[]): Promise<void> {
  const data = await page.evaluateHandle((dropped) => {
    const transfer = new DataTransfer();
    for (const { name, bytes } of dropped) transfer.items.add(new File([new Uint8Array(bytes).fill(120)], name, { lastModified: 1 }));
    return transfer;
  }, files);
  await on.dispatchEvent('dragover', { dataTransfer: data });
  await on.dispatchEvent('drop', { dataTransfer: data });
}

test('files are dropped into the directory of a shell or as quoted names, go on after a cut, and come down again', async ({
  page,
  rig,
  account,
}) => {
  test.setTimeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), 'hum-files-'));
  await chmod(folder, 0o777);
  const key = await rig.clientKey();
  const settings = { Subsystem: 'sftp internal-sftp' };
  const sshd = await rig.sshd({ settings });
  await addRealHost(page, sshd, account, key);
  const shell = await openRealShell(page);

  // What the shell of many distributions does by itself (OSC 7).
  await page.keyboard.type(`cd '${folder}'; printf '\\033]7;file://real%s\\a' "$PWD"\r`);
  await expect(page.getByText(folder, { exact: true })).toBeVisible();

  const asked = shell.getByRole('alertdialog');
  const moving = page.getByRole('list', { name: 'Files on their way' });
  const name = "it's $(reboot).txt";
  await drop(page, shell, [
    { name, bytes: 3_000_000 },
    { name: '-rf', bytes: 0 },
  ]);
  await expect(asked).toContainText(`Upload these 2 files to ${folder}?`);
  await expect(asked).toContainText(name);
  await isAccessible(page);
  await asked.getByRole('button', { name: 'Upload' }).click();
  await expect(moving.getByRole('listitem').filter({ hasText: 'Done' })).toHaveCount(2);
  expect(readFileSync(join(folder, name))).toHaveLength(3_000_000);
  expect(readdirSync(folder).sort()).toEqual(['-rf', name]);

  await shell.click();
  await page.keyboard.type('wc -c ');
  await drop(page, shell, [{ name, bytes: 1 }]);
  await asked.getByRole('button', { name: 'Insert its name' }).click();
  await page.keyboard.press('Enter');
  await expectShown(page, `3000000 ${name}`);

  await drop(page, shell, [{ name, bytes: 1 }]);
  await asked.getByRole('button', { name: 'Upload' }).click();
  await expect(moving.getByRole('listitem').filter({ hasText: 'Failed' })).toContainText('Nothing was put over it');
  await isAccessible(page);
  await moving
    .getByRole('button', { name: /^Off the list: / })
    .first()
    .click();

  // Down again, whole, under a name that is a file's here.
  const content = randomBytes(5_000_000);
  writeFileSync(join(folder, 'down\u202e:load.bin'), content);
  await page.getByRole('button', { name: 'Files', exact: true }).click();
  await page.getByRole('textbox', { name: 'A file to download' }).fill('down\u202e:load.bin');
  await isAccessible(page);
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const downloaded = await download;
  expect(downloaded.suggestedFilename()).toBe('down__load.bin');
  expect((await readFile(await downloaded.path())).equals(content)).toBe(true);

  // A host that goes away in the middle: the upload waits, and goes on.
  await drop(page, shell, [{ name: 'large.bin', bytes: 250_000_000 }]);
  await asked.getByRole('button', { name: 'Upload' }).click();
  const large = moving.getByRole('listitem').filter({ hasText: 'large.bin' });
  await expect(large.getByRole('progressbar')).toBeVisible();
  await expect(large).toContainText(/[1-9]\d* %/);
  await sshd.daemon.stop();
  await expect(large).toContainText('waits for the host');
  const [part] = readdirSync(folder).filter((each) => each.startsWith('.hum-part-'));
  truncateSync(join(folder, part ?? ''), 2_000_000);
  await rig.sshd({ port: sshd.port, hostKeys: sshd.hostKeys, settings });
  await expect(large).toContainText('Done', { timeout: 90_000 });
  expect(readFileSync(join(folder, 'large.bin')).equals(Buffer.alloc(250_000_000, 120))).toBe(true);

  await drop(page, shell, [{ name: 'stopped.bin', bytes: 250_000_000 }]);
  await expect(shell.getByRole('status')).toBeVisible();
  await asked.getByRole('button', { name: 'Upload' }).click();
  await moving.getByRole('button', { name: /^Cancel: Upload stopped.bin/ }).click();
  await expect(moving.getByRole('listitem').filter({ hasText: 'stopped.bin' })).toContainText('Cancelled');
  await expect(() => expect(readdirSync(folder).filter((each) => each.startsWith('.hum-part-'))).toEqual([])).toPass();
  rmSync(folder, { recursive: true });
});
