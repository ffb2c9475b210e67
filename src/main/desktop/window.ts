import { BrowserWindow, type BrowserWindowConstructorOptions, type Session, shell, type WebContents } from 'electron';
import { offerEditing } from './menu.ts';
import { isOfferUrl, isOwnUrl, startUrl } from './origin.ts';
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

/** Opens a window; it is shown when its first frame is painted. `onOwnWindow` hears of pages of ours that this one wants in a window of their own. */
export function openWindow(
  preload: string,
  bounds: Bounds | undefined,
  onOwnWindow: (url: string) => void,
  url: string = startUrl,
): BrowserWindow {
  const window = new BrowserWindow(windowOptions(preload, bounds));
  guard(window.webContents, onOwnWindow);
  offerEditing(window.webContents);
  denyPermissions(window.webContents.session);
  window.once('ready-to-show', () => {
    if (bounds?.maximized) window.maximize();
    window.show();
  });
  void window.loadURL(url);
  return window;
}

/**
 * Keeps a page where it is: it neither navigates, nor opens windows, nor embeds. A web link goes to the person's browser; a terminal that is to
 * have a window of its own gets one that this shell makes.
 */
export function guard(contents: WebContents, onOwnWindow: (url: string) => void): void {
  contents.on('will-frame-navigate', (event) => {
    if (!(event.isMainFrame && isOwnUrl(event.url))) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (!contents.isFocused()) return { action: 'deny' };
    if (isOwnWindow(url)) onOwnWindow(url);
    else if (isWebLink(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

/** The address of a window with terminals alone: src/renderer/terminals/own-window.ts. Nothing else is opened twice. */
function isOwnWindow(url: string): boolean {
  return url.length <= 16_384 && isOwnUrl(url) && new URL(url).hash.startsWith('#/window?');
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
    // An export is a blob: that the page made itself, a drag out of it an address that it has offered; nothing else is downloaded.
    if (!item.getURL().startsWith('blob:') && !isOfferUrl(item.getURL())) event.preventDefault();
  });
}
