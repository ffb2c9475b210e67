import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAccessible } from './axe.ts';
import { expect, test } from './hum.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';
import { cards, copyFirst, editor, nameOf, openTemplates } from './templates.ts';
import { firstRunning, openVms, vmLink } from './vms.ts';

// Not the eleventh, a Xen host that is away for a while.
test.use({ flags: ['--demo', '10'] });

test('the templates that ship are there, are filtered, and what matches nothing says so', async ({ page }) => {
  await openTemplates(page);
  const all = await cards(page).count();
  const name = await nameOf(cards(page).first());
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await expect(cards(page).first()).toContainText(name);
  await page.getByRole('textbox', { name: 'Filter templates' }).fill('nothing-is-called-this');
  await expect(page.getByRole('heading', { name: 'No template answers this filter.' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filter' }).last().click();
  await expect(cards(page)).toHaveCount(all);
});

test('a copy becomes a template of the user, is removed, and brought back', async ({ page }) => {
  await openTemplates(page);
  await copyFirst(page, 'Shop front');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('alert').getByText('Saved.')).toBeVisible();
  await page.getByRole('button', { name: 'Back to the templates' }).click();
  const card = cards(page).filter({ hasText: 'Shop front' });
  await expect(card).toContainText('Your own');
  await page.getByRole('button', { name: 'More for Shop front', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(card).toHaveCount(0);
  await page.getByRole('alert').getByRole('button', { name: 'Undo' }).click();
  await expect(card).toHaveCount(1);
});

test('what is wrong with a text stands beside it, and leads to its place', async ({ page }) => {
  await openTemplates(page);
  await copyFirst(page, 'Odd');
  await editor(page).fill('name: Odd\ncolour: red\n');
  const complaint = page.getByRole('button', { name: 'Go to line 2, column 1' }).first();
  await expect(complaint).toBeVisible();
  await complaint.click();
  await expect(editor(page)).toBeFocused();
  expect(await editor(page).evaluate((area) => (area as HTMLTextAreaElement).selectionStart)).toBe('name: Odd\n'.length);
  await expect(page.getByRole('button', { name: 'Save and deploy' })).toBeDisabled();
});

test('a text that was not saved is there again when its editor is', async ({ page }) => {
  await openTemplates(page);
  await copyFirst(page, 'Half done');
  await page.getByRole('button', { name: 'Back to the templates' }).click();
  await page.getByRole('button', { name: 'New template' }).click();
  await expect(editor(page)).toHaveValue(/^name: Half done$/m);
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('button', { name: 'New template' }).click();
  await expect(editor(page)).toHaveValue(/^name: "?New template"?$/m);
});

test('a file that was changed on the disk is not written over: the difference is shown', async ({ page, hum }) => {
  await openTemplates(page);
  await copyFirst(page, 'Contested');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('alert').getByText('Saved.')).toBeVisible();
  const written = readdirSync(hum.dataDir, { recursive: true, encoding: 'utf8' }).find((path) => /contested[^/]*\.ya?ml$/i.test(path));
  expect(written).toBeDefined();
  const file = join(hum.dataDir, written ?? '');
  const theirs = `${readFileSync(file, 'utf8')}# by somebody else\n`;
  writeFileSync(file, theirs);
  await editor(page).fill(`${await editor(page).inputValue()}# by me\n`);
  await page.keyboard.press('Control+s');
  const difference = page.getByRole('region', { name: 'From the file on the disk to your text' });
  await expect(difference).toContainText('Removed: # by somebody else');
  await expect(difference).toContainText('Added: # by me');
  expect(readFileSync(file, 'utf8')).toBe(theirs);
  await page.getByRole('button', { name: 'Keep my text and edit on' }).click();
  await expect(editor(page)).toBeFocused();
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('# by me');
});

test('a configuration of xl becomes a template, and a program in Python does not', async ({ page }) => {
  await openTemplates(page);
  const choose = async (name: string, text: string) => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'From a file' }).click();
    await page.getByRole('menuitem', { name: 'A configuration of xl or xm…' }).click();
    await (await chooser).setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  };
  await choose('old.cfg', 'import os\nname = os.uname()[1]\n');
  await expect(page.getByRole('alert').filter({ hasText: 'old.cfg' })).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await choose(
    'web07.cfg',
    'name = "web07"\nmemory = 512\nvcpus = 2\nkernel = "/boot/vmlinuz"\nvif = [ "mac=00:16:3e:01:02:03,bridge=xenbr0" ]\n',
  );
  await expect(page.getByText('Made from web07.cfg.')).toBeVisible();
  await expect(editor(page)).not.toHaveValue(/00:16:3e:01:02:03/);
});

test('templates of a folder that the settings name are there, and are not written to', async ({ page }, testInfo) => {
  const folder = testInfo.outputPath('team');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'team.yaml'),
    'version: 1\nname: Of the team\ntype: pvh\nmemory: 64 MiB\nboot: { kernel: /srv/xen/vmlinuz }\n',
  );
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const folders = page.getByRole('combobox', { name: 'Folders of templates' });
  await folders.fill('team');
  await folders.press('Enter');
  await expect(page.getByText('team is no whole path: it begins with / or ~/.')).toBeVisible();
  await folders.fill(folder);
  await folders.press('Enter');
  await isAccessible(page);
  await openTemplates(page);
  const card = cards(page).filter({ hasText: 'Of the team' });
  await expect(card).toBeVisible();
  await card.getByRole('button', { name: 'More for Of the team', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Look at it' }).click();
  await expect(page.getByRole('button', { name: 'Save as your own' })).toBeVisible();
  // A pull brings a change.
  writeFileSync(
    join(folder, 'team.yaml'),
    'version: 1\nname: Of another team\ntype: pvh\nmemory: 64 MiB\nboot: { kernel: /srv/xen/vmlinuz }\n',
  );
  await openTemplates(page);
  await expect(cards(page).filter({ hasText: 'Of another team' })).toBeVisible();
});

test('a template is made from a VM', async ({ page }) => {
  await openVms(page);
  const name = await firstRunning(page);
  await vmLink(page, name).click();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Make a template from this VM' }).click();
  await expect(page.getByText(`Made from the VM ${name}.`)).toBeVisible();
  await expect(page.getByRole('region', { name: 'The configuration that it writes' })).toBeVisible();
});

test('the templates and their editor are accessible, and fit a small and an ordinary window', async ({ page }) => {
  await openTemplates(page);
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
  await copyFirst(page, 'Odd');
  await editor(page).fill('name: Odd\ncolour: red\n');
  await expect(page.getByRole('button', { name: /^Go to line/ }).first()).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
});
