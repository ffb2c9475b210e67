import { alertsFile } from './alert-rule.ts';
import { isAccessible } from './axe.ts';
import { badHalfHour, historyFile } from './history.ts';
import { expect, test } from './hum.ts';
import { fitsItsWidth, inEachWindow, windowStands } from './layout.ts';

const now = Date.now();

/** It fires at once, from 75 % on. */
const sharpRule = alertsFile('disk-space', { warning: { set: 0.75, clear: 0.5 }, critical: null, forMs: 0 }, now);

/** Five hours in which the disk of build01 was full for half an hour. */
const past = badHalfHour(now, { diskFullest: 0.97 }, { diskFullest: 0.6 });

test.use({
  flags: ['--demo', '12'],
  homeFiles: { 'data/alerts.db': sharpRule, 'data/history.db': historyFile({ 'demo-build01': past }, now) },
});

test('the page of a host lists its file systems, the fullest first, and its past has the fullest; one that is too full is an incident with what to look at', async ({
  page,
}) => {
  const goTo = (address: string) =>
    page.evaluate((hash) => {
      location.hash = hash;
    }, address);
  await goTo('#/hosts/demo-build01');
  const systems = page.getByRole('list', { name: 'File systems' }).getByRole('listitem');
  await expect(systems).toHaveCount(3, { timeout: 40_000 });
  await expect(systems.first()).toHaveText(/^\/var\/lib\/ci\d\d %[\d.]+ GiB free of 236 GiB$/);
  await expect(systems.first()).toHaveAttribute('data-strain', 'warn');
  await expect(systems.nth(2)).not.toHaveAttribute('data-strain');
  await systems.first().focus();
  await expect(page.getByRole('tooltip')).toContainText(/^df -P: \/dev\/mapper\/data-work · ext4 · .* inodes free of /);
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('tooltip')).toContainText('/dev/xvda');
  await inEachWindow(page, async () => {
    await fitsItsWidth(page);
    await windowStands(page);
  });
  await isAccessible(page);

  await page.getByRole('radiogroup', { name: 'Range of the charts' }).getByText('6 h', { exact: true }).click();
  await expect(page.getByRole('img', { name: /^Fullest file system\. peak 97\.0 % at .* Warning at 75\.0 %\.$/ })).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));

  await goTo('#/incidents');
  const open = page.getByRole('list', { name: 'Open incidents, what fires first' }).getByRole('listitem');
  const ours = open.filter({ hasText: /build01, \/var\/lib\/ci: \d\d % full, [\d.]+ GiB free of 236 GiB/ });
  await expect(ours).toHaveCount(1);
  await ours.getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1, name: /^build01, \/var\/lib\/ci: \d\d % full/ })).toBeVisible();
  await expect(page.getByText('What takes the room: du -xh --max-depth=1 /var/lib/ci | sort -h')).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  await goTo('#/incidents/rules');
  await page.getByRole('link', { name: /^Disk full/ }).click();
  await expect(page.getByRole('status', { name: 'On the last week' })).toContainText(/It would have fired (once|\d times)/, {
    timeout: 20_000,
  });
});
