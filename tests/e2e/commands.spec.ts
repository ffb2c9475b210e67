import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { countOf, filter, line, table } from './fleet.ts';
import { goByKeys } from './keys.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';
import { at, expect, names, test } from './web-hosts.ts';

const editor = (page: Page) => page.getByRole('textbox', { name: 'Command', exact: true });
const group = (page: Page, hosts: string) => page.getByRole('region', { name: hosts, exact: true });

/** The page for a command on the hosts with the tag web, chosen in the fleet. */
async function onTheWeb(page: Page): Promise<void> {
  await expect.poll(() => countOf(page, 'Online'), { timeout: 30_000 }).toBe(names.length);
  await filter(page).fill('tag:web');
  await expect(line(page, 'absent')).toHaveCount(0);
  await table(page).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('c');
  await expect(page.getByRole('region', { name: 'The hosts', exact: true })).toContainText('4 hosts: tag:web');
}

function runFacts(page: Page): Locator {
  return page.locator('header').filter({ has: page.getByRole('heading', { level: 1 }) });
}

test('a command runs on a named selection: a canary first, failures first, the outlier against the most, a shell on it, a retry, a file', async ({
  page,
}) => {
  await onTheWeb(page);
  await editor(page).fill(
    [at, `[ "$at" = 2 ] && { echo '{{word}}' >&2; exit 3; }`, 'echo {{word}}', '[ "$at" = 4 ] && printf "more\\033[2J\\n"', 'true'].join(
      '\n',
    ),
  );
  await page.getByRole('textbox', { name: 'word', exact: true }).fill(`it's $(id) "so"`);
  await page.getByRole('textbox', { name: 'Canary: hosts first' }).fill('1');
  await expect(page.getByText('First web1; the other 3 hosts once that has exited with 0.')).toBeVisible();
  await page.getByRole('button', { name: 'Snippets' }).click();
  await page.getByRole('textbox', { name: 'Name of the snippet' }).fill('Say a word');
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Remove Say a word' })).toBeVisible();
  await page.keyboard.press('Escape');
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  await editor(page).press('Control+Enter');
  await expect(page.getByText('3 well, 1 failed')).toBeVisible({ timeout: 30_000 });
  await expect(runFacts(page)).toContainText('Failed on some');
  await expect(runFacts(page)).toContainText('4 hosts: tag:web');
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(['web2', 'web4', 'web[1,3]']);
  await expect(group(page, 'web2')).toContainText('Exit 3');
  await expect(group(page, 'web2')).toContainText(`it's $(id) "so"`);
  await expect(group(page, 'web4')).toContainText('Added: more\\e[2J');
  await expect(group(page, 'web[1,3]')).toContainText('2 hosts, the most');
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'As text' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  expect(text).toContain(`web2 (1): exit 3\n---------------\nit's $(id) "so"\n`);
  expect(text).toContain('web[1,3] (2): exit 0');

  await page.getByRole('button', { name: 'Open a shell on web2' }).click();
  await expect(page.getByRole('region', { name: 'Shell on web2', exact: true })).toHaveAttribute('data-state', 'open');
  await page.keyboard.press('Control+Shift+Q');

  await page.getByRole('button', { name: 'Retry on 1 host' }).click();
  await expect(runFacts(page)).toContainText('1 host: failed of tag:web');
  await expect(page.getByText('0 well, 1 failed')).toBeVisible({ timeout: 30_000 });

  await page.getByRole('link', { name: 'Commands', exact: true }).first().click();
  const ran = page.getByRole('list', { name: 'Commands that ran, newest first' }).getByRole('listitem');
  await expect(ran).toHaveCount(2);
  await page.getByRole('textbox', { name: 'Search the commands that ran' }).fill('web3 word');
  await expect(ran).toHaveCount(1);
  await expect(ran).toContainText('3 well, 1 failed');
  await editor(page).fill('');
  await page.getByRole('button', { name: 'Snippets' }).click();
  await page.getByRole('button', { name: /^Say a word/ }).click();
  await expect(editor(page)).toHaveValue(/echo \{\{word\}\}/);
});

test('a canary that fails asks, and what hangs is stopped everywhere; hosts are never all of them unless they are named', async ({
  page,
}) => {
  await expect.poll(() => countOf(page, 'Online'), { timeout: 30_000 }).toBe(names.length);
  await goByKeys(page, 'c', editor(page));
  await editor(page).fill('false');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  await expect(page.getByText('Choose the hosts first.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Find the hosts' }).fill('web');
  await page.getByRole('button', { name: 'Take these 4 hosts' }).click();
  await page.getByRole('textbox', { name: 'Canary: hosts first' }).fill('2');
  await page.getByRole('button', { name: 'Run on 4 hosts' }).click();
  const asked = page.getByRole('alert').filter({ hasText: 'The canary failed on 2 of 2 hosts.' });
  await expect(asked).toContainText('Nothing has been done on the other 2 hosts.', { timeout: 30_000 });
  await isAccessible(page);
  await asked.getByRole('button', { name: 'Run it on the other 2 hosts' }).click();
  await expect(page.getByText('0 well, 4 failed')).toBeVisible({ timeout: 30_000 });

  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill('command on tag:web');
  await page.getByRole('button', { name: 'Run a command on tag:web (4 hosts)…' }).click();
  await expect(page.getByRole('region', { name: 'The hosts', exact: true })).toContainText('4 hosts: tag:web');
  await page.getByRole('textbox', { name: 'Canary: hosts first' }).fill('0');
  await editor(page).fill('echo begun; sleep 1000');
  await page.getByRole('button', { name: 'Run on 4 hosts' }).click();
  await expect(page.getByText('Running on 4 hosts: web[1-4]')).toBeVisible({ timeout: 30_000 });
  for (const name of names) {
    await page.getByRole('button', { name, exact: true }).click();
    await expect(page.getByRole('region', { name: `What ${name} has printed up to now` })).toContainText('begun', { timeout: 30_000 });
  }
  await page.getByRole('button', { name: 'Stop all' }).click();
  await expect(runFacts(page)).toContainText('Stopped', { timeout: 30_000 });
  await expect(group(page, 'web[1-4]')).toContainText('begun');
  await page.reload();
  await expect(group(page, 'web[1-4]')).toContainText('begun', { timeout: 30_000 });
});
