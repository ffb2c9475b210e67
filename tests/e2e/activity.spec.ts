import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { savedHost, savedInventory } from './fleet.ts';
import { expect, test } from './hum.ts';
import { journalledPlan, journalledStep, savedJournal } from './journal.ts';
import { goByKeys } from './keys.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';

const hostile = 'web\u202e01 <b>$(reboot)</b> \u001b[31m';

/** Hum was killed in the middle of a plan; before that 60 were done, one failed, and one has a name that acts where text is not only shown. */
const journal = savedJournal([
  ...Array.from({ length: 60 }, (_, at) => journalledPlan(`Pause vm${at}`, 'done', [journalledStep(`Pause vm${at}`, 'done')])),
  journalledPlan(
    `Start ${hostile}`,
    'failed',
    [
      journalledStep(`Start ${hostile}`, 'undone', {
        output: 'libxl: error: no such bridge “xenbr7”\nsecond line \u001b]0;title\u0007\n',
        problem: { code: 'bridge-missing', message: 'The bridge xenbr7 is missing.', hint: 'Make it.' },
      }),
    ],
    { direction: 'back', problem: { code: 'bridge-missing', message: 'The bridge xenbr7 is missing.', hint: 'Make it.' } },
  ),
  journalledPlan('Restart db01', 'running', [
    journalledStep('Shut db01 down', 'done'),
    journalledStep('Start db01', 'running'),
    journalledStep('Wait for db01', 'waiting'),
  ]),
]);

test.use({ homeFiles: { ...savedInventory([savedHost('xen01')]), ...journal } });

const tab = (page: Page) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Activity/ });
const log = (page: Page) => page.getByRole('list', { name: 'The audit log, newest first' });
const search = (page: Page) => page.getByRole('textbox', { name: 'Search the audit log' });

test('a plan that was under way when Hum was killed waits for a decision, and can be left as it is', async ({ page }) => {
  await expect(tab(page)).toHaveAccessibleName('Activity, 1 needs a decision');
  const undecided = page.getByRole('list', { name: 'Plans that need a decision' });
  await goByKeys(page, 'a', undecided);
  await expect(undecided).toContainText('Hum ended during “Start db01”.');
  const steps = undecided.getByRole('list', { name: 'Steps of Restart db01' }).getByRole('listitem');
  await expect(steps).toHaveText([/^Done.*Shut db01 down/, /^Not known.*Start db01/, /^Not begun.*Wait for db01/]);

  await undecided.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Going on with “Restart db01” did not work' })).toBeVisible();
  await undecided.getByRole('button', { name: 'Leave as it is' }).click();
  await expect(undecided).toBeHidden();
  await expect(tab(page)).toHaveAccessibleName('Activity');
  await expect(log(page).getByRole('button', { name: /Restart db01/ })).toContainText('Left as it is');
});

test('undoing an interrupted plan waits for the connection to its host', async ({ page }) => {
  await tab(page).click();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  const underWay = page.getByRole('list', { name: 'Plans under way' });
  await expect(underWay).toContainText('waiting for the connection to come back');
  await expect(tab(page)).toHaveAccessibleName('Activity, 1 under way');
});

test('the audit log is searched, filtered, opened, paged and exported', async ({ page }) => {
  await tab(page).click();
  await expect(log(page).getByRole('listitem')).toHaveCount(50);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect(log(page).getByRole('button', { name: /Pause vm0 / })).toHaveCount(1);

  await page.keyboard.press('/');
  await search(page).fill('xenbr7 START');
  const found = log(page).getByRole('button', { name: /^.*Failed.*Start web/ });
  await expect(log(page).locator(':scope > li')).toHaveCount(1);
  await found.click();
  await expect(log(page)).toContainText('xl unpause web01');
  await log(page).getByText('Output').click();
  await expect(log(page).locator('pre')).toHaveText('libxl: error: no such bridge “xenbr7”\nsecond line \\e]0;title\\u{7}');
  await expect(log(page)).toContainText('web\\u{202e}01 <b>$(reboot)</b> \\e[31m');

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^hum-audit-\d{4}-\d\d-\d\d\.csv$/);
  const lines = readFileSync(await file.path(), 'utf8').split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain('"The bridge xenbr7 is missing."');

  await search(page).fill('');
  await page.getByRole('button', { name: 'Cancelled' }).click();
  await expect(page.getByText('No change matches this search.')).toBeVisible();
});

test('the activity page is accessible and fits a small window', async ({ page }) => {
  await tab(page).click();
  await log(page)
    .getByRole('button', { name: /Start web/ })
    .click();
  await log(page).getByText('Output').click();
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
});
