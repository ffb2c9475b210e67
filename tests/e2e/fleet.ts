import type { Locator, Page } from '@playwright/test';
import type { InventoryHost } from '../../src/shared/contract/inventory.ts';
import { expect } from './hum.ts';

/** The fleet's table. */
export function table(page: Page): Locator {
  return page.getByRole('grid', { name: 'Hosts' });
}

/** The line of the host with this name. */
export function line(page: Page, name: string): Locator {
  return table(page)
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) });
}

/** The names in the table, from top to bottom. */
export async function names(page: Page): Promise<string[]> {
  const lines = await table(page)
    .locator('[data-id]')
    .evaluateAll((elements) =>
      elements.map((element) => ({
        row: Number(element.getAttribute('aria-rowindex')),
        name: element.querySelector('a')?.textContent ?? '',
      })),
    );
  return lines.sort((left, right) => left.row - right.row).map(({ name }) => name);
}

/** How many hosts the totals count in the state with this word. */
export async function countOf(page: Page, word: string): Promise<number> {
  const button = page
    .getByRole('region', { name: 'Totals of the fleet' })
    .getByRole('button', { name: new RegExp(`^[\\d,]+\\s*${word}$`) });
  return Number.parseInt(((await button.textContent()) ?? '').replaceAll(',', ''), 10);
}

/** The filter of the table. */
export function filter(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Filter hosts' });
}

/** The 12 hosts of the demo, each in the state that its role is to have: 10 that are well, one with a changed key, one that refuses the login. */
export async function demoIsUp(page: Page): Promise<void> {
  await expect(line(page, 'mail01')).toContainText('Key changed', { timeout: 20_000 });
  await expect(line(page, 'mon01')).toContainText('Login refused');
  await expect.poll(() => countOf(page, 'Online')).toBeGreaterThanOrEqual(9);
}

/** A saved host that is disabled, so that nothing is tried: for what is about the inventory alone. */
export function savedHost(name: string, rest: Partial<InventoryHost> = {}): InventoryHost {
  return {
    id: `saved-${name.replaceAll(/[^A-Za-z0-9]/g, '-')}`.slice(0, 64),
    name,
    address: name,
    port: 22,
    user: 'root',
    keyFile: null,
    group: null,
    tags: [],
    enabled: false,
    origin: 'manual',
    ...rest,
  };
}

/** The inventory as Hum keeps it: a file of its home, for `test.use({ homeFiles })`. */
export function savedInventory(hosts: readonly InventoryHost[]): Record<string, string> {
  return { 'data/inventory.json': JSON.stringify({ hosts }) };
}
