import { EventEmitter } from 'node:events';
import type { Session, WebContents } from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { menuTemplate, offerEditing } from '../../src/main/desktop/menu.ts';
import { denyPermissions, guard, windowOptions } from '../../src/main/desktop/window.ts';
import { canBeGrabbed } from '../../src/main/desktop/window-state.ts';

const { openExternal, popup, buildFromTemplate } = vi.hoisted(() => {
  const popup = vi.fn();
  return { openExternal: vi.fn(async () => undefined), popup, buildFromTemplate: vi.fn((_template: unknown) => ({ popup })) };
});
vi.mock('electron', () => ({ shell: { openExternal }, BrowserWindow: class {}, Menu: { buildFromTemplate }, screen: {} }));

function guardedContents() {
  let onOpen: (details: { url: string }) => { action: string } = () => ({ action: 'unset' });
  const contents = Object.assign(new EventEmitter(), {
    focused: true,
    isFocused: () => contents.focused,
    setWindowOpenHandler: (handler: typeof onOpen) => {
      onOpen = handler;
    },
  });
  const ownWindows: string[] = [];
  guard(contents as unknown as WebContents, (url) => ownWindows.push(url));
  return { contents, ownWindows, open: (url: string) => onOpen({ url }) };
}

function isPrevented(contents: EventEmitter, name: string, details: object): boolean {
  const preventDefault = vi.fn();
  contents.emit(name, { ...details, preventDefault });
  return preventDefault.mock.calls.length > 0;
}

beforeEach(() => openExternal.mockClear());

describe('the window', () => {
  it("keeps the page apart from Node and the preload, as Electron's security checklist asks", () => {
    expect(windowOptions('/out/preload/preload.cjs', undefined).webPreferences).toMatchObject({
      preload: '/out/preload/preload.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    });
  });

  it('is shown only when there is something to see, where it stood before', () => {
    const bounds = { x: 10, y: 20, width: 900, height: 700, maximized: false };
    expect(windowOptions('', bounds)).toMatchObject({ show: false, x: 10, y: 20, width: 900, height: 700 });
  });

  it.each([
    'https://evil.example/',
    'http://localhost/',
    'file:///etc/passwd',
    'hum://other/',
    'hum://console.evil/',
    'javascript:alert(1)',
    'data:text/html,x',
    'not a url',
  ])('does not go to %s', (url) => {
    const { contents } = guardedContents();
    expect(isPrevented(contents, 'will-frame-navigate', { url, isMainFrame: true })).toBe(true);
  });

  it('may reload its own page, in the main frame alone', () => {
    const { contents } = guardedContents();
    expect(isPrevented(contents, 'will-frame-navigate', { url: 'hum://console/#/hosts/1', isMainFrame: true })).toBe(false);
    expect(isPrevented(contents, 'will-frame-navigate', { url: 'hum://console/', isMainFrame: false })).toBe(true);
  });

  it('follows no redirect and embeds no webview', () => {
    const { contents } = guardedContents();
    expect(isPrevented(contents, 'will-redirect', { url: 'hum://console/' })).toBe(true);
    expect(isPrevented(contents, 'will-attach-webview', {})).toBe(true);
  });

  it('opens no window; web links go to the browser of the person who is looking at it', () => {
    const { contents, open } = guardedContents();
    expect(open('https://xenproject.org/')).toEqual({ action: 'deny' });
    expect(openExternal).toHaveBeenCalledExactlyOnceWith('https://xenproject.org/');
    contents.focused = false;
    expect(open('https://xenproject.org/')).toEqual({ action: 'deny' });
    expect(openExternal).toHaveBeenCalledTimes(1);
  });

  it('opens by itself what a terminal is to have as a window of its own, for who is looking at it, and no other page of ours', () => {
    const { contents, ownWindows, open } = guardedContents();
    const wanted = 'hum://console/#/window?host=h1&directory=%2Fsrv';
    expect(open(wanted)).toEqual({ action: 'deny' });
    expect(open('hum://console/#/settings')).toEqual({ action: 'deny' });
    expect(open('hum://other/#/window?host=h1')).toEqual({ action: 'deny' });
    expect(open(`${wanted}${'x'.repeat(20_000)}`)).toEqual({ action: 'deny' });
    contents.focused = false;
    expect(open(wanted)).toEqual({ action: 'deny' });
    expect(ownWindows).toEqual([wanted]);
    expect(openExternal).not.toHaveBeenCalled();
  });

  it.each([
    'file:///bin/sh',
    'ssh://host',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'smb://host/share',
    'nonsense',
    `https://example.org/${'a'.repeat(3000)}`,
  ])('starts no program for %s', (url) => {
    expect(guardedContents().open(url)).toEqual({ action: 'deny' });
    expect(openExternal).not.toHaveBeenCalled();
  });

  it('grants the clipboard for writing and no other permission, asked or checked', () => {
    const handlers: Record<string, (...args: never[]) => unknown> = {};
    const keep = (name: string) => (handler: (...args: never[]) => unknown) => {
      handlers[name] = handler;
    };
    const session = Object.assign(new EventEmitter(), {
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
    });
    denyPermissions(session as unknown as Session);
    const asked = (permission: string) => {
      let granted: boolean | undefined;
      const callback = (answer: boolean) => {
        granted = answer;
      };
      (handlers.request as (contents: null, permission: string, callback: (granted: boolean) => void) => void)(null, permission, callback);
      return granted;
    };
    const checked = (permission: string) => (handlers.check as (contents: null, permission: string) => boolean)(null, permission);
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal', 'clipboard-read', 'usb', 'fileSystem', 'unknown']) {
      expect([permission, asked(permission), checked(permission)]).toEqual([permission, false, false]);
    }
    expect([asked('clipboard-sanitized-write'), checked('clipboard-sanitized-write')]).toEqual([true, true]);
    expect((handlers.device as () => boolean)()).toBe(false);
  });

  it('downloads what the page made itself or offers to a drag, and nothing else', () => {
    const session = Object.assign(new EventEmitter(), {
      setPermissionRequestHandler: () => undefined,
      setPermissionCheckHandler: () => undefined,
      setDevicePermissionHandler: () => undefined,
    });
    denyPermissions(session as unknown as Session);
    const stopped = (url: string) => {
      const preventDefault = vi.fn();
      session.emit('will-download', { preventDefault }, { getURL: () => url });
      return preventDefault.mock.calls.length > 0;
    };
    const token = 'a'.repeat(43);
    expect([stopped('blob:hum://console/1'), stopped(`hum://console/file/${token}`)]).toEqual([false, false]);
    for (const url of ['hum://console/', `hum://other/file/${token}`, `https://console/file/${token}`, 'file:///etc/passwd', 'data:,x'])
      expect([url, stopped(url)]).toEqual([url, true]);
  });

  it('stands where its title bar can be taken hold of, or else in the default place', () => {
    const screen = { x: 0, y: 0, width: 1920, height: 1080 };
    const window = { x: 100, y: 100, width: 1280, height: 800 };
    expect(canBeGrabbed(window, screen)).toBe(true);
    expect(canBeGrabbed({ ...window, x: 1900 }, screen)).toBe(false);
    expect(canBeGrabbed({ ...window, x: -1250 }, screen)).toBe(false);
    expect(canBeGrabbed({ ...window, y: -20 }, screen)).toBe(false);
    expect(canBeGrabbed({ ...window, y: 1070 }, screen)).toBe(false);
  });
});

describe('the menu', () => {
  it('marks the theme that is set and asks for the one that is chosen', () => {
    const choose = vi.fn();
    const view = menuTemplate('dark', choose, 'linux').find(({ label }) => label === 'View');
    const entries = (view?.submenu ?? []) as { label?: string; checked?: boolean; click?: () => void }[];
    const items = entries.filter(({ label }) => label?.startsWith('Theme'));
    expect(items.map(({ checked }) => checked)).toEqual([false, true, false]);
    items[2]?.click?.();
    expect(choose).toHaveBeenCalledExactlyOnceWith('light');
  });
});

describe('the menu of a text', () => {
  const nothing = { canCut: false, canCopy: false, canPaste: false, canSelectAll: false };
  function clicked(params: object): readonly unknown[] {
    popup.mockClear();
    buildFromTemplate.mockClear();
    const contents = new EventEmitter();
    offerEditing(contents as unknown as WebContents);
    contents.emit('context-menu', {}, params);
    expect(popup).toHaveBeenCalledTimes(buildFromTemplate.mock.calls.length);
    return buildFromTemplate.mock.calls.flatMap(([template]) => template as unknown[]);
  }

  it('offers in a field what can be done there', () => {
    expect(clicked({ isEditable: true, editFlags: { ...nothing, canPaste: true, canSelectAll: true } })).toEqual([
      { role: 'cut', enabled: false },
      { role: 'copy', enabled: false },
      { role: 'paste', enabled: true },
      { type: 'separator' },
      { role: 'selectAll', enabled: true },
    ]);
  });

  it('copies what is selected elsewhere, and does not come where nothing is', () => {
    expect(clicked({ isEditable: false, editFlags: { ...nothing, canCopy: true } })).toEqual([{ role: 'copy' }]);
    expect(clicked({ isEditable: false, editFlags: nothing })).toEqual([]);
  });
});
