import { isAccessible } from './axe.ts';
import { demoIsUp, line } from './fleet.ts';
import { expect, test } from './hum.ts';
import { expectShown } from './terminal.ts';

test.use({ flags: ['--demo', '12'] });

test('a text is found in the terminals that are not seen, and its tab is shown with the search open', async ({ page }) => {
  await demoIsUp(page);
  for (const host of ['xen01', 'xen02']) {
    await line(page, host).click();
    await page.keyboard.press('s');
    await expect(page.getByRole('region', { name: `Shell on ${host}`, exact: true })).toHaveAttribute('data-state', 'open');
    await page.keyboard.type(`echo need""le of ${host} in ${'a '.repeat(120)}haystack\r`);
    await expectShown(page, 'haystack');
  }
  await page.keyboard.press('Control+Shift+G');
  const dialog = page.getByRole('dialog', { name: 'Find in all terminals' });
  const field = dialog.getByRole('textbox', { name: 'Find in all terminals' });
  const results = dialog.getByRole('list', { name: 'Terminals that have it' }).getByRole('button');
  await field.fill('HAYSTACK');
  await expect(results).toHaveCount(2);
  await isAccessible(page);
  await field.fill('no such thing');
  await expect(dialog).toContainText('No terminal has it.');
  await field.fill('of xen01 in');
  await expect(results).toHaveCount(1);
  await expect(results).toContainText('xen01');
  await field.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('tab', { selected: true })).toContainText('xen01');
  const search = page.getByRole('textbox', { name: 'Find in the terminal' });
  await expect(search).toHaveValue('of xen01 in');
  await expect(search).toBeFocused();
  await expect(page.getByText('Nothing found')).toHaveCount(0);
});
