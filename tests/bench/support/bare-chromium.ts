import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { WebSocket } from 'ws';

/**
 * A Chromium that Playwright can let go of. As long as Playwright holds a page it hears all that the page's sockets receive: renderer, browser and
 * bench then pass every byte on once more, which costs more than showing it.
 */
export interface BareChromium {
  /** Playwright's hold of it, until that is closed. The pages stay. */
  hold(): Promise<Browser>;
  /** The page that is open, held by nobody. */
  page(): Promise<BarePage>;
  stop(): Promise<void>;
}

/** A page over the DevTools protocol, of which nothing is asked but what is called here. */
export interface BarePage {
  /** What an expression, or the promise that it makes, comes to. */
  evaluate<Result>(expression: string): Promise<Result>;
  /** As typed by a composing keyboard: the text arrives at once. */
  insert(text: string): Promise<void>;
  /** A letter, or Enter. */
  press(key: string): Promise<void>;
  close(): void;
}

const patienceMs = 60_000;

export async function startBareChromium(size: { width: number; height: number }): Promise<BareChromium> {
  const profile = mkdtempSync(join(tmpdir(), 'hum-bench-chromium-'));
  const child = spawn(
    process.env.HUM_BROWSER ?? '/usr/bin/chromium',
    [
      '--headless=new',
      '--no-sandbox',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      `--window-size=${size.width},${size.height}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(profile, { recursive: true, force: true });
  };
  try {
    const endpoint = new URL(await devToolsAddress(child));
    return {
      hold: () => chromium.connectOverCDP(endpoint.href),
      async page() {
        const targets = (await (await fetch(`http://${endpoint.host}/json/list`)).json()) as {
          type: string;
          webSocketDebuggerUrl: string;
        }[];
        const target = targets.find(({ type }) => type === 'page');
        if (target === undefined) throw new Error('no page is open');
        return openPage(target.webSocketDebuggerUrl);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function devToolsAddress({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('Chromium has no stderr');
  let printed = '';
  const timer = AbortSignal.timeout(patienceMs);
  for await (const chunk of stderr.iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    const found = /DevTools listening on (ws:\S+)/.exec(printed)?.[1];
    if (found !== undefined) {
      stderr.resume();
      return found;
    }
    timer.throwIfAborted();
  }
  throw new Error(`Chromium did not start: ${printed}`);
}

async function openPage(address: string): Promise<BarePage> {
  const socket = new WebSocket(address, { maxPayload: 2 ** 28 });
  await once(socket, 'open');
  let ids = 0;
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  socket.on('message', (data) => {
    const { id, result, error } = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: { message: string } };
    if (id === undefined) return;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  });
  function send<Result>(method: string, params: object): Promise<Result> {
    ids += 1;
    const asked = Promise.withResolvers<unknown>();
    waiting.set(ids, asked);
    socket.send(JSON.stringify({ id: ids, method, params }));
    return asked.promise as Promise<Result>;
  }
  return {
    async evaluate<Result>(expression: string) {
      const { result, exceptionDetails } = await send<{
        result: { value: Result };
        exceptionDetails?: { text: string; exception?: { description?: string } };
      }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    async insert(text) {
      await send('Input.insertText', { text });
    },
    async press(key) {
      const text = key === 'Enter' ? '\r' : key;
      const code = key === 'Enter' ? 'Enter' : `Key${key.toUpperCase()}`;
      const windowsVirtualKeyCode = key === 'Enter' ? 13 : key.toUpperCase().charCodeAt(0);
      await send('Input.dispatchKeyEvent', { type: 'keyDown', key, code, text, windowsVirtualKeyCode });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, windowsVirtualKeyCode });
    },
    close: () => socket.close(),
  };
}
