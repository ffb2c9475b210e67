import { readFile } from 'node:fs/promises';
import { coloursOf } from './canvas.ts';
import { countOf, demoIsUp, filter, line, names, table } from './fleet.ts';
import { expect, test } from './hum.ts';
import { goByKeys } from './keys.ts';

test.use({ flags: ['--demo', '12'] });

test('each host is in one state, with its word, and the totals add up to the fleet', async ({ page }) => {
  await demoIsUp(page);
  const words = ['Online', 'Connecting', 'Stale', 'Unreachable', 'Login refused', 'New host key', 'Key changed', 'Disabled'];
  // All counts of one moment: a host may change its state between two looks. In a narrow window the zeros are not shown.
  const totals = page.getByRole('region', { name: 'Totals of the fleet' });
  await expect(async () => {
    const counts = await totals.locator('button').evaluateAll((buttons) =>
      buttons.map((button) => {
        const [, count = '', word = ''] = /^([\d,]+)(.*)$/.exec(button.textContent?.trim() ?? '') ?? [];
        return { count: Number(count.replaceAll(',', '')), word };
      }),
    );
    const byState = counts.filter(({ word }) => words.includes(word));
    expect(byState.map(({ word }) => word)).toEqual(words);
    expect(byState.reduce((sum, { count }) => sum + count, 0)).toBe(12);
  }).toPass();
  expect(await countOf(page, 'Key changed')).toBe(1);
  expect(await countOf(page, 'Login refused')).toBe(1);
  await expect(totals.getByText(/^[\d.]+ \/ [\d.]+ GiB$/)).toBeVisible();

  // A state is a shape and a word, never a colour alone.
  for (const name of await names(page)) await expect(line(page, name).getByRole('gridcell').nth(1)).toHaveText(new RegExp(words.join('|')));
  await expect(line(page, 'mon01')).toContainText('was refused. Tried:');
  await expect(line(page, 'web01')).toContainText(/[\d.]+ \/ [\d.]+ GiB/);
});

test('the filter finds by text, tag, figure and state, says how many answer, and explains what it does not understand', async ({
  page,
}) => {
  await demoIsUp(page);
  const all = await names(page);
  const field = filter(page);
  await field.fill('tag:db');
  await expect.poll(() => names(page)).toEqual(['db01', 'db02']);
  await expect(page.getByRole('toolbar', { name: 'The table' }).getByText('2 of 12 hosts')).toBeVisible();

  await field.fill('web -tag:ci');
  await expect.poll(() => names(page)).toEqual(['web01', 'web02', 'web03']);
  await field.fill('state:host-key-changed,auth-failed');
  await expect.poll(() => names(page)).toEqual(['mail01', 'mon01']);
  await field.fill('mem>0');
  await expect.poll(() => names(page)).toEqual(all.filter((name) => name !== 'mail01' && name !== 'mon01'));
  await field.fill('mem>80');
  await expect
    .poll(async () => {
      const ratios = await table(page)
        .locator('[data-id] [data-tip=memory]')
        .evaluateAll((cells) => cells.map((cell) => Number(/(\d+) %$/.exec(cell.textContent ?? '')?.[1])));
      return ratios.every((ratio) => ratio >= 80);
    })
    .toBe(true);

  await field.fill('tga:db');
  await expect(page.getByRole('status').filter({ hasText: 'There is no field "tga".' })).toBeVisible();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/There is no field "tga"/);
  await field.fill('mem>lots');
  await expect(page.getByRole('status').filter({ hasText: 'mem is compared with a number' })).toBeVisible();
  await field.fill('state:sleepy');
  await expect(page.getByRole('status').filter({ hasText: 'There is no state "sleepy".' })).toBeVisible();

  await field.fill('nobody-is-called-this');
  await page.getByText('No host answers this filter.').waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).last().click();
  await expect.poll(() => names(page)).toEqual(all);

  await page.getByRole('button', { name: /Key changed$/ }).click();
  await expect.poll(() => names(page)).toEqual(['mail01']);
  await expect(field).toHaveValue('state:host-key-changed');
});

test('the view is sorted, grouped and trimmed as one likes, and a reload keeps it', async ({ page, hum }) => {
  await demoIsUp(page);
  const heading = (title: string) => table(page).getByRole('columnheader', { name: title });
  await heading('Name').getByRole('button').click();
  await expect(heading('Name')).toHaveAttribute('aria-sort', 'descending');
  await expect.poll(async () => (await names(page))[0]).toBe('xen03');

  const group = page.getByRole('toolbar', { name: 'The table' }).getByRole('button', { name: 'Group' });
  await group.click();
  await expect(group).toHaveAttribute('aria-pressed', 'true');
  const store = table(page).getByRole('button', { name: /^db\s*2 hosts/ });
  await expect(store).toHaveAttribute('aria-expanded', 'true');
  await store.click();
  await expect(line(page, 'db01')).toHaveCount(0);
  await store.click();
  await expect(line(page, 'db01')).toBeVisible();

  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Swap' }).uncheck();
  await page.keyboard.press('Escape');
  await expect(heading('Swap')).toHaveCount(0);
  await filter(page).fill('web');
  await expect.poll(() => names(page)).toEqual(['web03', 'web02', 'web01']);

  // Saved once it has rested: what another page would start with.
  await expect(async () => expect(await readFile(`${hum.dataDir}/settings.json`, 'utf8')).toContain('"filter": "web"')).toPass();
  await page.reload();
  await expect.poll(() => names(page)).toEqual(['web03', 'web02', 'web01']);
  await expect(filter(page)).toHaveValue('web');
  await expect(heading('Name')).toHaveAttribute('aria-sort', 'descending');
  await expect(heading('Swap')).toHaveCount(0);
  await expect(group).toHaveAttribute('aria-pressed', 'true');
});

test('everything in the table is done by keyboard', async ({ page }) => {
  await demoIsUp(page);
  const chosen = page.getByRole('toolbar', { name: 'The selected hosts' });
  await page.keyboard.press('/');
  await expect(filter(page)).toBeFocused();
  await page.keyboard.type('web');
  await expect.poll(() => names(page)).toEqual(['web01', 'web02', 'web03']);
  await page.keyboard.press('Enter');
  await expect(table(page)).toBeFocused();

  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(table(page)).toHaveAttribute('aria-activedescendant', 'host-demo-web02');
  await page.keyboard.press('k');
  await expect(table(page)).toHaveAttribute('aria-activedescendant', 'host-demo-web01');
  await page.keyboard.press('x');
  await expect(chosen).toContainText('1 host selected');
  await page.keyboard.press('x');
  await expect(chosen).toHaveCount(0);
  await page.keyboard.press('Shift+ArrowDown');
  await expect(chosen).toContainText('2 hosts selected');
  await expect(line(page, 'web02')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+a');
  await expect(chosen).toContainText('3 hosts selected');

  await page.keyboard.press('Escape');
  await expect(chosen).toHaveCount(0);
  await expect(filter(page)).toHaveValue('web');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'web02', level: 1 })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(filter(page)).toHaveValue('web');
  await page.keyboard.press('Escape');
  await expect(filter(page)).toHaveValue('');

  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys.getByText('Open the host')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  await goByKeys(page, 's', page.getByRole('heading', { name: 'Settings', level: 1 }));
});

test('hosts are chosen with the mouse as in any list, and demo hosts cannot be edited', async ({ page }) => {
  await demoIsUp(page);
  const chosen = page.getByRole('toolbar', { name: 'The selected hosts' });
  await line(page, 'db01').click();
  await line(page, 'mail01').click({ modifiers: ['Shift'] });
  await expect(chosen).toContainText('3 hosts selected');
  await line(page, 'db02').click({ modifiers: ['ControlOrMeta'] });
  await expect(chosen).toContainText('2 hosts selected');
  await expect(chosen.getByRole('button', { name: 'Edit…' })).toHaveAttribute('aria-disabled', 'true');
  await table(page).getByRole('checkbox', { name: 'Select all hosts that are shown' }).click();
  await expect(chosen).toContainText('12 hosts selected');
  await chosen.getByRole('button', { name: /^Clear/ }).click();
  await expect(chosen).toHaveCount(0);
});

test('a cell of the heat strip names its host and opens it, with the mouse and with the keys', async ({ page }) => {
  await demoIsUp(page);
  const strip = page.getByRole('group', { name: /^Memory of 12 hosts/ });
  await expect.poll(() => coloursOf(strip.locator('canvas'))).toBeGreaterThan(3);

  // The strip stands by group, then name: the first cell is app's or backup's, whichever groups there are.
  await strip.hover({ position: { x: 6, y: 6 } });
  await expect(strip).toContainText('backup01');
  await strip.click({ position: { x: 6, y: 6 } });
  await expect(page.getByRole('heading', { name: 'backup01', level: 1 })).toBeVisible();

  await page.goBack();
  await page.keyboard.press('Tab');
  await strip.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const named = await strip.locator('[aria-live]').textContent();
  expect(named).toMatch(/^\w+, (Online|Connecting)/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: named?.split(',')[0] ?? '', level: 1 })).toBeVisible();
});
