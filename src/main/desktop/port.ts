import type { MessagePortMainLike } from '@orpc/client/message-port';
import { type BrowserWindow, type IpcMainEvent, ipcMain, MessageChannelMain, type MessagePortMain } from 'electron';
import type { Logger } from '../logging.ts';
import { ownOrigin } from './origin.ts';

/** Serves one port until it is closed; answers what to do then. */
export type ServePort = (port: MessagePortMainLike, id: string) => () => void;

/**
 * Gives the window's page a port to the console when its preload asks (`hum:port`, once the page has loaded), and closes the port when the
 * page goes: by navigation, reload, crash or with the window. Only the main frame of this very window, showing our own origin, is given one.
 * The page receives it as src/preload/preload.ts says.
 */
export function offerPort(window: BrowserWindow, serve: ServePort, log: Logger): void {
  const { webContents } = window;
  let close: () => void = () => undefined;
  let count = 0;

  function onRequest(event: IpcMainEvent): void {
    if (event.sender !== webContents) return;
    const frame = event.senderFrame;
    if (!frame || frame !== webContents.mainFrame || frame.origin !== ownOrigin) {
      log.warn({ origin: frame?.origin }, 'port refused');
      return;
    }
    close();
    const { port1, port2 } = new MessageChannelMain();
    count += 1;
    close = servePort(port1, serve, `window-${webContents.id}-${count}`);
    webContents.postMessage('hum:port', null, [port2]);
  }

  ipcMain.on('hum:port', onRequest);
  webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) close();
  });
  webContents.on('render-process-gone', () => close());
  window.on('closed', () => {
    ipcMain.off('hum:port', onRequest);
    close();
  });
}

/**
 * Serves our end of a channel. oRPC learns of the end by `close`, which Electron documents for the other end's leaving only, so this stands
 * between and tells it in every case, exactly once.
 */
function servePort(port: MessagePortMain, serve: ServePort, id: string): () => void {
  const onClose: (() => void)[] = [];
  let open = true;
  const detach = serve(
    {
      on(event, listener) {
        if (event === 'message') port.on('message', ({ data }) => listener({ data }));
        else if (event === 'close') onClose.push(() => listener());
      },
      postMessage(data) {
        if (open) port.postMessage(data);
      },
    },
    id,
  );
  function end(): void {
    if (!open) return;
    open = false;
    for (const listener of onClose) listener();
    detach();
    port.close();
  }
  port.on('close', end);
  port.start();
  return end;
}
