import { expect, test } from './hum.ts';

test('a link whose token is not the right one is told so in a sentence, and nothing of the fleet is shown', async ({ hum, page }) => {
  const wrong = await page.context().newPage();
  await wrong.goto(hum.link.replace(/#token=.*/, `#token=${'A'.repeat(43)}`));
  await expect(wrong.getByRole('heading', { name: 'Open the link that Hum printed' })).toBeVisible();
  await expect(wrong.getByRole('button', { name: /demo/i })).toHaveCount(0);
});

test('a page without a token is told where to find the link', async ({ hum, page }) => {
  const bare = await page.context().newPage();
  await bare.goto(new URL('/', hum.link).href);
  await expect(bare.getByRole('heading', { name: 'Open the link that Hum printed' })).toBeVisible();
});

test('the token leaves the address bar once it has been taken', async ({ page }) => {
  await expect.poll(() => page.url()).not.toContain('token');
});

test('the page asks nothing of any other server than its own console', async ({ hum, page }) => {
  const origins = new Set<string>();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await page.reload();
  await expect(page.getByRole('button', { name: /demo/i }).first()).toBeVisible();
  expect([...origins]).toEqual([new URL(hum.link).origin]);
});

test('a page whose console has gone says so, and goes on by itself when it is back', async ({ hum, page }) => {
  hum.expectedComplaints.push(/ERR_CONNECTION_(REFUSED|RESET)|Unexpected response code: 503/);
  await expect(page.getByRole('button', { name: /demo/i }).first()).toBeVisible();
  await hum.stop();
  await expect(page.getByRole('status').filter({ hasText: 'Hum does not answer.' })).toBeVisible();
  await hum.restart();
  await expect(page.getByText('Hum does not answer.')).toHaveCount(0, { timeout: 20_000 });
});
