import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Piece } from '../../src/main/pieces.ts';
import { createToken } from '../../src/main/web/security.ts';
import { startWebServer, type WebServer } from '../../src/main/web/server.ts';
import { loadSite } from '../../src/main/web/site.ts';
import { HumError } from '../../src/shared/errors.ts';
import { uploadPieceBytes } from '../../src/shared/file-limits.ts';
import { patience } from '../support/patience.ts';

/** The pieces of uploads over HTTP, from the page and from whoever else can reach the server. */

const transfer = crypto.randomUUID();
const full = { code: 'disk-full', message: 'It is full.', hint: 'Make room.' } as const;

let folder: string;
let server: WebServer;
let port: number;
let taken: Piece[];
let take: (piece: Piece) => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hum-pieces-'));
  writeFileSync(join(folder, 'index.html'), 'the page');
  taken = [];
  take = async (piece) => void taken.push(piece);
  server = await startWebServer({
    site: loadSite(folder),
    host: '127.0.0.1',
    port: 0,
    token: createToken(),
    log: pino({ level: 'silent' }),
  });
  const pieces = { expects: (id: string) => id === transfer, take: (piece: Piece) => take(piece) };
  server.open(() => () => undefined, { takeFile: () => undefined, pieces });
  port = Number(new URL(server.url).port);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Put {
  readonly path?: string;
  readonly body?: Buffer;
  readonly headers?: Record<string, string>;
}

async function put({ path = `/piece/${transfer}/0`, body = Buffer.from('piece'), headers = {} }: Put) {
  const origin = `http://127.0.0.1:${port}`;
  const length = { 'content-length': String(body.length) };
  const asked = request({ host: '127.0.0.1', port, path, method: 'PUT', headers: { origin, ...length, ...headers } });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, text };
}

it('are taken with what they are of, up to the longest, and what the console says of them comes back', async () => {
  const longest = Buffer.alloc(uploadPieceBytes, 7);
  expect(await put({ body: longest })).toEqual({ status: 204, text: '' });
  expect(taken).toHaveLength(1);
  expect(taken[0]).toMatchObject({ transfer, offset: 0 });
  expect(taken[0]?.data.equals(longest)).toBe(true);
  take = () => Promise.reject(new HumError(full));
  const refused = await put({});
  expect([refused.status, JSON.parse(refused.text)]).toEqual([200, full]);
});

it.each<[string, number, () => Put]>([
  ['from another origin', 403, () => ({ headers: { origin: 'http://evil.example' } })],
  ['for another host, as DNS rebinding makes them', 403, () => ({ headers: { host: 'evil.example', origin: 'http://evil.example' } })],
  ['of an upload that is not under way', 200, () => ({ path: `/piece/${crypto.randomUUID()}/0` })],
  ['of no upload', 400, () => ({ path: '/piece/' })],
  ['at no offset', 400, () => ({ path: `/piece/${transfer}/-1` })],
  ['at an offset that is no number', 400, () => ({ path: `/piece/${transfer}/1e3` })],
  ['of no bytes', 400, () => ({ body: Buffer.alloc(0) })],
  ['beside their address', 405, () => ({ path: `/pieces/${transfer}/0` })],
])('%s are refused with %i', async (_what, status, asked) => {
  expect((await put(asked())).status).toBe(status);
  expect(taken).toEqual([]);
});

/** What a server says to words that no browser would send, until it hangs up. */
async function say(words: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(words);
  await once(socket, 'close');
  return heard.slice(0, 'HTTP/1.1 000'.length);
}

const head = (path: string) => `PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\n`;

it.each<[string, string, () => string]>([
  ['without an origin', '403', () => `PUT /piece/${transfer}/0 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 9\r\n\r\n`],
  ['that are too long', '400', () => `${head(`/piece/${transfer}/0`)}Content-Length: ${uploadPieceBytes + 1}\r\n\r\n`],
  ['whose length is not told', '400', () => `${head(`/piece/${transfer}/0`)}Transfer-Encoding: chunked\r\n\r\n5\r\npiece\r\n`],
  ['to another address', '405', () => `${head('/')}Content-Length: 1000000\r\n\r\n`],
])('%s are refused without waiting for them, and the connection is closed', async (_what, status, words) => {
  expect(await say(words())).toBe(`HTTP/1.1 ${status}`);
  expect(taken).toEqual([]);
});

it('that are broken off are not taken', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${head(`/piece/${transfer}/0`)}Content-Length: 1000\r\n\r\nonly so much`);
  socket.end();
  await once(socket.resume(), 'close');
  await vi.waitFor(async () => expect((await put({})).status).toBe(204), patience);
  expect(taken.map(({ data }) => data.toString())).toEqual(['piece']);
});
