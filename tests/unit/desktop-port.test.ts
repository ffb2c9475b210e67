import { EventEmitter } from 'node:events';
import type { MessagePortMainLike } from '@orpc/client/message-port';
import type { BrowserWindow } from 'electron';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { offerPort } from '../../src/main/desktop/port.ts';

const { ipcMain, FakePort, FakeChannel } = vi.hoisted(() => {
  const { EventEmitter: Emitter } = require('node:events') as typeof import('node:events');

  /** One end of a channel, as Electron documents MessagePortMain: `start`, `close`, and `close` emitted when the other end leaves. */
  class Port extends Emitter {
    other: Port | undefined;
    started = false;
    closed = false;
    postMessage(data: unknown) {
      this.other?.emit('message', { data, ports: [] });
    }
    start() {
      this.started = true;
    }
    close() {
      if (this.closed) return;
      this.closed = true;
      this.other?.emit('close');
    }
  }
  class Channel {
    readonly port1 = new Port();
    readonly port2 = new Port();
    constructor() {
      this.port1.other = this.port2;
      this.port2.other = this.port1;
    }
  }
  return { ipcMain: new Emitter(), FakePort: Port, FakeChannel: Channel };
});
type FakePort = InstanceType<typeof FakePort>;

vi.mock('electron', () => ({ ipcMain, MessageChannelMain: FakeChannel }));

/** A window whose page shows our own origin, and what is needed to speak for it. */
function openWindow() {
  const mainFrame = { origin: 'hum://console' };
  const webContents = Object.assign(new EventEmitter(), { id: 1, mainFrame, postMessage: vi.fn() });
  const window = Object.assign(new EventEmitter(), { webContents });
  const served: { port: MessagePortMainLike; id: string; detach: ReturnType<typeof vi.fn<() => void>> }[] = [];
  offerPort(
    window as unknown as BrowserWindow,
    (port, id) => {
      const detach = vi.fn<() => void>();
      served.push({ port, id, detach });
      return detach;
    },
    pino({ level: 'silent' }),
  );
  const request = (event: object) => ipcMain.emit('hum:port', event);
  const handedOver = () =>
    webContents.postMessage.mock.calls.map(([channel, message, ports]) => ({ channel, message, ports: ports as FakePort[] }));
  return { window, webContents, mainFrame, served, request, handedOver };
}

beforeEach(() => ipcMain.removeAllListeners());

describe('the port of a window', () => {
  it('is handed to its main frame when that shows our own origin', () => {
    const { webContents, mainFrame, request, handedOver, served } = openWindow();
    request({ sender: webContents, senderFrame: mainFrame });
    expect(handedOver()).toEqual([{ channel: 'hum:port', message: null, ports: [expect.any(FakePort)] }]);
    expect(served).toHaveLength(1);
  });

  it.each([
    ['a frame within the page', { origin: 'hum://console' }, false],
    ['a page of another origin', { origin: 'https://evil.example' }, true],
    ['a page of the scheme under another name', { origin: 'hum://other' }, true],
    ['an opaque origin', { origin: 'null' }, true],
  ])('is not handed to %s', (_what, frame, isMain) => {
    const { webContents, request, handedOver, served } = openWindow();
    if (isMain) webContents.mainFrame = frame;
    request({ sender: webContents, senderFrame: frame });
    expect(handedOver()).toEqual([]);
    expect(served).toEqual([]);
  });

  it('is not handed to a frame that has gone, nor for another window', () => {
    const { webContents, mainFrame, request, handedOver } = openWindow();
    request({ sender: webContents, senderFrame: null });
    request({ sender: new EventEmitter(), senderFrame: mainFrame });
    expect(handedOver()).toEqual([]);
  });

  it('carries messages both ways, and only once it is served', () => {
    const { webContents, mainFrame, request, handedOver, served } = openWindow();
    request({ sender: webContents, senderFrame: mainFrame });
    const page = handedOver()[0]?.ports[0];
    const heard: unknown[] = [];
    served[0]?.port.on('message', (event) => heard.push(event?.data));
    page?.postMessage('question');
    page?.on('message', ({ data }) => heard.push(data));
    served[0]?.port.postMessage('answer');
    expect(heard).toEqual(['question', 'answer']);
    expect(page?.other?.started).toBe(true);
  });

  it.each<[string, (opened: ReturnType<typeof openWindow>) => void]>([
    ['the page closes it', ({ handedOver }) => handedOver()[0]?.ports[0]?.close()],
    ['the page is left', ({ webContents }) => webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })],
    ['the page crashes', ({ webContents }) => webContents.emit('render-process-gone')],
    ['the window closes', ({ window }) => window.emit('closed')],
    ['the page asks for another', ({ webContents, mainFrame, request }) => request({ sender: webContents, senderFrame: mainFrame })],
  ])('ends once, for the console and for its calls, when %s', (_when, act) => {
    const opened = openWindow();
    opened.request({ sender: opened.webContents, senderFrame: opened.mainFrame });
    const ended = vi.fn();
    opened.served[0]?.port.on('close', ended);
    act(opened);
    opened.webContents.emit('render-process-gone');
    expect(ended).toHaveBeenCalledTimes(1);
    expect(opened.served[0]?.detach).toHaveBeenCalledTimes(1);
    opened.served[0]?.port.postMessage('too late');
  });

  it('stays when the page only changes its hash, or a frame within it moves', () => {
    const { webContents, mainFrame, request, served } = openWindow();
    request({ sender: webContents, senderFrame: mainFrame });
    webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true });
    webContents.emit('did-start-navigation', { isMainFrame: false, isSameDocument: false });
    expect(served[0]?.detach).not.toHaveBeenCalled();
  });

  it('is no longer offered once the window has closed', () => {
    const { window } = openWindow();
    window.emit('closed');
    expect(ipcMain.listenerCount('hum:port')).toBe(0);
  });
});
