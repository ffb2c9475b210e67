import { filter, names, table } from './fleet.ts';
import { expect, test } from './hum.ts';
import { fitsItsWidth } from './layout.ts';

/** What each name of the file is, and how it is to be shown. */
const hostile: readonly (readonly [name: string, shown: string])[] = [
  ['<img src=x onerror="globalThis.ran = 1">', '<img src=x onerror="globalThis.ran = 1">'],
  ['pay\u202egnp.exe', 'pay\\u{202e}gnp.exe'],
  ['$(reboot)`id`;rm -rf ~', '$(reboot)`id`;rm -rf ~'],
  ['zero\u200bwidth\u2066', 'zero\\u{200b}width\\u{2066}'],
  ['{{constructor.constructor("globalThis.ran = 1")()}}', '{{constructor.constructor("globalThis.ran = 1")()}}'],
  ['n'.repeat(253), `${'n'.repeat(120)}…`],
];

const file = JSON.stringify({
  format: 'hum-inventory',
  version: 1,
  hosts: hostile.map(([name], index) => ({
    name,
    address: `192.0.2.${index + 1}`,
    port: 22,
    user: 'root',
    keyFile: null,
    group: index === 0 ? '<script>globalThis.ran = 1</script>' : 'a\u202eb',
    tags: ['<b>bold</b>', 'c\u202ed'],
    enabled: false,
  })),
});

test('text that an import brings in is shown as text everywhere, and nothing of it runs', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await page.getByRole('button', { name: 'Import it' }).click();
  await page
    .getByRole('dialog', { name: 'Import an inventory file' })
    .locator('input[type=file]')
    .setInputFiles({ name: 'hosts\u202enosj.json', mimeType: 'application/json', buffer: Buffer.from(file) });
  await expect.poll(async () => (await names(page)).sort()).toEqual(hostile.map(([, shown]) => shown).sort());

  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Tags' }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('toolbar', { name: 'The table' }).getByRole('button', { name: 'Group' }).click();
  await expect(table(page).getByRole('button', { name: '<script>globalThis.ran = 1</script>' })).toBeVisible();
  await expect(table(page).getByText('<b>bold</b>, c\\u{202e}d')).toHaveCount(hostile.length);
  await fitsItsWidth(page);

  for (const [, shown] of hostile) {
    await table(page).getByRole('link', { name: shown, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(shown);
    expect(await page.title()).not.toMatch(/[\u200b\u202e\u2066]/);
    await fitsItsWidth(page);
    await page.goBack();
  }

  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill('exe');
  await expect(page.getByRole('dialog').getByRole('button', { name: /^pay\\u\{202e\}gnp\.exe/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await filter(page).fill('<b>\u202e');
  await expect(page.getByText('No host answers this filter.')).toBeVisible();
  await filter(page).fill('');

  await table(page).getByRole('link', { name: '$(reboot)`id`;rm -rf ~' }).click();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('$(reboot)`id`;rm -rf ~ was removed');

  const raw = await page.evaluate(() => ({
    ran: 'ran' in globalThis,
    foreign: document.querySelectorAll('main :is(img, script, b)').length,
  }));
  expect(raw).toEqual({ ran: false, foreign: 0 });
  // Invisible characters are nowhere in what is shown or spoken; only a field that is typed into keeps them.
  const words = await page.evaluate(
    () =>
      document.body.textContent +
      [...document.querySelectorAll('[aria-label], [title]')]
        .map((element) => `${element.getAttribute('aria-label')} ${element.getAttribute('title')}`)
        .join(' '),
  );
  expect(words).not.toMatch(/[\u200b\u202e\u2066]/);
});

test('an import file that is hostile itself is refused in words, with what it holds made visible', async ({ page }) => {
  await page.getByRole('button', { name: 'Import it' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import an inventory file' });
  const choose = (text: string) =>
    dialog
      .locator('input[type=file]')
      .setInputFiles({ name: '<img src=x onerror=alert(1)>.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await choose('[[[[[[[[[[');
  await expect(dialog.getByRole('alert').first()).toContainText('<img src=x onerror=alert(1)>.json has');
  await choose(
    JSON.stringify({ format: 'hum-inventory', version: 1, hosts: [{ name: 'bell\u0007', address: '192.0.2.1\nProxyCommand x' }] }),
  );
  await expect(dialog.getByRole('alert').first()).toContainText('No control characters.');
  await fitsItsWidth(page);
});
