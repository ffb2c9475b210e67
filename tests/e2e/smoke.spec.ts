import { expect, test } from './hum.ts';

test('the page opens, connects and offers the ways on when there are no hosts', async ({ page }) => {
  await expect(page).toHaveTitle(/Hum/);
  await expect(page.getByRole('button', { name: /demo/i }).first()).toBeVisible();
});

test('a link whose token is not the right one is told so in a sentence, and nothing of the fleet is shown', async ({ hum, page }) => {
  test(hum.shell === 'desktop', 'the window has no link and no token');
  const wrong = await page.context().newPage();
  await wrong.goto(hum.link.replace(/#token=.*/, `#token=${'A'.repeat(43)}`));
  await expect(wrong.getByText(/link|token/i).first()).toBeVisible();
  await expect(wrong.getByRole('button', { name: /demo/i })).toHaveCount(0);
});

test('the token leaves the address bar once it has been taken', async ({ hum, page }) => {
  test(hum.shell === 'desktop', 'the window has no link and no token');
  await expect.poll(() => page.url()).not.toContain('token');
});

test('the page reaches nothing but its own console', async ({ hum, page }) => {
  test(hum.shell === 'desktop', 'the window is checked by tests/unit/desktop');
  const origins = new Set<string>();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await page.reload();
  await expect(page.getByRole('button', { name: /demo/i }).first()).toBeVisible();
  expect([...origins]).toEqual([new URL(hum.link).origin]);
});
