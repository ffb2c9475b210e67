import { readFile } from 'node:fs/promises';
import { isAccessible } from './axe.ts';
import { demoIsUp, line } from './fleet.ts';
import { expect, test } from './hum.ts';
import { expectShown } from './terminal.ts';

test.use({ flags: ['--demo', '12'] });

test('a session log is agreed to first, outlives a Hum that is killed, is replayed in a tab and removed for good', async ({
  page,
  hum,
}) => {
  await demoIsUp(page);
  await line(page, 'xen01').click();
  await page.keyboard.press('s');
  const shell = page.getByRole('region', { name: 'Shell on xen01', exact: true });
  await expect(shell).toHaveAttribute('data-state', 'open');

  await page.getByRole('button', { name: 'Keep a session log' }).click();
  const asked = shell.getByRole('alertdialog');
  await expect(asked).toContainText('also secrets');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Keep a session log' })).toBeVisible();
  await page.getByRole('button', { name: 'Keep a session log' }).click();
  await asked.getByRole('button', { name: 'Keep a log' }).click();
  await expect(page.getByRole('button', { name: 'End the session log' })).toBeVisible();
  await page.keyboard.type('echo written down\r');
  await expectShown(page, 'echo written down');
  await isAccessible(page);

  hum.expectedComplaints.push(/WebSocket/);
  await hum.kill();
  await hum.restart();
  await page.reload();
  await demoIsUp(page);
  await page.keyboard.press('Control+K');
  await page.getByRole('textbox', { name: 'Search' }).fill('session logs');
  await page.getByRole('button', { name: /^Session logs of terminals/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Session logs' });
  await expect(dialog.getByRole('listitem')).toHaveCount(1);
  await isAccessible(page);
  const [text] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save xen01 as text' }).click()]);
  expect(text.suggestedFilename()).toMatch(/\.txt$/);
  expect(await readFile(await text.path(), 'utf8')).toMatch(/^echo written down\nwritten down\nroot@xen01/);
  await dialog.getByRole('button', { name: 'Replay xen01' }).click();

  const replay = page.getByRole('region', { name: /^Replay of .*xen01/ });
  await expect(replay).toHaveAttribute('data-state', 'open');
  await expect(page.getByRole('tab', { selected: true })).toContainText('xen01 · ');
  await expect(replay.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expectShown(page, 'echo written down');
  await isAccessible(page);

  await page.getByRole('button', { name: 'Session logs' }).click();
  await dialog.getByRole('button', { name: 'Remove xen01' }).click();
  await dialog.getByRole('button', { name: 'Remove xen01 for good' }).click();
  await expect(dialog).toContainText('There is none.');
});
