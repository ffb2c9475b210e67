import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAccessible } from './axe.ts';
import { line } from './fleet.ts';
import { addRealHost, openRealShell } from './real-shell.ts';
import { expect, test } from './sshd.ts';
import { expectShown } from './terminal.ts';

test('a host that is set to keep its shells in tmux gives one back after a cut, and in another window, and a tab that is closed ends it there', async ({
  page,
  rig,
  account,
}) => {
  test.setTimeout(180_000);
  const key = await rig.clientKey();
  const folder = mkdtempSync(join(tmpdir(), 'hum-tmux-'));
  chmodSync(folder, 0o777);
  const settings = { SetEnv: `TMUX_TMPDIR=${folder}` };
  const sshd = await rig.sshd({ settings });
  await addRealHost(page, sshd, account, key);
  await line(page, 'real').click();
  await page.getByRole('button', { name: 'Edit…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit host' });
  await dialog.getByRole('combobox', { name: 'Shells run in' }).click();
  await page.getByRole('option', { name: 'tmux' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();

  const shell = await openRealShell(page);
  await expect(page.getByText('in tmux', { exact: true })).toBeVisible();
  await page.keyboard.type('mark=still-$((40 + 2)); echo re""ady\r');
  await expectShown(page, 'ready');
  await sshd.daemon.stop();
  await expect(shell.getByRole('status')).toContainText('connection', { timeout: 30_000 });
  await rig.sshd({ port: sshd.port, hostKeys: sshd.hostKeys, settings });
  await expect(line(page, 'real')).toContainText('Online', { timeout: 60_000 });
  await shell.click();
  await page.keyboard.press('Enter');
  await expect(shell).toHaveAttribute('data-state', 'open');
  await page.keyboard.type('echo "<$mark>"\r');
  await expectShown(page, '<still-42>');

  const [own] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Control+Shift+O')]);
  await expect(shell).toHaveCount(0);
  const moved = own.getByRole('region', { name: 'Shell on real', exact: true });
  await expect(moved).toHaveAttribute('data-state', 'open');
  await expect(own).toHaveTitle(/^real.* · Hum$/);
  await moved.click();
  await own.keyboard.type('echo "<$mark> moved"\r');
  await expectShown(own, '<still-42> moved');
  await isAccessible(own);
  const closed = own.waitForEvent('close');
  // The window can be gone before the keys are let go of, which the browser then refuses.
  await own.keyboard.press('Control+Shift+Q').catch(() => undefined);
  await closed;

  await openRealShell(page);
  await page.keyboard.type('until [ "$(tmux ls | wc -l)" = 1 ]; do sleep 0.2; done; echo one""left\r');
  await expectShown(page, 'oneleft');
  await page.keyboard.type('tmux kill-server\r');
  await expect(shell.getByRole('status')).toContainText('The shell has ended');
  rmSync(folder, { recursive: true });
});
