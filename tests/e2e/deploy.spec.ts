import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { cancelAndUndo } from './cancelled.ts';
import { expect, test } from './hum.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';
import { cards, nameOf, openTemplates } from './templates.ts';
import { firstRunning, openVms, vmLink } from './vms.ts';

// Not the eleventh, a Xen host that is away for a while.
test.use({ flags: ['--demo', '10'] });

/** The button that deploys; it rests, and keeps the keyboard, until the checks have passed. */
function deployButton(page: Page): Locator {
  return page.getByRole('main').getByRole('button', { name: /^Deploy(?: |$)/ });
}

/** Opens the deploy page of the first template that ships, from its card. */
async function openDeploy(page: Page): Promise<void> {
  await openVms(page);
  await openTemplates(page);
  const card = cards(page).filter({ hasText: 'Ships with Hum' }).first();
  await page.getByRole('link', { name: `Deploy ${await nameOf(card)}`, exact: true }).click();
  await expect(deployButton(page)).toBeFocused();
}

/** Opens the deploy page of the template that cloud-init sets up: its wait takes some seconds. */
async function openCloudImage(page: Page, name: string): Promise<void> {
  await openVms(page);
  await openTemplates(page);
  await page.getByRole('link', { name: 'Deploy Debian cloud image', exact: true }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
}

async function isReady(page: Page): Promise<void> {
  await expect(page.getByRole('status').filter({ hasText: /^Ready:/ })).toBeVisible({ timeout: 20_000 });
  await expect(deployButton(page)).toHaveAttribute('aria-disabled', 'false');
}

test('one click on a card and Enter: a running VM, opened from there', async ({ page }) => {
  await openDeploy(page);
  await isReady(page);
  const name = await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue();
  await expect(page.getByRole('region', { name: `Configuration of ${name}` })).toContainText(`name = "${name}"`);
  await expect(page.getByRole('list', { name: `Steps of ${name}` })).toContainText('Undone by');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: `Deployed ${name}` })).toBeVisible({ timeout: 60_000 });
  // It has printed no host key, and nothing is trusted blindly. Nobody is to connect to its address from here.
  await page.getByRole('button', { name: 'Open a shell…' }).click();
  const asking = page.getByRole('dialog', { name: `Open a shell on ${name}` });
  await expect(asking).toContainText('Nothing is trusted blindly');
  await expect(asking.getByRole('textbox', { name: 'User' })).toHaveValue('root');
  await isAccessible(page);
  await asking.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Open the VM' }).click();
  await expect(page.getByRole('heading', { name, level: 1, exact: true })).toBeVisible();
});

test('more memory than there is: refused before anything is touched, with what to do', async ({ page }) => {
  await openDeploy(page);
  await isReady(page);
  await page.getByRole('textbox', { name: 'Memory', exact: true }).fill('900 GiB');
  await expect(
    page
      .getByRole('main')
      .getByText('Failed')
      .or(page.getByRole('img', { name: 'Failed' }))
      .first(),
  ).toBeVisible();
  await expect(deployButton(page)).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: /^Deploy/, level: 1 })).not.toHaveText(/Deploying/);
});

test('names that cannot be are said beside their field, and nothing is asked', async ({ page }) => {
  await openDeploy(page);
  const names = page.getByRole('textbox', { name: 'Name', exact: true });
  await names.fill('web[3-1]');
  await expect(page.getByText('The range 3-1 runs backwards.').first()).toBeVisible();
  await expect(names).toHaveAttribute('aria-invalid', 'true');
  await expect(deployButton(page)).toHaveAttribute('aria-disabled', 'true');
});

test('three at once are spread, each with its own commands, and all come up', async ({ page }) => {
  await openDeploy(page);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('trio[1-3]');
  await expect(page.getByText('3 VMs: trio1, trio2, trio3')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'The others stay' })).toBeChecked();
  await isReady(page);
  await page.getByRole('button', { name: /^trio2/ }).click();
  await expect(page.getByRole('region', { name: 'Configuration of trio2' })).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: 'Deployed 3 VMs' })).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole('link', { name: /^Open trio/ })).toHaveCount(3);
});

test('two that come up together or not at all: each can be opened from there', async ({ page }) => {
  await openDeploy(page);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('pair[1-2]');
  await page.getByRole('radio', { name: 'All are taken back' }).check();
  await isReady(page);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: /^Deployed 2 VMs, pair1 to pair2, on / })).toBeVisible({ timeout: 90_000 });
  const vms = page.getByRole('list', { name: 'Its VMs' });
  await expect(vms.getByRole('button', { name: 'Open a shell…' })).toHaveCount(2);
  await isAccessible(page);
  await vms.getByRole('link', { name: 'Open pair2' }).click();
  await expect(page.getByRole('heading', { name: 'pair2', level: 1, exact: true })).toBeVisible();
});

test('what cloud-init will be told is seen before anything is touched', async ({ page }) => {
  await openCloudImage(page, 'told');
  const told = page.getByRole('region', { name: 'user-data of told' });
  await expect(told).toContainText('#cloud-config');
  await expect(told).toContainText('hostname: told');
  await expect(page.getByRole('region', { name: 'network-config of told' })).toContainText('macaddress: 00:16:3e:');
  await isAccessible(page);
});

test('what cloud-init sets up is watched as it comes up, and entered by the host keys that it has printed', async ({ page }) => {
  const name = 'entered';
  await openCloudImage(page, name);
  await isReady(page);
  await page.keyboard.press('Control+Enter');
  const console = page.getByRole('region', { name: 'Its console so far' });
  await expect(console).toContainText('Linux version', { timeout: 60_000 });
  await expect(page.getByRole('heading', { name: `Deploying ${name}` })).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
  // It follows the end, stands still for whom has scrolled up, and follows again. What would act in a terminal does not.
  const lines = console.locator('pre');
  await expect(console).toContainText('[  OK  ] Reached target Multi-User System.');
  const above = () => lines.evaluate(({ scrollTop }) => scrollTop);
  const below = () => lines.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  await expect.poll(above).toBeGreaterThan(0);
  expect(await below()).toBeLessThan(2);
  await lines.evaluate((pane) => pane.scrollTo(0, 0));
  const toEnd = console.getByRole('button', { name: 'To its end' });
  await expect(toEnd).toBeVisible();
  await expect(page.getByRole('heading', { name: `Deployed ${name}` })).toBeVisible({ timeout: 60_000 });
  expect(await above()).toBe(0);
  await toEnd.click();
  await expect(toEnd).toBeHidden();
  await expect(console).toContainText('-----BEGIN SSH HOST KEY KEYS-----');
  expect(await below()).toBeLessThan(2);
  await page.getByRole('button', { name: 'Watch its console' }).click();
  await expect(page.getByRole('region', { name: 'Its console', exact: true })).toBeVisible();
  await expect(console).toBeHidden();
  await page.getByRole('button', { name: 'Close its console' }).click();

  const ask = async () => {
    await page.getByRole('button', { name: 'Open a shell…' }).click();
    return page.getByRole('dialog', { name: `Open a shell on ${name}` });
  };
  const asking = await ask();
  await expect(asking).toContainText('a host of the fleet');
  await expect(asking.getByRole('textbox', { name: 'User' })).toHaveValue('debian');
  const keys = asking.getByRole('list', { name: 'Its host keys' }).getByRole('listitem');
  await expect(keys).toHaveText([/^ecdsa-sha2-nistp256 *SHA256:/, /^ssh-ed25519 *SHA256:/]);
  await isAccessible(page);
  await asking.getByRole('button', { name: 'Open the shell' }).click();
  // The address is nobody's: the terminal is there, and says why nobody answers.
  const shell = page.getByRole('region', { name: `Shell on ${name}`, exact: true });
  await expect(shell.getByRole('status')).toContainText(/\b(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+:22\b/, { timeout: 60_000 });
  // The dialog has given the keyboard to it, and not back to its button.
  await expect(shell.locator(':focus')).toBeAttached();

  // From now on it is a host of the fleet, and needs not be added for the next one.
  await (await ask()).getByRole('button', { name: 'Open the shell' }).click();
  await expect(page.getByRole('tab', { name: new RegExp(name) })).toHaveCount(2);
  await (await ask()).getByRole('button', { name: 'Only add it' }).click();
  await expect(page.getByRole('heading', { name, level: 1, exact: true })).toBeVisible();
});

test('a deployment is cancelled half-way, and says that what was done is undone', async ({ page }) => {
  await openDeploy(page);
  await isReady(page);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main').getByText(/^Step [2-9] of \d+: /)).toBeVisible();
  await cancelAndUndo(page);
});

test('what a VM has printed stays beside the steps when its deployment comes to nothing', async ({ page }) => {
  await openCloudImage(page, 'given-up');
  await isReady(page);
  await page.keyboard.press('Control+Enter');
  const console = page.getByRole('region', { name: 'Its console so far' });
  await expect(console).toContainText('Linux version', { timeout: 60_000 });
  await cancelAndUndo(page);
  await expect(console).toContainText('Linux version');
  await isAccessible(page);
});

test('a VM is deployed on the host whose page it was asked for', async ({ page }) => {
  await openVms(page);
  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await page.getByRole('grid', { name: 'Hosts' }).getByRole('link', { name: 'xen01', exact: true }).click();
  await page.getByRole('link', { name: 'Deploy a VM here' }).click();
  await expect(page.getByRole('radio', { name: /^xen01/ })).toBeChecked();
});

test('the palette deploys a template', async ({ page }) => {
  await openTemplates(page);
  const name = await nameOf(cards(page).first());
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill(`deploy ${name}`);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Deploy ${name}` })
    .first()
    .click();
  await expect(deployButton(page)).toBeVisible();
});

test('a VM is removed with the disks that are ticked, when its name is typed', async ({ page }) => {
  await openVms(page);
  const name = await firstRunning(page);
  await vmLink(page, name).click();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Remove with its disks…' }).click();
  const dialog = page.getByRole('dialog', { name: `Remove ${name}` });
  await expect(dialog.getByRole('list', { name: `Steps of removing ${name}` })).toBeVisible();
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(0);
  await isAccessible(page);
  const remove = dialog.getByRole('button', { name: `Remove ${name}` });
  await expect(remove).toBeDisabled();
  await dialog.getByRole('textbox', { name: /^Type its name/ }).fill(name);
  await remove.click();
  await expect(dialog.getByRole('button', { name: 'To the VMs' })).toBeVisible({ timeout: 30_000 });
});

test('the deploy page and a deployment are accessible, and fit a small and an ordinary window', async ({ page }) => {
  await openDeploy(page);
  await isReady(page);
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('button', { name: 'Deploy another' })).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
});
