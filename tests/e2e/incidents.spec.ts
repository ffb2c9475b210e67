import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { openAlertStore } from '../../src/main/alerts/open-store.ts';
import { ruleKinds } from '../../src/shared/alert-rules.ts';
import { sampleAt } from '../support/history.ts';
import { isAccessible } from './axe.ts';
import { historyFile } from './history.ts';
import { expect, test } from './hum.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';

const now = Date.now();
const minute = 60_000;
const gib = 2 ** 30;

/** What a Hum left behind whose rules are so sharp that each host of the demo fires with its first sample. */
function sharpRules(): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), 'hum-e2e-alerts-'));
  try {
    const { store } = openAlertStore(dir, new Date(now));
    const settings = { ...ruleKinds['memory-used'].defaults, warning: { set: 0.02, clear: 0.01 }, critical: null, averageMs: 0, forMs: 0 };
    store.putRule({ rule: 'memory-used', scope: { kind: 'fleet' }, settings, by: 'ops', at: now });
    store.close();
    return readFileSync(join(dir, 'alerts.db'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Two days ago db01 was nearly out of memory, twice: for half an hour, and for a minute. */
const past = Array.from({ length: 3 * 24 * 60 }, (_, index) => now - (3 * 24 * 60 - index) * minute).map((at) => {
  const ago = (now - at) / minute;
  const short = (ago > 2 * 1440 && ago < 2 * 1440 + 30) || Math.round(ago) === 1440;
  return sampleAt(at, { memoryTotal: 16 * gib, memoryUsed: (short ? 15 : 4) * gib });
});

test.use({
  flags: ['--demo', '12'],
  homeFiles: { 'data/alerts.db': sharpRules(), 'data/history.db': historyFile({ 'demo-db01': past }, now) },
});

const open = (page: Page) => page.getByRole('list', { name: 'Open incidents, what fires first' });
const goTo = (page: Page, address: string) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, address);

test('what fires is acknowledged in bulk from the keyboard, and one incident has its evidence, its timeline and its way to a ticket', async ({
  page,
}) => {
  const tab = page.getByRole('navigation', { name: 'Incidents, rules and channels' }).locator('[aria-current]');
  const count = 3;
  await goTo(page, '#/incidents');
  await expect(tab).toHaveText(['Incidents']);
  const lines = open(page).getByRole('listitem');
  // Those of web01 to web03: each fires with its first sample, and once.
  await expect(lines.filter({ hasText: /web\d+: memory used/ })).toHaveCount(count, { timeout: 40_000 });
  await page.getByRole('textbox', { name: 'Filter incidents' }).fill('host:web rule:memory-used');
  await expect(lines.filter({ hasText: 'db01' })).toHaveCount(0);
  await expect(lines).toHaveCount(count);
  await page.getByRole('textbox', { name: 'Filter incidents' }).press('Enter');
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  await page.keyboard.press('Control+a');
  await expect(page.getByRole('toolbar', { name: 'The selected incidents' })).toContainText(`${count} incidents selected`);
  await page.keyboard.press('a');
  await page.getByRole('textbox', { name: /^Note/ }).fill('the batch <b>job</b>');
  await page.keyboard.press('Control+Enter');
  await expect(lines.filter({ hasText: 'Acknowledged' })).toHaveCount(count);
  await expect(page.getByText(`${count} incidents acknowledged.`)).toBeVisible();

  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: /^web\d+: memory used \d+ %, at or above 2 %$/ })).toBeVisible();
  await expect(page.getByText('The figure was at or above 2 %. The rule is that of the fleet.')).toBeVisible();
  await expect(page.getByRole('table', { name: /^The largest processes/ })).toContainText(/www-data|qemu-system/, { timeout: 30_000 });
  const timeline = page.getByRole('region', { name: 'What happened' });
  await expect(timeline).toContainText('Began');
  await expect(timeline).toContainText('the batch <b>job</b>');
  await expect(timeline).toContainText('The host was asked about its memory');
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  await page.keyboard.press('z');
  await page.getByRole('button', { name: '4 hours' }).click();
  await expect(page.getByText(/snoozed until/)).toBeVisible();
  await page.getByRole('button', { name: 'Let fire again' }).click();
  await expect(timeline).toContainText('Fires again');
});

test('a rule says when it would have fired in the last week before it is saved, holds where it is nearest, and ends what it does not hold for any more', async ({
  page,
}) => {
  const tab = page.getByRole('navigation', { name: 'Incidents, rules and channels' }).locator('[aria-current]');
  await goTo(page, '#/channels');
  await expect(tab).toHaveText(['Where alerts go']);
  await goTo(page, '#/incidents/rules');
  await expect(tab).toHaveText(['Rules']);
  await page.getByRole('combobox', { name: 'Set for' }).fill('db01');
  await page.getByRole('option', { name: 'db01', exact: true }).click();
  const trial = page.getByRole('status', { name: 'On the last week' });
  await expect(page.getByText('Nothing is set here: what holds is “The fleet”.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Warning from ≥' }).fill('90');
  await expect(trial)
    .toContainText('would clear', { timeout: 15_000, useInnerText: true })
    .catch(() => undefined);
  await page.getByRole('textbox', { name: 'clears at ≤' }).first().fill('80');
  await expect(trial).toContainText('It would have fired 2 times, 1 under a minute of them, on 1 host', { timeout: 20_000 });
  await page.getByRole('textbox', { name: 'Bad for' }).fill('5');
  await expect(trial).toContainText('It would have fired once, on 1 host', { timeout: 20_000 });
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
  await page.getByRole('button', { name: 'Save for db01' }).click();
  await expect(page.getByText(/^Set by .+ on /)).toBeVisible();

  await page.getByRole('textbox', { name: 'Reason' }).fill('new disks');
  await page.getByRole('button', { name: 'Begin the downtime' }).click();
  const downtimes = page.getByRole('region', { name: 'Downtimes' });
  await expect(downtimes).toContainText(/The fleetuntil .*: new disks/);
  await downtimes.getByRole('button', { name: 'End now' }).click();
  await expect(downtimes.getByText(/new disks/)).toHaveCount(0);

  // The levels that hold for it are in its charts.
  await goTo(page, '#/hosts/demo-db01');
  await expect(page.getByRole('img', { name: /^Memory, last 15 minutes\..* Warning at [\d.]+ GiB\./ })).toBeVisible({ timeout: 30_000 });
});
