import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { addRealHost, openRealShell } from './real-shell.ts';
import { drawWithElements, screenText, stillScreen } from './screen-text.ts';
import { expect, test } from './sshd.ts';

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hum-programs-'));
  chmodSync(folder, 0o777);
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Waits until the last line that says something on the screen is like this. */
async function expectLastLine(shell: Locator, line: RegExp): Promise<void> {
  await expect(async () => expect((await screenText(shell)).findLast((each) => each !== '')).toMatch(line)).toPass({ timeout: 60_000 });
}

/** A picture for whoever wants to see it; what is tested is the text. */
async function picture(page: Page, name: string): Promise<void> {
  await test.info().attach(name, { body: await page.screenshot(), contentType: 'image/png' });
}

test('vim, less, htop and tmux fill the terminal, follow its size, take keys and the mouse, and give the screen back', async ({
  page,
  rig,
  account,
}) => {
  test.setTimeout(300_000);
  const text = join(folder, 'lines.txt');
  writeFileSync(text, Array.from({ length: 500 }, (_, index) => `line ${index + 1} ünï🐚\n`).join(''));
  chmodSync(text, 0o666);
  await drawWithElements(page);
  await addRealHost(page, await rig.sshd({ settings: { SetEnv: `TMUX_TMPDIR=${folder} LANG=C.UTF-8` } }), account, await rig.clientKey());
  const shell = await openRealShell(page);
  // All of the page is the terminal's.
  await page.keyboard.press('Control+Shift+M');
  await page.keyboard.type(`cd ${folder}; PS1='> '; clear; echo before""hand\r`);
  const before = await stillScreen(shell, /^beforehand$/);
  const rows = before.length;
  const givesBack = async () => {
    await expectLastLine(shell, /^>$/);
    expect((await screenText(shell))[0]).toBe('beforehand');
  };

  await page.keyboard.type('cat -v\r');
  await page.keyboard.press('Control+/');
  await stillScreen(shell, /^\^_$/);
  await page.keyboard.press('Control+c');
  await page.keyboard.type(`clear; echo before""hand\r`);
  await stillScreen(shell, /^beforehand$/);

  await page.keyboard.type('vim -u NONE -N --cmd "set mouse=a ruler" lines.txt\r');
  await stillScreen(shell, /^line 1 ünï🐚$/);
  await page.keyboard.type('Ochanged 🐚\u001b');
  await stillScreen(shell, /^changed 🐚$/);
  await page.keyboard.type('G');
  await stillScreen(shell, /^line 500 ünï🐚$/);
  await page.keyboard.type('gg');
  await stillScreen(shell, /^changed 🐚$/);
  const box = await shell.locator('.xterm-screen').boundingBox();
  if (box === null) throw new Error('no screen');
  // The third line, where a mouse puts the cursor.
  await page.mouse.click(box.x + 2, box.y + (box.height / rows) * 2.5);
  await stillScreen(shell, / 3,1\b/);
  await picture(page, 'vim');
  await page.setViewportSize({ width: 1024, height: 700 });
  await expect(async () => expect((await screenText(shell)).length).not.toBe(rows)).toPass();
  await page.keyboard.type('G');
  await stillScreen(shell, /^line 500 ünï🐚$/);
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(async () => expect((await screenText(shell)).length).toBe(rows)).toPass();
  await page.keyboard.type(':wq\r');
  await expectLastLine(shell, /^>$/);
  await page.keyboard.type('clear; head -n 1 lines.txt; echo before""hand\r');
  await stillScreen(shell, /^changed 🐚$/);
  await page.keyboard.type('clear; echo before""hand\r');
  await stillScreen(shell, /^beforehand$/);

  await page.keyboard.type('less lines.txt\r');
  await stillScreen(shell, /^line 2 ünï🐚$/);
  await page.keyboard.type('/line 250\r');
  await stillScreen(shell, /^line 250 ünï🐚$/);
  await picture(page, 'less');
  await page.keyboard.type('q');
  await givesBack();

  await page.keyboard.type('htop\r');
  await shows(shell, /F1Help.*F10Quit/);
  await page.keyboard.press('F1');
  await shows(shell, /htop 3\.\d/);
  await picture(page, 'htop');
  await page.keyboard.type('q');
  await shows(shell, /F1Help.*F10Quit/);
  await page.keyboard.press('F10');
  await givesBack();

  // Else it takes keys that arrive in one packet for a paste, in which a prefix means nothing (tmux(1), assume-paste-time).
  writeFileSync(join(folder, 'tmux.conf'), 'set -g assume-paste-time 0\n');
  await page.keyboard.type('tmux -f tmux.conf -L hum new -s one\r');
  await shows(shell, /^\[one\] 0:/);
  await page.keyboard.type('echo left$((40 + 2))\r');
  await shows(shell, /^left42/);
  await page.keyboard.press('Control+b');
  await page.keyboard.type('%');
  await shows(shell, /│/);
  await page.keyboard.type('echo right$((40 + 2))\r');
  await shows(shell, /│.*right42/);
  await picture(page, 'tmux');
  await page.keyboard.press('Control+b');
  await page.keyboard.type('d');
  await expectLastLine(shell, /^>$/);
  await page.keyboard.type('clear; tmux -L hum attach\r');
  await shows(shell, /^left42.*│|│.*right42/);
  // A key that comes in one packet with those that open its prompt is lost in tmux: the prompt is awaited.
  await expect(async () => {
    await page.keyboard.press('Control+b');
    await page.keyboard.type(':');
    await expect(async () => expect(await screenText(shell)).toContain(':')).toPass({ timeout: 3000 });
  }).toPass({ timeout: 60_000 });
  await page.keyboard.type('kill-server\r');
  await expectLastLine(shell, /^>$/);
});

/** Waits for a line on a screen that goes on changing, as one with a clock does. */
async function shows(shell: Locator, line: RegExp): Promise<void> {
  await expect(async () => expect((await screenText(shell)).some((each) => line.test(each))).toBe(true)).toPass({ timeout: 60_000 });
}

test('twenty tabs print at once, each its own and all of it, and a flood in one holds up none', async ({ page, rig, account }) => {
  test.setTimeout(300_000);
  await drawWithElements(page);
  await addRealHost(page, await rig.sshd({ settings: { MaxSessions: '40' } }), account, await rig.clientKey());
  await openRealShell(page);
  const tabs = page.getByRole('region', { name: 'Terminals', exact: true }).getByRole('tab');
  for (let count = 2; count <= 20; count += 1) {
    await page.keyboard.press('Control+Shift+E');
    await expect(tabs).toHaveCount(count);
  }
  const seen = page.getByRole('region', { name: 'Shell on real', exact: true }).and(page.locator(':visible'));
  for (let index = 0; index < 20; index += 1) {
    await tabs.nth(index).click();
    await expect(seen).toHaveAttribute('data-state', 'open');
    await seen.click();
    // Once all have been told, the first floods until the end, and the others print so many lines together.
    await page.keyboard.type(
      index === 0
        ? `until [ -e ${folder}/go ]; do sleep 0.1; done; yes flood\r`
        : `PS1='> '; until [ -e ${folder}/go ]; do sleep 0.1; done; seq 1 5000; echo "tab $((${index} + 100)) done"\r`,
    );
  }
  writeFileSync(join(folder, 'go'), '');
  for (let index = 1; index < 20; index += 1) {
    await tabs.nth(index).click();
    const screen = await stillScreen(seen, new RegExp(`^tab ${index + 100} done$`));
    const at = screen.indexOf(`tab ${index + 100} done`);
    expect(screen.slice(at - 3, at)).toEqual(['4998', '4999', '5000']);
  }
  await tabs.nth(0).click();
  await seen.click();
  await page.keyboard.press('Control+c');
  await page.keyboard.type('clear; echo calm$((40 + 2))\r');
  await stillScreen(seen, /^calm42$/);
});
