import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createToken } from '../../src/main/web/security.ts';
import { startWebServer, type WebServer } from '../../src/main/web/server.ts';
import { loadSite } from '../../src/main/web/site.ts';

/** As many connections as the server takes at a time. */
const mostConnections = 128;

let folder: string;
let server: WebServer;
let port: number;
const held: Socket[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hum-abuse-'));
  writeFileSync(join(folder, 'index.html'), 'the page');
  const log = pino({ level: 'silent' });
  server = await startWebServer({ site: loadSite(folder), host: '127.0.0.1', port: 0, token: createToken(), log });
  server.open(() => () => undefined);
  port = Number(new URL(server.url).port);
});
afterEach(async () => {
  for (const socket of held.splice(0)) socket.destroy();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens connections that say this, read nothing and never hang up by themselves. */
async function hold(count: number, words: string): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    held.push(socket.on('error', () => undefined).pause());
    await once(socket, 'connect');
    socket.write(words);
  }
}

/** The page, over a connection of its own. */
async function pageStatus(): Promise<number | undefined> {
  const asked = request({ host: '127.0.0.1', port, agent: false });
  asked.end();
  const [answer] = await once(asked, 'response');
  answer.resume();
  return answer.statusCode;
}

const handshake = (host: string, path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;

it.each<[string, () => string]>([
  ['handshakes from a foreign host', () => `${handshake('evil.example', '/rpc')}\r\n`],
  ['handshakes for another path', () => `${handshake(`127.0.0.1:${port}`, '/other')}\r\n`],
  ['tokens', () => `${handshake(`127.0.0.1:${port}`, '/rpc')}Sec-WebSocket-Protocol: hum.v1, token.wrong\r\n\r\n`],
])('refused %s whose senders keep their half of the connection shut nobody out', async (_what, words) => {
  await hold(mostConnections, words());
  await vi.waitFor(async () => expect(await pageStatus()).toBe(200), { timeout: 15_000 });
});
