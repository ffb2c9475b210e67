import { BrowserWindow, type BrowserWindowConstructorOptions, type Session, shell, type WebContents } from 'electron';
import { isOwnUrl, startUrl } from './origin.ts';
import type { Bounds } from './window-state.ts';

/** The window's options: what Electron's security checklist asks for is stated, also where it is the default. */
export function windowOptions(preload: string, bounds: Bounds | undefined): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 800,
    ...bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Hum',
    backgroundColor: '#15181c',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  };
}

/** Opens the window; it is shown when its first frame is painted. */
export function openWindow(preload: string, bounds: Bounds | undefined): BrowserWindow {
  const window = new BrowserWindow(windowOptions(preload, bounds));
  guard(window.webContents);
  denyPermissions(window.webContents.session);
  window.once('ready-to-show', () => {
    if (bounds?.maximized) window.maximize();
    window.show();
  });
  void window.loadURL(startUrl);
  return window;
}

/** Keeps a page where it is: it neither navigates, nor opens windows, nor embeds. A web link goes to the person's browser. */
export function guard(contents: WebContents): void {
  contents.on('will-frame-navigate', (event) => {
    if (!(event.isMainFrame && isOwnUrl(event.url))) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isWebLink(url) && contents.isFocused()) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

/** What a terminal or a host name may hold is not trusted to start programs: of all schemes only these two leave the app. */
function isWebLink(url: string): boolean {
  return url.length <= 2048 && URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

/** The page needs one permission: to put text that the person chose on the clipboard. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback) => callback(permission === 'clipboard-sanitized-write'));
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    // An export is a blob: that the page made itself; nothing else is downloaded.
    if (!item.getURL().startsWith('blob:')) event.preventDefault();
  });
}
