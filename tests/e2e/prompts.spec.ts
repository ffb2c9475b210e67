import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { line } from './fleet.ts';
import { expect, test } from './sshd.ts';

/** Every byte that Hum has written. */
function written(dir: string): string {
  return readdirSync(dir, { recursive: true, encoding: 'latin1' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

/** Every string that the page's JavaScript still holds, in the form of a heap snapshot. */
async function memoryOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}

test('an encrypted key asks once, a wrong passphrase says so, and nothing keeps it', async ({ page, hum, rig, account }) => {
  const canary = 'Canary-7f3a passphrase';
  const key = await rig.clientKey({ passphrase: canary });
  const sshd = await rig.sshd({ listen: ['127.0.0.1', '127.0.0.2'] });
  await page.getByRole('button', { name: 'Add host', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('textbox', { name: 'Address' }).fill('127.0.0.[1-2]');
  await dialog.getByRole('textbox', { name: 'User' }).fill(account);
  await dialog.getByRole('textbox', { name: 'Port' }).fill(String(sshd.port));
  await dialog.getByRole('textbox', { name: 'Key file' }).fill(key.path);

  // A test of the connection asks over the dialog that it was started from.
  await dialog.getByRole('button', { name: 'Test connection' }).click();
  const asked = page.getByRole('dialog', { name: `Passphrase of ${key.path}` });
  await expect(asked).toContainText(`${account} on 127.0.0.1:${sshd.port} waits.`);
  await asked.getByLabel('Passphrase').first().fill('not this one');
  await page.keyboard.press('Enter');
  await expect(asked).toContainText('This passphrase does not open the key.');

  await isAccessible(page);

  await asked.getByLabel('Passphrase').first().fill(canary);
  await asked.getByRole('button', { name: 'Unlock' }).click();
  await expect(dialog.getByRole('status')).toHaveText('All is well: Hum can read this host.');

  await dialog.getByRole('button', { name: 'Add 2 hosts' }).click();
  await page.keyboard.press('Control+a');
  await line(page, '127.0.0.1').click();
  await page.getByRole('toolbar', { name: 'The selected hosts' }).getByRole('button', { name: 'Trust key…' }).click();
  await page.getByRole('button', { name: 'Trust 1 key' }).click();
  await expect(line(page, '127.0.0.1')).toContainText('Online');

  const held = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.body.innerHTML]));
  expect(held).not.toContain(canary);
  const heap = await memoryOf(page);
  expect([heap.includes('Passphrase of'), heap.includes(canary)]).toEqual([true, false]);
  expect(written(hum.dataDir)).not.toContain(canary);
  expect(written(hum.dataDir)).toContain(key.path);
});

test('a question can wait in the strip above the page, and be left unanswered', async ({ page, rig, account }) => {
  const key = await rig.clientKey({ passphrase: 'never told' });
  const sshd = await rig.sshd();
  await page.getByRole('button', { name: 'Add host', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('textbox', { name: 'Address' }).fill('127.0.0.1');
  await dialog.getByRole('textbox', { name: 'User' }).fill(account);
  await dialog.getByRole('textbox', { name: 'Port' }).fill(String(sshd.port));
  await dialog.getByRole('textbox', { name: 'Key file' }).fill(key.path);
  await dialog.getByRole('button', { name: 'Add host' }).click();
  await line(page, '127.0.0.1').getByRole('link').click();
  await page.getByRole('button', { name: 'Trust key…' }).click();
  await page.getByRole('button', { name: 'Trust 1 key' }).click();

  const asked = page.getByRole('dialog', { name: `Passphrase of ${key.path}` });
  await asked.getByRole('button', { name: 'Later' }).click();
  await expect(asked).toBeHidden();
  await expect(page.getByRole('status').filter({ hasText: '1 host waits for an answer' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'waits for the passphrase' })).toBeVisible();
  await page.getByRole('button', { name: 'Answer…' }).click();
  await asked.getByRole('button', { name: 'Leave it locked' }).click();
  await expect(page.getByRole('strong').filter({ hasText: 'and nobody gave it' })).toBeVisible();
});
