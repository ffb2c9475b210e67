import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { isAccessible } from './axe.ts';
import { demoIsUp, line } from './fleet.ts';
import { addRealHost, openRealShell } from './real-shell.ts';
import { drawWithElements, drawWithGraphicsCard, screenText } from './screen-text.ts';
import { expect, test } from './sshd.ts';
import { expectShown } from './terminal.ts';

/** The shells of a host, from left to right. */
function shellsOn(page: Page, host: string): Locator {
  return page.getByRole('region', { name: `Shell on ${host}`, exact: true });
}

/** Opens a shell on a host of the fleet, as its key does. */
async function openShell(page: Page, host: string): Promise<Locator> {
  await line(page, host).click();
  await page.keyboard.press('s');
  const shell = shellsOn(page, host);
  await expect(shell).toHaveAttribute('data-state', 'open');
  return shell;
}

/** What a browser does on Ctrl-V, with this on the clipboard. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

/** That a text stands nowhere in the terminal. Find something that does stand there first, so that it is not looked for too early. */
async function expectAbsent(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+Shift+F');
  const field = page.getByRole('textbox', { name: 'Find in the terminal' });
  await field.fill(text);
  await expect(page.getByText('Nothing found')).toBeVisible();
  await field.press('Escape');
}

test.describe('in the demo', () => {
  test.use({ flags: ['--demo', '12'] });

  test('a graphics card draws a shell; when it is taken away, elements go on with what stood there', async ({ page }) => {
    await drawWithGraphicsCard(page);
    await demoIsUp(page);
    const shell = await openShell(page, 'xen01');
    await page.keyboard.type('echo before it\r');
    await expectShown(page, '# echo before it');
    const pictures = shell.locator('.xterm-screen canvas');
    await expect(pictures.first()).toBeAttached();
    expect(await screenText(shell)).toEqual([]);
    await pictures.evaluateAll((canvases) => {
      for (const canvas of canvases as HTMLCanvasElement[]) {
        canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
      }
    });
    await expect(async () => expect(await screenText(shell)).toContain('root@xen01:~# echo before it')).toPass({ timeout: 20_000 });
    await page.keyboard.type('echo after it\r');
    await expect(async () => expect(await screenText(shell)).toContain('after it')).toPass({ timeout: 20_000 });
    await expect(pictures).toHaveCount(0);
  });

  test('a search counts what it finds and says which of it is shown', async ({ page }) => {
    await demoIsUp(page);
    const shell = await openShell(page, 'xen01');
    await page.keyboard.type('echo findme\r');
    // Once the next command has answered, so has the one before.
    await page.keyboard.type('echo aft$?er\r');
    await expectShown(page, 'aft0er');
    await page.keyboard.press('Control+Shift+F');
    const field = page.getByRole('textbox', { name: 'Find in the terminal' });
    const count = shell.getByRole('status');
    await field.fill('findme');
    await expect(count).toHaveText('2 of 2');
    await field.press('Enter');
    await expect(count).toHaveText('1 of 2');
    await field.press('Shift+Enter');
    await expect(count).toHaveText('2 of 2');
    await field.fill('nowhere to be seen');
    await expect(page.getByText('Nothing found')).toBeVisible();
    await expect(count).toHaveCount(0);
  });

  test('a notification stands above the terminals, not on them', async ({ page }) => {
    await drawWithElements(page);
    await demoIsUp(page);
    const shell = await openShell(page, 'xen01');
    await page.keyboard.type('echo copied\r');
    await shell.locator('.xterm-rows > div').getByText('copied', { exact: true }).last().dblclick({ force: true });
    await page.keyboard.press('Control+Shift+C');
    const notice = page.getByRole('alert').filter({ hasText: /^Copied|does not allow copying/ });
    await expect(notice).toBeVisible();
    const dock = page.getByRole('region', { name: 'Terminals', exact: true });
    const below = async () => {
      const [box, terminals] = [await notice.boundingBox(), await dock.boundingBox()];
      return (box?.y ?? 0) + (box?.height ?? 0) - (terminals?.y ?? 0);
    };
    await expect.poll(below).toBeLessThan(0);
  });

  test('a shell opens by a key, is split, hidden and shown, and after its end opened again with what stood there', async ({ page }) => {
    await demoIsUp(page);
    const shell = await openShell(page, 'xen01');
    await page.keyboard.type('echo first of all\r');
    await expectShown(page, '# echo first of all');
    await page.keyboard.press('Control+Shift+Enter');
    await expect(shell).toHaveCount(2);
    await expect(shell.nth(1)).toHaveAttribute('data-state', 'open');
    await page.keyboard.type('echo other half\r');
    await expectShown(page, '# echo other half');
    await expectAbsent(page, 'first of all');
    await page.keyboard.press('Control+Shift+Q');
    await expect(shell).toHaveCount(1);

    await page.keyboard.press('Control+`');
    await expect(shell).toBeHidden();
    await page.keyboard.press('Control+`');
    await expect(shell).toBeVisible();
    await page.keyboard.type('exit 3\r');
    await expect(shell.getByRole('status')).toContainText('The shell has ended with status 3.');
    await page.keyboard.press('Enter');
    await expect(shell).toHaveAttribute('data-state', 'open');
    await expectShown(page, '# echo first of all');
  });

  test('a production host is marked in its tab and above its shell, and another is not', async ({ page }) => {
    await demoIsUp(page);
    await openShell(page, 'xen01');
    const dock = page.getByRole('region', { name: 'Terminals', exact: true });
    await expect(dock.getByText('Production', { exact: true })).toHaveCount(0);
    await openShell(page, 'db01');
    await expect(dock.getByText('Production', { exact: true }).filter({ visible: true })).toHaveCount(1);
    await expect(dock.getByRole('tab', { name: /db01/ })).toContainText('prod');
    await expect(dock.getByRole('tab', { name: /xen01/ })).not.toContainText('prod');
    await isAccessible(page);
  });

  test('a link opens a shell on its host, once', async ({ page }) => {
    await demoIsUp(page);
    const path = (await line(page, 'xen01').getByRole('link').getAttribute('href')) ?? '';
    for (let times = 0; times < 2; times++) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `${path}/shell`);
      await expect(page).toHaveURL(new RegExp(`${path.replace(/^#/, '')}$`));
      await expect(shellsOn(page, 'xen01')).toHaveAttribute('data-state', 'open');
    }
    await expect(shellsOn(page, 'xen01')).toHaveCount(1);
  });

  test('a paste loses what would act by itself, is shown first where it would run at once, and goes straight in once that is turned off', async ({
    page,
  }) => {
    await demoIsUp(page);
    const shell = await openShell(page, 'xen01');
    const asked = shell.getByRole('alertdialog');

    await paste(page, 'echo \u001b[201~pla\u202ein');
    await page.keyboard.press('Enter');
    await expectShown(page, '# echo [201~plain');
    await expect(asked).toHaveCount(0);

    await paste(page, 'echo never\nrm -rf sent\n');
    await expect(asked).toContainText('Paste these 2 lines? A shell runs each at once. It removes files.');
    await page.keyboard.press('Escape');
    await expect(asked).toHaveCount(0);
    await paste(page, 'sudo rm -rf /srv/old');
    await expect(asked).toContainText('It removes files.');
    await expect(asked).toContainText('sudo rm -rf /srv/old');
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await paste(page, 'echo one\necho two\n');
    await page.keyboard.press('Enter');
    await expectShown(page, '# echo two');
    await expectAbsent(page, 'never');
    await expectAbsent(page, '/srv/old');

    await page.evaluate(() => {
      location.hash = '#/settings';
    });
    const looks = page.getByRole('switch', { name: /^Show a paste of several lines/ });
    await looks.click();
    await expect(looks).not.toBeChecked();
    await shell.click();
    await paste(page, 'echo three\necho four\n');
    await expectShown(page, '# echo four');
    await expect(asked).toHaveCount(0);
  });

  test('a shell of before a restart asks before it connects, and begins in the directory where it was', async ({ page, hum }) => {
    await demoIsUp(page);
    const shell = await openShell(page, 'xen01');
    await page.keyboard.type('cd /etc/xen\r');
    await expectShown(page, '/etc/xen#');
    await expect(() => expect(readFileSync(join(hum.dataDir, 'settings.json'), 'utf8')).toContain('"/etc/xen"')).toPass();

    await page.reload();
    await demoIsUp(page);
    await expect(shell).toContainText('was open here in /etc/xen');
    await expect(shell).not.toHaveAttribute('data-state', /./);
    const again = shell.getByRole('button', { name: 'Open it again' });
    await expect(again).toHaveAttribute('aria-disabled', 'false');
    await expect(again).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(shell).toHaveAttribute('data-state', 'open');
    await page.keyboard.type('pwd\r');
    await expectShown(page, '/etc/xen# pwd');
  });
});

test.describe('on a real host', () => {
  test('a shell is a login; what it asks of the page is refused or asked once; a cut connection keeps what stood there and Enter reconnects', async ({
    page,
    rig,
    account,
  }) => {
    test.setTimeout(180_000);
    const key = await rig.clientKey();
    const sshd = await rig.sshd();
    await addRealHost(page, sshd, account, key);

    const shell = await openRealShell(page);
    await page.keyboard.type('echo "$TERM/$(id -un)/$(tty)"\r');
    await expectShown(page, `xterm-256color/${account}//dev/pts/`);

    // The clipboard and the title are not for reading: nothing comes back as if it had been typed.
    await page.keyboard.type(`bash -c 'printf "\\033]52;c;?\\a\\033[21t"; read -t 1 -rsn 1 a; echo "came<$a>"'\r`);
    await expectShown(page, 'came<>');

    // Putting something on it is asked for once, and a no holds.
    const asked = shell.getByRole('alertdialog');
    await page.keyboard.type(`printf '\\033]52;c;c2VjcmV0\\a'\r`);
    await expect(asked).toContainText('The host wants to put this on your clipboard.');
    await expect(asked).toContainText('secret');
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.type(`printf '\\033]52;c;c2VjcmV0\\a'; echo as""ked\r`);
    await expectShown(page, 'asked');
    await expect(asked).toHaveCount(0);

    await sshd.daemon.stop();
    await expect(shell.getByRole('status')).toContainText('connection', { timeout: 30_000 });
    await rig.sshd({ port: sshd.port, hostKeys: sshd.hostKeys });
    await expect(line(page, 'real')).toContainText('Online', { timeout: 60_000 });
    await shell.click();
    await page.keyboard.press('Enter');
    await expect(shell).toHaveAttribute('data-state', 'open');
    await page.keyboard.type('echo back""again\r');
    await expectShown(page, 'backagain');
    await expectShown(page, 'xterm-256color/');
  });
});
