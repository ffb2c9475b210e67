import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addRealHost, openRealShell } from './real-shell.ts';
import { drawWithElements, screenText, stillScreen } from './screen-text.ts';
import { expect, test } from './sshd.ts';
import { expectShown } from './terminal.ts';

/** Files whose bytes a host prints: what a person `cat`s is how most of these attacks arrive. */
let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hum-attacks-'));
  chmodSync(folder, 0o755);
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

function printed(name: string, bytes: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes, { mode: 0o644 });
  return path;
}

test('strings without an end cost no time and no memory of the page, and what comes after them is read as before', async ({
  page,
  rig,
  account,
}) => {
  test.setTimeout(240_000);
  const long = 'x'.repeat(12_000_000);
  const files = [`\u001b]0;${long}`, `\u001b]52;c;${'QUJD'.repeat(3_000_000)}`, `\u001bP$q${long}`, `\u001b_${long}`, `\u001b]8;;${long}`];
  const paths = files.map((bytes, index) => printed(`long-${index}`, bytes));
  await addRealHost(page, await rig.sshd(), account, await rig.clientKey());
  const shell = await openRealShell(page);
  const heap = () => page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
  const before = await heap();
  for (const path of paths) {
    await page.keyboard.type(`cat ${path}; printf '\\033\\\\'; echo "over $((40 + 2)) ${path.slice(-1)}"\r`);
    await expectShown(page, `over 42 ${path.slice(-1)}`);
  }
  expect((await heap()) - before).toBeLessThan(100 * 2 ** 20);
  await expect(shell.getByRole('alertdialog')).toHaveCount(0);
  const dock = page.getByRole('region', { name: 'Terminals', exact: true });
  expect((await dock.textContent())?.length).toBeLessThan(100_000);
});

test('no question of a host is answered with its own words, nor with anything that would run as a line', async ({ page, rig, account }) => {
  test.setTimeout(180_000);
  const questions = [
    // Titles and what could give them back.
    '\u001b]0;evil;id\n\u0007\u001b]2;evil;id\u0007\u001b[20t\u001b[21t\u001b[22t\u001b[23t\u001b]l\u0007',
    // The clipboard, each selection of it.
    ...['c', 'p', 'q', 's', '0', ''].map((kind) => `\u001b]52;${kind};?\u0007`),
    // Settings, capabilities, macros and function keys named by the host; the answerback.
    '\u001bP$qevil\r\n\u001b\\\u001bP+q6576696c\u001b\\\u001bP0;0;0!z6576696c0d\u001b\\\u001b[0*z\u001bP0;0|17/6576696c0d\u001b\\\u0005',
    // A file, a checksum, a palette, a font, the working directory.
    '\u001b]1337;File=name=ZXZpbA==:ZXZpbA==\u0007\u001b[1;1;1;1;9;9*y\u001b]50;?\u0007\u001b]50;evil\u0007\u001b]7;file://evil/evil%0aevil\u0007\u001b]7;?\u0007',
  ].join('');
  const path = printed('questions', questions);
  await addRealHost(page, await rig.sshd(), account, await rig.clientKey());
  await openRealShell(page);
  // What comes back as if it had been typed, until nothing does for ten seconds, which a busy browser may take to answer. CSI 5 n is answered: something must come.
  await page.keyboard.type(
    `stty raw -echo min 0 time 100; cat ${path}; printf '\\033[5n'; came=$(dd bs=4096 2>/dev/null | od -An -tx1 | tr -d ' \\n'); stty sane; echo "ca""me $came."\r`,
  );
  await expectShown(page, 'came ');
  await expectShown(page, '1b5b306e');
  for (const [what, hex] of [
    ['evil', '6576696c'],
    ['a carriage return', '0d'],
  ] as const) {
    await page.keyboard.type(`case "$came" in *${hex}*) echo "fo""und ${what}";; *) echo "no""thing of ${what}";; esac\r`);
    await expectShown(page, `nothing of ${what}`);
  }
});

test('a link shows where it leads, opens after a yes alone, and leads nowhere but to the web', async ({ page, rig, account }) => {
  test.setTimeout(180_000);
  await drawWithElements(page);
  const link = (target: string, text: string) => `\u001b]8;;${target}\u001b\\${text}\u001b]8;;\u001b\\\r\n`;
  const bad = ['javascript:alert(1)', 'file:///etc/passwd', 'ssh://evil', 'data:text/html,x', 'https://user:secret@evil.example/'];
  const path = printed(
    'links',
    link('https://evil.example/\u202egnp', 'https://bank.example/') + bad.map((target, index) => link(target, `number-${index}`)).join(''),
  );
  await addRealHost(page, await rig.sshd(), account, await rig.clientKey());
  const shell = await openRealShell(page);
  const opened: string[] = [];
  page.context().on('page', (other) => opened.push(other.url()));
  await page.keyboard.type(`clear; cat ${path}\r`);
  const rows = await stillScreen(shell, /number-4/);
  const press = async (text: string) => {
    const row = shell.locator('.xterm-rows > div').nth(rows.findIndex((each) => each.includes(text)));
    const box = await row.boundingBox();
    if (box === null) throw new Error(`no row with ${text}`);
    await page.mouse.move(box.x + 20, box.y + box.height / 2 + 1);
    await page.mouse.move(box.x + 24, box.y + box.height / 2);
  };
  const asked = shell.getByRole('alertdialog');

  await press('bank.example');
  await expect(shell.getByText('https://evil.example/%E2%80%AEgnp', { exact: true })).toBeVisible();
  await page.mouse.down();
  await page.mouse.up();
  await expect(asked).toContainText('Open this page in the browser? The link comes from the host.');
  await expect(asked).toContainText('https://evil.example/%E2%80%AEgnp');
  await expect(asked).not.toContainText('bank');
  await page.keyboard.press('Escape');
  await expect(asked).toHaveCount(0);

  for (const index of bad.keys()) {
    await press(`number-${index}`);
    await page.mouse.down();
    await page.mouse.up();
  }
  // One that does ask, so that the others have had their time.
  await press('bank.example');
  await page.mouse.down();
  await page.mouse.up();
  await expect(asked).toHaveCount(1);
  await expect(asked).toContainText('evil.example/%E2');
  expect(opened).toEqual([]);
});

test('what a host calls itself is shown with what hides in it, and its question takes no key that was meant for it', async ({
  page,
  rig,
  account,
}) => {
  test.setTimeout(180_000);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const path = printed('names', `\u001b]2;root\u202e\u200b\u2066<img src=x onerror=alert(1)>${'y'.repeat(3000)}\u0007`);
  const wish = printed('wish', '\u001b]52;c;c3RvbGVu\u0007');
  await addRealHost(page, await rig.sshd(), account, await rig.clientKey());
  const shell = await openRealShell(page);
  await page.keyboard.type(`cat ${path}\r`);
  const dock = page.getByRole('region', { name: 'Terminals', exact: true });
  await expect(dock).toContainText('root\\u{202e}\\u{200b}\\u{2066}<img src=x');
  expect(await dock.textContent()).not.toMatch(/[\u202e\u200b\u2066]|y{300}/u);
  await expect(dock.locator('img')).toHaveCount(0);

  await page.evaluate(() => navigator.clipboard.writeText('mine'));
  await page.keyboard.type(`cat ${wish}\r`);
  const asked = shell.getByRole('alertdialog');
  await expect(asked).toContainText('stolen');
  for (const key of ['Enter', ' ', 'y', 'Enter']) await page.keyboard.press(key);
  await expect(asked).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('mine');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(asked).toHaveCount(0);
  await expect(() => page.evaluate(() => navigator.clipboard.readText()).then((text) => expect(text).toBe('stolen'))).toPass();
});

test('a paste cannot leave its brackets, whatever is in it', async ({ page, rig, account }) => {
  test.setTimeout(180_000);
  await drawWithElements(page);
  await addRealHost(page, await rig.sshd(), account, await rig.clientKey());
  const shell = await openRealShell(page);
  await page.keyboard.type('clear; printf \'\\033[?2004h\'; echo re""ady; cat -v\r');
  await stillScreen(shell, /^ready$/);
  await page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, 'a\u001b[201~\u0003\u0004b\u009b201~\u202ec');
  await page.keyboard.press('Enter');
  await expect(async () => expect(await screenText(shell)).toContain('^[[200~a[201~b201~c^[[201~')).toPass();
});
