import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { isAccessible } from './axe.ts';
import { table } from './fleet.ts';
import { expect, test } from './hum.ts';
import { goByKeys } from './keys.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';

let dashboard: Receiver;
test.beforeEach(async () => {
  dashboard = await openReceiver();
});
test.afterEach(() => dashboard.close());

test('a webhook is written, previewed, tested with its secret hidden, saved and switched off', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
  await goByKeys(page, 'w', page.getByRole('heading', { name: 'Incidents go nowhere yet.' }));
  await isAccessible(page);
  await page.getByRole('button', { name: 'Add a channel' }).click();
  await page.getByRole('menuitem', { name: 'Webhook, incidents' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Pager');
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill(dashboard.url);
  await page.getByRole('combobox', { name: 'Signs in with' }).click();
  await page.getByRole('option', { name: 'A bearer token' }).click();
  await page.getByRole('textbox', { name: 'Token' }).fill('canary-token');
  const preview = page.getByRole('region', { name: 'What would be sent' }).last();
  await expect(preview).toContainText('authorization: Bearer •••');

  await page.getByRole('textbox', { name: 'Body' }).fill('{"title": "{{nonsense}}"}');
  await expect(page.getByText('There is no {{nonsense}}.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page.getByRole('textbox', { name: 'Body' }).fill('{"title": "{{status}} {{host}}", "level": "{{levelNumber}}"}');
  await expect(preview).toContainText('{"title":"TEST WARNING hum-test","level":0.8}');

  dashboard.answer = ({ headers }, response) => response.writeHead(403).end(`<b>not you</b>, ${headers.authorization}`);
  await page.getByRole('button', { name: 'Send a test' }).click();
  const report = page.getByRole('status', { name: 'What came of the test' });
  await expect(report).toContainText('It was refused');
  await expect(report).toContainText('HTTP 403 Forbidden');
  await expect(report).toContainText('<b>not you</b>, Bearer •••');
  dashboard.answer = (_, response) => response.end('thanks');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(report).toContainText('It arrived');
  await expect(report).toContainText('thanks');
  expect(dashboard.received.at(-1)).toMatchObject({
    headers: { authorization: 'Bearer canary-token' },
    body: '{"title":"TEST WARNING hum-test","level":0.8}',
  });
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  await page.getByRole('button', { name: 'Save' }).click();
  const channel = page.getByRole('list', { name: 'Channels' }).getByRole('listitem').filter({ hasText: 'Pager' });
  await expect(channel).toContainText('Nothing sent yet');
  await expect(channel).toContainText(dashboard.url);
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
  await channel.getByRole('switch', { name: 'Pager is on' }).press('Space');
  await expect(channel).toContainText('Off');
  await channel.getByRole('link', { name: 'Pager' }).click();
  await expect(page.getByRole('textbox', { name: 'Token' })).toHaveValue('');
  await expect(page.getByText('Kept until Hum ends.')).toBeVisible();
  await page.getByRole('link', { name: 'Where alerts go' }).click();
  await channel.getByRole('button', { name: 'More for Pager' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(page.getByText('Removed Pager.')).toBeVisible();
  await expect(channel).toHaveCount(0);
});

test('a command on this machine says what it did, and what cannot be run says so', async ({ page, hum }) => {
  const program = join(hum.home, 'notify');
  writeFileSync(program, '#!/bin/sh\necho "$#: $2"\n');
  chmodSync(program, 0o700);
  await page.goto(`${hum.link.split('#')[0]}#/channels/new/command`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Local');
  await page.getByRole('textbox', { name: 'Program' }).fill('/nowhere/at/all');
  await page.getByRole('textbox', { name: 'Arguments' }).fill('--host\n{{host}}; $(id)');
  await page.getByRole('button', { name: 'Send a test' }).click();
  const report = page.getByRole('status', { name: 'What came of the test' });
  await expect(report).toContainText('/nowhere/at/all could not be started.');
  await page.getByRole('textbox', { name: 'Program' }).fill(program);
  await expect(page.getByRole('region', { name: 'What would be sent' }).last()).toContainText(program);
  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(report).toContainText('exit 0');
  await expect(report).toContainText('2: hum-test; $(id)');
});

test.describe('in the demo', () => {
  test.use({ flags: ['--demo', '4'] });
  test('a Nagios shows its problems beside, those first that nobody has in hand', async ({ page }) => {
    await expect(table(page)).toBeVisible();
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Search' }).fill('nagios');
    await page.getByRole('button', { name: /^Where alerts go/ }).click();
    const problems = page.getByRole('table', { name: 'Problems of Nagios of the demo' }).getByRole('row');
    await expect(problems).toHaveCount(7, { timeout: 40_000 });
    await expect(problems.nth(1)).toContainText('switch-2');
    await expect(problems.nth(1)).toContainText('Packet loss = 100%');
    await expect(problems.last()).toContainText('downtime');
    await inEachWindow(page, () => fitsItsWidth(page));
    await isAccessible(page);
    await page.getByRole('navigation', { name: 'Incidents, rules and channels' }).getByRole('link', { name: 'Incidents' }).click();
    await expect(problems.nth(1)).toContainText('switch-2');
  });
});
