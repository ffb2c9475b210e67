import type { Locator, Page } from '@playwright/test';
import type { KeyPair, Server } from '../support/sshd.ts';
import { line } from './fleet.ts';
import { expect } from './hum.ts';

/** Adds the server as the host "real", trusts its key, and waits until it is online. */
export async function addRealHost(page: Page, sshd: Server, account: string, key: KeyPair): Promise<void> {
  await page.getByRole('button', { name: 'Add host', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('textbox', { name: 'Address' }).fill('127.0.0.1');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('real');
  await dialog.getByRole('textbox', { name: 'User' }).fill(account);
  await dialog.getByRole('textbox', { name: 'Port' }).fill(String(sshd.port));
  await dialog.getByRole('textbox', { name: 'Key file' }).fill(key.path);
  await dialog.getByRole('button', { name: 'Add host' }).click();
  await line(page, 'real').click();
  await page.getByRole('button', { name: 'Trust key…' }).click();
  await page.getByRole('button', { name: 'Trust 1 key' }).click();
  await expect(line(page, 'real')).toContainText('Online');
}

/** Opens a shell on it, as its key does. */
export async function openRealShell(page: Page): Promise<Locator> {
  await line(page, 'real').click();
  await page.keyboard.press('s');
  const shell = page.getByRole('region', { name: 'Shell on real', exact: true });
  await expect(shell).toHaveAttribute('data-state', 'open');
  return shell;
}
