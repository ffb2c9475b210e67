import { alertsFile } from './alert-rule.ts';
import { isAccessible } from './axe.ts';
import { badHalfHour, historyFile } from './history.ts';
import { expect, test } from './hum.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';

const now = Date.now();

/** It fires as soon as there is any. */
const sharpRule = alertsFile('packet-loss', { averageMs: 0, forMs: 5_000, critical: null }, now);

/** Five hours in which db01 lost packets for half an hour, more than it loses now. */
const past = badHalfHour(now, { retransmitted: 0.4 }, { retransmitted: 0.0004 });

test.use({
  flags: ['--demo', '12'],
  homeFiles: { 'data/alerts.db': sharpRule, 'data/history.db': historyFile({ 'demo-db01': past }, now) },
});

test('a host that loses packets shows it and names the interface that drops them, its night too, and the incident says where to look', async ({
  page,
}) => {
  const goTo = (address: string) =>
    page.evaluate((hash) => {
      location.hash = hash;
    }, address);
  await goTo('#/hosts/demo-db01');
  const charts = page.getByRole('region', { name: 'Charts of the last 15 minutes' });
  await expect(
    charts.getByRole('img', { name: /^Packet loss, last 15 minutes\. [1-9][\d.]* % of the TCP segments sent again.*Warning at 2\.0 %/ }),
  ).toBeVisible({
    timeout: 60_000,
  });
  const network = charts.getByRole('figure').filter({ has: page.getByRole('heading', { name: 'Network', exact: true }) });
  await expect(network.getByText(/^\w+ dropped \d+(\.\d)? packets a second received\.$/)).toBeVisible({ timeout: 30_000 });
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  await page.getByRole('radiogroup', { name: 'Range of the charts' }).getByText('6 h', { exact: true }).click();
  await expect(page.getByRole('img', { name: /^Packet loss\. peak 40(?:\.0)? % at .* Warning at 2\.0 %\.$/ })).toBeVisible();

  await goTo('#/incidents');
  const open = page.getByRole('list', { name: 'Open incidents, what fires first' }).getByRole('listitem');
  const ours = open.filter({
    hasText: /db01: [\d.]+ % of the TCP segments sent had to be sent again; \w+ dropped \d+(\.\d)? packets a second received/,
  });
  await expect(ours).toHaveCount(1, { timeout: 30_000 });
  await ours.getByRole('link').first().click();
  await expect(page.getByText('Which connections send again, and to whom: ss -ti | grep -B 1 retrans')).toBeVisible();

  await goTo('#/incidents/rules/packet-loss');
  await expect(page.getByRole('status', { name: 'On the last week' })).toContainText(/It would have fired (once|\d times)/, {
    timeout: 20_000,
  });
});
