import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { expect, test } from './hum.ts';
import { goByKeys } from './keys.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';
import { openVms } from './vms.ts';

// Not the eleventh, a Xen host that is away for a while.
test.use({ flags: ['--demo', '10'] });

/** The page of the golden images, once every Xen host of the demo has told of its own. */
async function openImages(page: Page): Promise<void> {
  await openVms(page);
  await goByKeys(page, 'i', page.getByRole('textbox', { name: 'Filter images' }));
  for (const host of [one, other]) await expect(image(folderOf(page, host), 'linux.raw')).toBeVisible({ timeout: 20_000 });
}

/** Two hosts of the demo that stay where they are. */
const [one, other] = ['db01', 'xen01'] as const;
const folderOf = (page: Page, host: string) => page.getByRole('region', { name: `Images on ${host}`, exact: true });
const image = (folder: Locator, name: string) =>
  folder.getByRole('row').filter({ has: folder.page().getByRole('rowheader', { name, exact: true }) });
const transfer = (page: Page, title: RegExp) =>
  page.getByRole('region', { name: 'Transfers' }).getByRole('listitem').filter({ hasText: title });

async function choose(page: Page, folder: Locator, name: string, item: string | RegExp): Promise<void> {
  await folder.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function upload(page: Page, folder: Locator, name: string, buffer: Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await folder.getByRole('button', { name: /^Upload an image to / }).click();
  await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer });
}

test('an image is verified, copied to another host and removed there', async ({ page }) => {
  await openImages(page);
  const [first, second] = [folderOf(page, one), folderOf(page, other)];
  await expect(image(first, 'linux.raw')).toContainText('not noted');
  await expect(image(first, 'linux.raw')).toContainText('template Linux, PVH');
  await choose(page, first, 'linux.raw', 'Note its checksum');
  await expect(transfer(page, /^Verify linux\.raw/)).toContainText('Done', { timeout: 20_000 });
  await expect(image(first, 'linux.raw')).not.toContainText('not noted');

  await choose(page, first, 'linux.raw', other);
  await expect(transfer(page, /^Copy linux\.raw/).first()).toContainText('The host has an image of this name already');
  await choose(page, second, 'linux.raw', 'Remove…');
  await expect(page.getByRole('dialog')).toContainText('It is used by template Linux, PVH.');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the image' }).click();
  await expect(image(second, 'linux.raw')).toHaveCount(0);
  await choose(page, first, 'linux.raw', other);
  await expect(transfer(page, /^Copy linux\.raw/).first()).toContainText('Done', { timeout: 30_000 });
  await expect(image(second, 'linux.raw')).toBeVisible();
});

test('a file of this computer becomes an image, is no image twice, and goes again', async ({ page }) => {
  await openImages(page);
  const folder = folderOf(page, one);
  await upload(page, folder, 'My disk (2).img', Buffer.alloc(9_000_000, 7));
  await expect(transfer(page, /^Upload My-disk-2\.img/)).toContainText('Done', { timeout: 30_000 });
  await expect(image(folder, 'My-disk-2.img')).toContainText('8.6');
  await upload(page, folder, 'My disk (2).img', Buffer.alloc(10, 7));
  await expect(page.getByRole('alert').filter({ hasText: 'There is an image of this name on the host.' })).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);
  await choose(page, folder, 'My-disk-2.img', 'Remove…');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the image' }).click();
  await expect(image(folder, 'My-disk-2.img')).toHaveCount(0);
});

test('folders of images are named in the settings, and one that two hosts have mounted is listed once', async ({ page }) => {
  await openImages(page);
  const nowhere = page.getByRole('region', { name: /^Images on .* in / });
  await expect(nowhere).toHaveCount(0);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const folders = page.getByRole('combobox', { name: 'Folders of golden images' });
  for (const [path, complaint] of [
    ['images', 'images is no whole path on a host: it begins with / and never goes up.'],
    ['/mnt/../images', '/mnt/../images is no whole path on a host'],
  ] as const) {
    await folders.fill(path);
    await folders.press('Enter');
    await expect(page.getByText(complaint)).toBeVisible();
  }
  await folders.fill('/mnt//images/');
  await folders.press('Enter');
  await expect(page.getByText('/mnt/images', { exact: true })).toBeVisible();
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  await page.getByRole('link', { name: 'Templates', exact: true }).click();
  await page.getByRole('link', { name: 'Golden images', exact: true }).click();
  const shared = page.getByRole('region', { name: 'Images on xen01 in /mnt/images', exact: true });
  await expect(shared).toContainText('shared with xen02', { timeout: 20_000 });
  await expect(page.getByRole('region', { name: 'Images on xen02 in /mnt/images', exact: true })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Images on db01 in /mnt/images', exact: true })).toContainText(
    'not there yet: an upload or a copy makes it',
  );
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  // Both hosts have it: there is nothing to be copied from one to the other.
  await shared.getByRole('button', { name: 'Actions for rocky-9.raw' }).click();
  await expect(page.getByRole('menuitem', { name: 'db01 /mnt/images' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'xen02 /srv/xen/images' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'xen02 /mnt/images' })).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'xen01 /srv/xen/images' }).click();
  await expect(transfer(page, /^Copy rocky-9\.raw from xen01:\/mnt\/images to xen01:\/srv\/xen\/images/)).toContainText('Done', {
    timeout: 60_000,
  });
  const own = page.getByRole('region', { name: 'Images on xen01 in /srv/xen/images', exact: true });
  await expect(image(own, 'rocky-9.raw')).toBeVisible();

  await upload(page, shared, 'new.img', Buffer.alloc(100_000, 7));
  await expect(image(shared, 'new.img')).toBeVisible({ timeout: 20_000 });
  await expect(shared).toContainText('shared with xen02');
  await choose(page, shared, 'new.img', 'Remove…');
  await expect(page.getByRole('dialog')).toContainText('which shares the folder with xen02: it goes from all of them');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the image' }).click();
  // Any Xen host may have it mounted, and to that one Hum has no connection: its host key is another one.
  await expect(
    page
      .getByRole('alert')
      .filter({ hasText: 'new.img stays: nobody can tell whether a disk on mail01 lies on it. Hum does not know its VMs.' }),
  ).toContainText('can be taken out of Hum');
  await expect(image(shared, 'new.img')).toBeVisible();
});
