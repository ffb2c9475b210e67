import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { sampleAt } from '../support/history.ts';
import { isAccessible } from './axe.ts';
import { demoIsUp } from './fleet.ts';
import { historyFile } from './history.ts';
import { expect, test } from './hum.ts';

const hour = 3_600_000;
const gib = 2 ** 30;
const now = Date.now();
/** A moment in which db01 was nearly out of memory, in the midst of quiet hours, of which two were not sampled. */
const spikeAt = now - 12 * hour;

function quietHours(used: number) {
  return Array.from({ length: 26 * 120 }, (_, index) => now - (26 * 120 - index) * 30_000)
    .filter((at) => at < now - 9 * hour || at > now - 7 * hour)
    .map((at) => sampleAt(at, { memoryTotal: 16 * gib, memoryUsed: used, memoryApps: used, memoryFree: 16 * gib - used, load1: 1 }));
}

const spike = sampleAt(spikeAt + 7, { memoryTotal: 16 * gib, memoryUsed: 15 * gib, memoryApps: 15 * gib, memoryFree: gib, load1: 42 });
const left = historyFile(
  { 'demo-db01': [...quietHours(4 * gib), spike].sort((one, other) => one.at - other.at), 'demo-web01': quietHours(6 * gib) },
  now,
);

const tool = (page: Page, name: RegExp) => page.getByRole('button', { name });
const memory = (page: Page): Locator => page.getByRole('img', { name: /^Memory\. peak/ });
const charts = (page: Page) => page.getByRole('region', { name: /^Charts of \d/ });

async function openPast(page: Page, range: string): Promise<void> {
  await demoIsUp(page);
  await page.evaluate(() => {
    location.hash = '#/hosts/demo-db01';
  });
  await page.getByRole('radiogroup', { name: 'Range of the charts' }).getByText(range, { exact: true }).click();
  await expect(memory(page)).toBeVisible();
}

test.describe('with what an earlier Hum kept', () => {
  test.use({ flags: ['--demo', '12'], homeFiles: { 'data/history.db': left } });

  test('the morning after, the page of a host shows the night: its peak, zoomed into by dragging, and the way back', async ({ page }) => {
    await openPast(page, '24 h');
    await expect(memory(page)).toHaveAccessibleName(/peak 15\.0 GiB used, 94 %/);
    await isAccessible(page);

    // The middle of the picture is the moment of the spike.
    const plot = await memory(page).locator('.u-over').boundingBox();
    if (plot === null) throw new Error('the chart has no plot');
    const y = plot.y + plot.height / 2;
    await page.mouse.move(plot.x + plot.width * 0.47, y);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.53, y, { steps: 5 });
    await page.mouse.up();
    await expect(charts(page)).toHaveAccessibleName(/1 h 2\d min$/);
    await expect(memory(page)).toHaveAccessibleName(/peak 15\.0 GiB/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(memory(page)).toHaveAccessibleName(/peak 4\.0 GiB/);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await expect(memory(page)).toHaveAccessibleName(/peak 15\.0 GiB/);
    await page.keyboard.press('-');
    await expect(charts(page)).toHaveAccessibleName(/2 h [45]\d min$/);

    const saved = page.waitForEvent('download');
    await tool(page, /^CSV$/).click();
    const csv = readFileSync(await (await saved).path(), 'utf8');
    expect(csv.split('\r\n')[0]).toMatch(/^time,memoryTotal\.min,/);
    expect(csv).toContain(String(15 * gib));
    const drawn = page.waitForEvent('download');
    await tool(page, /^PNG$/).click();
    const png = readFileSync(await (await drawn).path());
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.length).toBeGreaterThan(5_000);

    await page.getByText('Live', { exact: true }).click();
    await expect(page.getByRole('region', { name: 'Charts of the last 15 minutes' })).toBeVisible();
  });

  test('another host’s memory is laid over the chart, one crosshair goes through all of them, and the limit of the history is set and said', async ({
    page,
  }) => {
    await openPast(page, '6 h');
    await page.getByRole('combobox', { name: 'Compare the memory with another host' }).click();
    await page.getByRole('option', { name: 'web01', exact: true }).click();
    const entries = charts(page).locator('figure').first().getByRole('definition');
    await expect(entries.first()).toHaveText(/^\d+\.\d GiB$|^\d+ MiB$/);
    const plot = await memory(page).locator('.u-over').boundingBox();
    if (plot === null) throw new Error('the chart has no plot');
    await page.mouse.move(plot.x + plot.width / 2, plot.y + 20);
    await expect(entries.first()).toHaveText('6.0 GiB');
    // Of the same moment, to a point of the narrow chart.
    const secondsOf = async (figure: number) => {
      const time = await charts(page).locator('figure').nth(figure).getByRole('definition').last().textContent();
      const [hours = 0, minutes = 0, seconds = 0] = (time ?? '').split(':').map(Number);
      return (hours * 60 + minutes) * 60 + seconds;
    };
    const day = 24 * 60 * 60;
    await expect.poll(async () => ((await secondsOf(0)) - (await secondsOf(3)) + 90 + day) % day).toBeLessThan(180);

    await page.evaluate(() => {
      location.hash = '#/settings';
    });
    await expect(page.getByText(/holds all of that for about [\d,]+ hosts\./)).toBeVisible();
    await expect(page.getByText(/It takes \d.* now, of \d+ hosts/)).toBeVisible();
    const limit = page.getByRole('textbox', { name: 'History' });
    await limit.fill('0.01');
    await expect(page.getByText('0.07 to 1,024 GiB')).toBeVisible();
    await limit.fill('2');
    await limit.press('Enter');
    await page.reload();
    await expect(page.getByRole('textbox', { name: 'History' })).toHaveValue('2 GiB');
  });
});

test.describe('with a history that is none', () => {
  test.use({ homeFiles: { 'data/history.db': 'no database at all' } });

  test('Hum begins a new one, and says where the old one is', async ({ page }) => {
    await expect(page.getByRole('status').filter({ hasText: 'history.db was damaged and has been set aside' })).toContainText(
      /history\.damaged-.*\.db/,
    );
    await page.getByRole('button', { name: 'Close this notice' }).click();
    await expect(page.getByText('history.db was damaged')).toBeHidden();
  });
});
