import { expect, test } from './hum.ts';

test('the page opens, connects and offers the ways on when there are no hosts', async ({ page }) => {
  await expect(page).toHaveTitle(/Hum/);
  await expect(page.getByRole('button', { name: /demo/i }).first()).toBeVisible();
});
