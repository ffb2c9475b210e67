import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { app, type BrowserWindow, dialog, Notification, nativeImage, nativeTheme, protocol, safeStorage, Tray } from 'electron';
import { problemOf } from '../../shared/errors.ts';
import { type Console, createConsole } from '../console.ts';
import { createLogger, type Logger } from '../logging.ts';
import { makeDataDir } from '../storage/data-dir.ts';
import { readShellFlags } from '../web/flags.ts';
import { endWhenAsked, outliveStrayRejections } from '../web/lifetime.ts';
import { loadSite } from '../web/site.ts';
import { createDesktopAlerts } from './alerts.ts';
import { keychainVault } from './keychain.ts';
import { showMenu } from './menu.ts';
import { registerScheme, serveScheme } from './origin.ts';
import { offerPort } from './port.ts';
import { openElectronStore } from './store.ts';
import { openWindow } from './window.ts';
import { type Bounds, keepBounds, readBounds } from './window-state.ts';

/** The built files lie beside this one: out/main/desktop.js, out/main/demo-server.js, out/preload/, out/renderer/. */
const built = import.meta.dirname;

async function run(): Promise<void> {
  const flags = readShellFlags(ownArguments());
  makeDataDir(flags.dataDir);
  // Chromium's own files get a folder of their own, and the single-instance lock, which lies there, goes with the data folder.
  app.setPath('userData', join(flags.dataDir, 'chromium'));
  if (!app.requestSingleInstanceLock()) return app.quit();
  registerScheme(protocol);
  app.enableSandbox();
  await app.whenReady();

  const log = createLogger(flags.dataDir);
  outliveStrayRejections(log);
  let openedWindow: BrowserWindow | undefined;
  const console = await createConsole({
    shell: 'desktop',
    dataDir: flags.dataDir,
    openStore: openElectronStore,
    demoServerPath: join(built, 'demo-server.js'),
    vault: keychainVault(safeStorage, openElectronStore('secrets', flags.dataDir)),
    desktopAlerts: createDesktopAlerts({
      app,
      newNotification: (notification) => new Notification(notification),
      newTray: (image) => new Tray(image),
      imageOf: (bitmap, size) => nativeImage.createFromBitmap(bitmap, size),
      bringForward,
      log,
    }),
    log,
  });
  serveScheme(protocol, loadSite(join(built, '../renderer')), console, log);
  const stopTheme = followTheme(console, log);

  // On macOS the app outlives its window.
  function bringForward(): BrowserWindow {
    if (openedWindow === undefined || openedWindow.isDestroyed()) openedWindow = openConsoleWindow(flags.dataDir, console, log);
    if (openedWindow.isMinimized()) openedWindow.restore();
    openedWindow.focus();
    return openedWindow;
  }
  openedWindow = openConsoleWindow(flags.dataDir, console, log);
  app.on('second-instance', bringForward);
  app.on('activate', bringForward);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });

  const end = endWhenAsked(
    async () => {
      stopTheme();
      await console.stop();
    },
    (code) => app.exit(code),
  );
  app.on('will-quit', (event) => {
    event.preventDefault();
    end();
  });
  if (flags.demoHosts > 0)
    await console.startDemo(flags.demoHosts, flags.demoDomains).catch((error: unknown) => showProblem('The demo fleet', error));
}

function openConsoleWindow(dataDir: string, console: Console, log: Logger): BrowserWindow {
  const store = openElectronStore('window', dataDir);
  const window = openPage(console, log, readBounds(store));
  keepBounds(window, store);
  return window;
}

/** A window on the console. Those of terminals alone stand where the system puts them, and are not brought back after a restart. */
function openPage(console: Console, log: Logger, bounds: Bounds | undefined, url?: string): BrowserWindow {
  const onOwnWindow = (wanted: string) => void openPage(console, log, undefined, wanted);
  const window = openWindow(join(built, '../preload/preload.cjs'), bounds, onOwnWindow, url);
  const calls = new RPCHandler(console.router);
  offerPort(
    window,
    (port, id) => {
      // A MessagePort does not tell how much waits in it; renderer and console share one machine, so the way is taken as free.
      const { context, detach } = console.attach({ id, writable: () => Promise.resolve() });
      calls.upgrade(port, { context });
      return detach;
    },
    log,
  );
  return window;
}

/** The menu is a client of the console like any other: it shows the theme that is set and asks for another. */
function followTheme(console: Console, log: Logger): () => void {
  const { context, detach } = console.attach({ id: 'menu', writable: () => Promise.resolve() });
  const client = createRouterClient(console.router, { context });
  const stopping = new AbortController();
  const failed = (error: unknown) => log.error({ err: error }, 'theme menu');
  async function follow(): Promise<void> {
    // A menu looks at no host; as a visible client it would keep a hidden window's fleet at full pace.
    await client.fleet.setVisible({ visible: false });
    for await (const { theme } of await client.settings.watch(undefined, { signal: stopping.signal })) {
      nativeTheme.themeSource = theme;
      showMenu(theme, (chosen) => void client.settings.update({ theme: chosen }).catch(failed));
    }
  }
  follow().catch((error: unknown) => {
    if (!stopping.signal.aborted) failed(error);
  });
  return () => {
    stopping.abort();
    detach();
  };
}

/** Our flags stand after `--`: what stands before is Electron's and Chromium's, and Chromium takes nothing after it for a switch. */
function ownArguments(): string[] {
  const separator = process.argv.indexOf('--');
  return separator < 0 ? [] : process.argv.slice(separator + 1);
}

// Not awaited: Electron fires `ready` only after this module has been evaluated (Electron: "ES Modules in Electron", caveats).
run().catch((error: unknown) => {
  showProblem('Hum cannot start', error);
  app.exit(1);
});

function showProblem(title: string, error: unknown): void {
  const { code, message, hint, detail } = problemOf(error);
  if (code === 'cancelled') return;
  dialog.showErrorBox(title, [message, detail, hint].filter((part) => part !== undefined).join('\n\n'));
}
