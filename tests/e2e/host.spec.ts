import type { Page } from '@playwright/test';
import { coloursOf } from './canvas.ts';
import { demoIsUp, filter, line, names, savedHost, savedInventory } from './fleet.ts';
import { expect, test } from './hum.ts';

/** Goes to an address of this very page, as a link or a bookmark does. */
async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((wanted) => {
    location.hash = wanted;
  }, hash);
}

test.describe('with the demo fleet', () => {
  test.use({ flags: ['--demo', '12'] });

  test('the page of a host draws its charts, lists its processes and says what it is', async ({ page }) => {
    await demoIsUp(page);
    await line(page, 'db01').getByRole('link').click();
    await expect(page.getByRole('heading', { name: 'db01', level: 1 })).toBeVisible();
    const charts = page.getByRole('region', { name: 'Charts of the last 15 minutes' });
    const memory = charts.getByRole('img', { name: /^Memory, last 15 minutes\. .*GiB/ });
    await expect(memory).toBeVisible();
    await expect.poll(() => coloursOf(memory.locator('canvas'))).toBeGreaterThan(5);
    for (const title of ['Memory', 'CPU', 'Load', 'Pressure', 'Swap', 'Swap traffic', 'Network', 'Packet loss']) {
      await expect(charts.getByRole('heading', { name: title, exact: true })).toBeVisible();
    }
    // Each second a sample: the picture moves on.
    const before = await memory.locator('canvas').evaluate((element) => element instanceof HTMLCanvasElement && element.toDataURL());
    await expect
      .poll(() => memory.locator('canvas').evaluate((element) => element instanceof HTMLCanvasElement && element.toDataURL()))
      .not.toBe(before);

    const processes = page.getByRole('table');
    await expect(processes.getByRole('row')).toHaveCount(11);
    await expect(processes.getByRole('row').nth(1)).toContainText(/qemu-system.*(MiB|GiB)/);
    await expect(page.getByRole('definition').filter({ hasText: /^(Debian|Ubuntu|Rocky|Alpine)/ })).toBeVisible();
    await expect(page.getByRole('list', { name: 'Recent events, newest first' })).toContainText('Connected');
    await expect(page).toHaveTitle('db01 · Hum');
  });

  test('the way back leads to the fleet as it was left, and an address of a host is a way to it', async ({ page }) => {
    await demoIsUp(page);
    await filter(page).fill('tag:db');
    await expect.poll(() => names(page)).toEqual(['db01', 'db02']);
    await line(page, 'db02').getByRole('link').click();
    await expect(page.getByRole('heading', { name: 'db02', level: 1 })).toBeVisible();
    expect(page.url()).toMatch(/#\/hosts\/demo-db02$/);
    await page.goBack();
    await expect.poll(() => names(page)).toEqual(['db01', 'db02']);
    await expect(filter(page)).toHaveValue('tag:db');

    await goTo(page, '#/hosts/demo-build01');
    await expect(page.getByRole('heading', { name: 'build01', level: 1 })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', { name: 'build01', level: 1 })).toBeVisible();
    await page.keyboard.press('u');
    await expect(filter(page)).toHaveValue('tag:db');
  });

  test('a host whose key has changed shows both fingerprints and has nothing that trusts the new one', async ({ page }) => {
    await demoIsUp(page);
    await line(page, 'mail01').getByRole('link').click();
    await expect(page.getByText('Key changed')).toBeVisible();
    await expect(page.getByRole('button', { name: /trust/i })).toHaveCount(0);
    await page.getByRole('button', { name: 'Compare keys…' }).click();
    const keys = page.getByRole('dialog', { name: 'Host keys' });
    const fingerprints = keys.getByRole('definition').filter({ hasText: /^SHA256:/ });
    await expect(fingerprints).toHaveCount(2);
    const shown = await fingerprints.allTextContents();
    for (const fingerprint of shown) expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(shown[0]).not.toBe(shown[1]);
    await expect(keys.getByText(/^ssh-keygen -f .* -R /)).toBeVisible();
    await expect(keys.getByRole('button', { name: /trust/i })).toHaveCount(0);
  });

  test('a host that refuses the login says so, with what to do', async ({ page }) => {
    await demoIsUp(page);
    await line(page, 'mon01').getByRole('link').click();
    const problem = page.getByRole('main').getByRole('status');
    await expect(problem).toContainText(/The login as root on 127\.0\.0\.1:\d+ was refused\./);
    await expect(problem).toContainText('Check the user, and that its authorized_keys on the host has one of these keys.');
    await expect(problem.getByRole('button', { name: 'Retry now' })).toBeVisible();
    await expect(page.getByText('Nothing was sampled in the last 15 minutes.')).toBeVisible();
  });

  test('a kernel without pressure figures and MemAvailable is told as such', async ({ page }) => {
    await demoIsUp(page);
    await line(page, 'db02').getByRole('link').click();
    await expect(page.getByText('This kernel has no PSI')).toBeVisible();
    await expect(page.getByText('used memory is its documented approximation')).toBeVisible();
  });
});

test('an address that names no host shows a page with ways on', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
  await goTo(page, '#/hosts/nobody');
  await expect(page.getByRole('heading', { name: 'There is no such host' })).toBeVisible();
  await page.getByRole('button', { name: 'Back to the fleet' }).click();
  await expect(page.getByRole('heading', { name: 'Which hosts shall Hum look after?' })).toBeVisible();
});

test.describe('with a saved host', () => {
  test.use({ homeFiles: savedInventory([savedHost('db01'), savedHost('web01')]) });

  test('a host that is removed while it is looked at leaves a page that says so', async ({ page }) => {
    await line(page, 'db01').getByRole('link').click();
    await expect(page.getByText('A disabled host is not sampled.')).toBeVisible();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await expect(page.getByRole('heading', { name: 'db01 was removed' })).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('heading', { name: 'db01', exact: true })).toBeVisible();
  });
});
