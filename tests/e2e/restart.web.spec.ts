import { line, names } from './fleet.ts';
import { expect, test } from './sshd.ts';

for (const [how, end] of [
  ['is ended', 'stop'],
  ['is killed with kill -9', 'kill'],
] as const) {
  test(`a console that ${how} has its hosts again after the start, and the page goes on from a fresh snapshot`, async ({
    hum,
    page,
    rig,
    account,
  }) => {
    hum.expectedComplaints.push(/ERR_CONNECTION_(REFUSED|RESET)|Unexpected response code: 503/);
    const key = await rig.clientKey();
    const sshd = await rig.sshd();
    await page.getByRole('button', { name: 'Add host', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a host' });
    await dialog.getByRole('textbox', { name: 'Address' }).fill('127.0.0.1');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('kept');
    await dialog.getByRole('textbox', { name: 'User' }).fill(account);
    await dialog.getByRole('textbox', { name: 'Port' }).fill(String(sshd.port));
    await dialog.getByRole('textbox', { name: 'Key file' }).fill(key.path);
    await dialog.getByRole('button', { name: 'Add host' }).click();
    await line(page, 'kept').click();
    await page.getByRole('button', { name: 'Trust key…' }).click();
    await page.getByRole('button', { name: 'Trust 1 key' }).click();
    await expect(line(page, 'kept')).toContainText('Online');

    await hum[end]();
    await expect(page.getByRole('status').filter({ hasText: 'Hum does not answer.' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Retry now' })).toBeVisible();
    // What was known stays in sight, marked as of before.
    await expect(line(page, 'kept')).toBeVisible();

    await hum.restart();
    await expect(page.getByText('Hum does not answer.')).toHaveCount(0, { timeout: 20_000 });
    await expect.poll(() => names(page)).toEqual(['kept']);
    await expect(line(page, 'kept')).toContainText('Online');
    await expect(line(page, 'kept')).toContainText('now');
  });
}
