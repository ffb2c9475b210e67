import type { Locator, Page } from '@playwright/test';
import { fingerprint } from '../../support/lab-scripts.ts';
import { patienceMs } from '../../support/patience.ts';
import { cancelAndUndo } from '../cancelled.ts';
import { cards, openTemplates } from '../templates.ts';
import { domainLine, expect, test } from './lab.ts';

test.beforeEach(async ({ lab }) => lab.tidy());

/** The page that deploys the lab's own template under this name, once every check has passed. */
async function openDeploy(page: Page, name: string): Promise<Locator> {
  await page.getByRole('link', { name: 'VMs', exact: true }).click();
  await expect(domainLine(page, 'guest1')).toBeVisible({ timeout: patienceMs });
  await openTemplates(page);
  await expect(cards(page).filter({ hasText: 'Lab guest' })).toBeVisible();
  await page.getByRole('link', { name: 'Deploy Lab guest', exact: true }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await expect(page.getByRole('status').filter({ hasText: /^Ready:/ })).toBeVisible({ timeout: patienceMs });
  return page.getByRole('main').getByRole('button', { name: /^Deploy(?: |$)/ });
}

test('one click deploys a guest that runs: its banner, its MAC on the bridge, its address answering from dom0', async ({ page, lab }) => {
  const deploy = await openDeploy(page, 'web01');
  const shown = await page.getByRole('region', { name: 'Configuration of web01' }).textContent();
  const mac = /mac=(00:16:3e(?::[0-9a-f]{2}){3})/.exec(shown ?? '')?.[1] ?? 'none is shown';
  await deploy.click();
  await expect(page.getByRole('heading', { name: 'Deployed web01' })).toBeVisible({ timeout: patienceMs });
  // Its address may answer before it has printed the banner, which is then in its console still.
  const printed = `${await page.getByRole('main').textContent()}${await lab.sure('sleep 4 | timeout 20 xl console web01 || true')}`;
  expect(printed).toContain('xenlab guest web01 is up');

  expect(await lab.sure('xl network-list web01')).toContain(mac);
  expect(await lab.sure('ls /sys/class/net/xenbr0/brif')).toMatch(/^vif\d+\.0$/m);
  await lab.sure('for try in 1 2 3 4 5; do ping -q -c 1 -W 2 10.0.2.110 && exit; done; exit 1');
  expect(await lab.sure('ip neigh show 10.0.2.110')).toContain(mac);
  expect(await lab.sure('cat /etc/xen/web01.cfg')).toContain('name = "web01"');
  // The guest has mounted its copy by now, and so written to it.
  const uuid = (image: string) => lab.sure('blkid -p -s UUID -o value "$1"', [image]);
  expect(await uuid('/srv/xen/web01.img')).toBe(await uuid('/srv/xen/data1.img'));
});

test('a template that asks for too much memory is refused before anything is touched', async ({ page, lab }) => {
  const deploy = await openDeploy(page, 'web01');
  const before = await lab.sure(fingerprint);
  await page.getByRole('textbox', { name: 'Memory', exact: true }).fill('16 GiB');
  await expect(deploy).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByRole('img', { name: 'Failed' }).first()).toBeVisible({ timeout: patienceMs });
  await deploy.click({ force: true });
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(/Deploying/);
  expect(await lab.sure(fingerprint)).toBe(before);
});

test('a deployment that is cancelled half-way leaves the host byte for byte as it was', async ({ page, lab }) => {
  const deploy = await openDeploy(page, 'web01');
  const before = await lab.sure(fingerprint);
  await deploy.click();
  // Its disk is there, and its domain may be.
  await lab.sure('for try in $(seq 200); do [ -e /srv/xen/web01.img ] && exit; sleep 0.1; done; exit 1');
  await cancelAndUndo(page);
  expect(await lab.sure(fingerprint)).toBe(before);
});
