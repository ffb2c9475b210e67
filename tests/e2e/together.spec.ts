import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { countOf, line } from './fleet.ts';
import { fitsItsWidth, inEachWindow } from './layout.ts';
import { expectShown } from './terminal.ts';
import { at, expect, names, test } from './web-hosts.ts';

const dock = (page: Page) => page.getByRole('region', { name: 'Terminals', exact: true });
const strip = (page: Page) => page.getByRole('region', { name: 'Typing into several shells' });

async function openShell(page: Page, host: string): Promise<void> {
  await line(page, host).click();
  await page.keyboard.press('s');
  await expect(page.getByRole('region', { name: `Shell on ${host}`, exact: true })).toHaveAttribute('data-state', 'open', {
    timeout: 30_000,
  });
}

test('what is typed and pasted goes into all shells that take part, none in production by itself, and no answer of a terminal to another', async ({
  page,
  rig,
}) => {
  const dir = mkdtempSync(join(rig.dir, 'typed-'));
  await chmod(dir, 0o777);
  const has = (file: string) => existsSync(join(dir, file));
  await expect.poll(() => countOf(page, 'Online'), { timeout: 30_000 }).toBe(names.length);
  for (const host of ['web4', 'web2', 'web1']) await openShell(page, host);

  await page.keyboard.press('Control+Shift+B');
  await expect(strip(page)).toContainText('Typing goes into 2 shells at once:');
  await expect(strip(page).getByRole('button', { pressed: true })).toHaveText(['web2', 'web1'], { ignoreCase: false });
  await expect(strip(page).getByRole('button', { name: /^web4/ })).toContainText('prod');
  await expect(dock(page).getByText('Typed into together').filter({ visible: true })).toHaveCount(1);
  await inEachWindow(page, () => fitsItsWidth(page));
  await isAccessible(page);

  await page.keyboard.type(
    `${at}; touch ${dir}/typed-$at; [ $at = 1 ] && printf '\\033[c'; read -r said; echo "$said" > ${dir}/said-$at\r`,
  );
  await expect.poll(() => has('typed-1') && has('typed-2'), { timeout: 30_000 }).toBe(true);
  // What xterm.js tells of itself, echoed by the terminal of web1.
  await expectShown(page, '[?1;2c');
  await page.keyboard.type('z\r');
  await expect.poll(() => has('said-1') && has('said-2'), { timeout: 30_000 }).toBe(true);
  await expect.poll(() => readFileSync(join(dir, 'said-2'), 'utf8')).toBe('z\n');
  expect(has('typed-4')).toBe(false);

  // What comes without a key, as from a picker of emoji.
  await page.keyboard.type(`touch ${dir}/picked-`);
  await page.keyboard.insertText('é');
  await page.keyboard.type('-$at\r');
  await expect.poll(() => has('picked-é-1') && has('picked-é-2'), { timeout: 30_000 }).toBe(true);

  await page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, `touch ${dir}/pasted-$at`);
  await page.keyboard.press('Enter');
  await expect.poll(() => has('pasted-1') && has('pasted-2'), { timeout: 30_000 }).toBe(true);

  await strip(page).getByRole('button', { name: /^web4/ }).click();
  await strip(page).getByRole('button', { name: 'web2', exact: true }).click();
  await page.keyboard.type(`${at}; touch ${dir}/others-$at\r`);
  await expect.poll(() => has('others-1') && has('others-4'), { timeout: 30_000 }).toBe(true);

  await page.keyboard.press('Control+Shift+B');
  await expect(strip(page)).toHaveCount(0);
  await expect(dock(page).getByText('Typed into together')).toHaveCount(0);
  await page.keyboard.type(`touch ${dir}/alone-$at\r`);
  await expect.poll(() => has('alone-1'), { timeout: 30_000 }).toBe(true);
  expect(['others-2', 'alone-2', 'alone-4'].filter(has)).toEqual([]);
});
