import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createLogger } from '../../src/main/logging.ts';
import { noncePlaceholder } from '../../src/main/web/page.ts';
import { createToken } from '../../src/main/web/security.ts';
import { startWebServer, type WebServer } from '../../src/main/web/server.ts';
import { loadSite } from '../../src/main/web/site.ts';
import type { PacedSocket } from '../../src/main/web/socket.ts';
import { patience } from '../support/patience.ts';

const token = createToken();
let folder: string;
let server: WebServer;
let port: number;
const served: { socket: PacedSocket; closed: boolean }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hum-web-'));
  mkdirSync(join(folder, 'site', 'assets'), { recursive: true });
  writeFileSync(
    join(folder, 'site', 'index.html'),
    `<meta property="csp-nonce" nonce="${noncePlaceholder}"><script src="/assets/a-1.js"></script>`,
  );
  writeFileSync(join(folder, 'site', 'assets', 'a-1.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not for the page');
  server = await startWebServer({ site: loadSite(join(folder, 'site')), host: '127.0.0.1', port: 0, token, log: createLogger(folder) });
  port = Number(new URL(server.url).port);
  server.open((socket) => {
    const record = { socket, closed: false };
    served.push(record);
    socket.addEventListener('message', (event) => socket.send(`echo ${String(event.data)}`));
    return () => {
      record.closed = true;
    };
  });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** One request with the path exactly as given: no client normalises it on the way. */
async function ask({
  method = 'GET',
  path = '/',
  headers = {},
}: Ask): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const asked = request({ host: '127.0.0.1', port, method, path, headers });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += chunk;
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

interface Handshake {
  readonly protocols?: string[];
  readonly origin?: string | undefined;
  readonly host?: string;
  readonly path?: string;
}

/** How a handshake ended: the HTTP status that refused it, the code that closed it, or open. */
async function shake(given: Handshake = {}): Promise<{ socket: WebSocket; ended: string }> {
  const { protocols = ['hum.v1', `token.${token}`], path = '/rpc', host = `127.0.0.1:${port}` } = given;
  const origin = 'origin' in given ? given.origin : `http://127.0.0.1:${port}`;
  const headers = { host, ...(origin === undefined ? {} : { origin }) };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
  const ended = await new Promise<string>((resolve) => {
    socket.on('unexpected-response', (_request, answer) => resolve(`status ${answer.statusCode}`));
    socket.on('close', (code) => resolve(`closed ${code}`));
    socket.on('error', (error) => resolve(error.message));
    // A refused token closes right after the handshake; an echo shows that the socket is served.
    socket.on('open', () => socket.send('hello'));
    socket.on('message', () => resolve('open'));
  });
  return { socket, ended };
}

describe('the page over HTTP', () => {
  it('carries a strict policy whose nonce is new for every answer and stands in the page', async () => {
    const [first, second] = [await ask({}), await ask({})];
    const nonces = [first, second].map(({ headers, body }) => {
      const policy = String(headers['content-security-policy']);
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(policy).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self' ws://127.0.0.1:${port}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
      );
      expect(body).toContain(`nonce="${nonce}"`);
      expect(body).not.toContain(noncePlaceholder);
      return nonce;
    });
    expect(nonces[0]).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it('sets no cookie, allows no sniffing, framing or referrer, and is kept by no cache', async () => {
    const { headers } = await ask({});
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('serves files whose names carry their hash to be kept for good', async () => {
    const answer = await ask({ path: '/assets/a-1.js' });
    expect(answer).toMatchObject({ status: 200, body: 'export {};' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..\\..\\secret.txt',
    '//secret.txt',
    '/assets',
    '/index.html',
    '/assets/a-1.js%00',
    'http://other/assets/../../secret.txt',
  ])('finds nothing at %s', async (path) => {
    const answer = await ask({ path });
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('not for the page');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('refuses %s', async (method) => {
    expect((await ask({ method })).status).toBe(405);
  });

  it('answers HEAD with the headers alone', async () => {
    const answer = await ask({ method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(0);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example', '127.0.0.1.nip.io'])(
    'refuses a request for the host %s, as DNS rebinding makes them',
    async (host) => {
      expect((await ask({ headers: { host } })).status).toBe(403);
    },
  );

  it('answers under localhost as well', async () => {
    expect((await ask({ headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it('refuses what another origin asks for', async () => {
    expect((await ask({ headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await ask({ headers: { origin: 'null' } })).status).toBe(403);
  });

  it('drops a client that does not finish its headers', async () => {
    const slow = connect(port, '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\nHost: ');
    slow.resume();
    await once(slow, 'close');
  });
});

describe('the socket', () => {
  it('is served to who shows the token from the own page', async () => {
    const { socket, ended } = await shake();
    expect(ended).toBe('open');
    expect(socket.protocol).toBe('hum.v1');
    const record = served.at(-1);
    socket.close();
    await vi.waitFor(() => expect(record?.closed).toBe(true), patience);
  });

  it.each([
    ['a wrong token', ['hum.v1', `token.${createToken()}`]],
    ['no token', ['hum.v1']],
    ['an empty token', ['hum.v1', 'token.']],
    ['a token that only begins right', ['hum.v1', `token.${token.slice(0, -1)}`]],
    ['two tokens', ['hum.v1', `token.${createToken()}`, `token.${token}`]],
  ])('is closed unserved for %s', async (_what, protocols) => {
    const before = served.length;
    expect((await shake({ protocols })).ended).toBe('closed 4401');
    expect(served.length).toBe(before);
  });

  it('is closed unserved for who does not speak the protocol, even with the token', async () => {
    const before = served.length;
    const { ended } = await shake({ protocols: [`token.${token}`] });
    expect(ended).not.toBe('open');
    expect(served.length).toBe(before);
  });

  it.each([
    ['another site', 'http://evil.example'],
    ['a sandboxed or file page', 'null'],
    ['another port of this machine', 'http://127.0.0.1:1'],
    ['the same host over https', 'https://127.0.0.1'],
    ['no origin at all', undefined],
  ])('is refused to %s, even with the token', async (_what, origin) => {
    expect((await shake({ origin })).ended).toBe('status 403');
  });

  it('is refused under a host name that is not ours, even if the origin agrees with it', async () => {
    expect((await shake({ host: `evil.example:${port}`, origin: `http://evil.example:${port}` })).ended).toBe('status 403');
  });

  it('is refused when the origin is another of our own names than the host', async () => {
    expect((await shake({ origin: `http://localhost:${port}` })).ended).toBe('status 403');
  });

  it('is at one path only', async () => {
    expect((await shake({ path: '/' })).ended).toBe('status 404');
    expect((await shake({ path: '/rpc?x' })).ended).toBe('status 404');
  });

  it('is closed when a message is larger than any input can be', async () => {
    const { socket } = await shake();
    const closed = once(socket, 'close');
    socket.send(Buffer.alloc(21 * 1024 * 1024));
    expect((await closed)[0]).toBe(1009);
  });

  it('lets a stream wait while the client does not read, and go on when it does', async () => {
    const { socket } = await shake();
    const record = served.at(-1);
    if (!record) throw new Error('not served');
    socket.pause();
    const block = 'x'.repeat(1024 * 1024);
    for (let sent = 0; sent < 16; sent += 1) record.socket.send(block);
    let room = false;
    const waited = record.socket.writable().then(() => {
      room = true;
    });
    // A full round through a second connection: the first has had its chance to drain by then.
    (await shake()).socket.close();
    expect(room).toBe(false);
    socket.resume();
    await waited;
    socket.close();
  });

  it('frees whoever waits for room when the client goes away', async () => {
    const { socket } = await shake();
    const record = served.at(-1);
    if (!record) throw new Error('not served');
    socket.pause();
    for (let sent = 0; sent < 16; sent += 1) record.socket.send('x'.repeat(1024 * 1024));
    const waited = record.socket.writable();
    socket.terminate();
    await waited;
  });

  it('stops answering a program that tries tokens, and still lets the right one in', async () => {
    for (let tries = 0; tries < 25; tries += 1) await shake({ protocols: ['hum.v1', `token.${createToken()}`] });
    expect((await shake({ protocols: ['hum.v1', `token.${createToken()}`] })).ended).toBe('socket hang up');
    const { socket, ended } = await shake();
    expect(ended).toBe('open');
    socket.close();
  });

  it('takes no more than 32 clients', async () => {
    const open = await Promise.all(Array.from({ length: 32 }, () => shake()));
    expect((await shake()).ended).toBe('status 503');
    for (const { socket } of open) socket.terminate();
  });
});

describe('the server', () => {
  it('says in a sentence that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const busy = (taken.address() as AddressInfo).port;
    const log = createLogger(folder);
    await expect(startWebServer({ site: loadSite(join(folder, 'site')), host: '127.0.0.1', port: busy, token, log })).rejects.toMatchObject(
      {
        problem: { code: 'conflict', message: `Port ${busy} on 127.0.0.1 is in use by another program, perhaps another Hum.` },
      },
    );
    taken.close();
  });

  it('says in a sentence that an address is not its own', async () => {
    const log = createLogger(folder);
    // 192.0.2.0/24 is documentation (RFC 5737): no machine has it.
    await expect(startWebServer({ site: loadSite(join(folder, 'site')), host: '192.0.2.1', port: 0, token, log })).rejects.toMatchObject({
      problem: { code: 'bad-input', message: '192.0.2.1 is not an address of this machine.' },
    });
  });

  it('writes no token to its log, whatever was tried', () => {
    const log = readFileSync(join(folder, 'hum.log'), 'utf8');
    expect(log).toContain('token refused');
    expect(log).not.toContain(token);
    expect(log).not.toMatch(/token\.[A-Za-z0-9_-]{20}/);
  });

  it('ends every connection when it closes', async () => {
    const other = await startWebServer({
      site: loadSite(join(folder, 'site')),
      host: '127.0.0.1',
      port: 0,
      token,
      log: createLogger(folder),
    });
    let closed = false;
    other.open(() => () => {
      closed = true;
    });
    const origin = other.url.slice(0, -1);
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, ['hum.v1', `token.${token}`], { origin });
    await once(socket, 'open');
    const ended = once(socket, 'close');
    const idle = connect(Number(new URL(other.url).port), '127.0.0.1');
    await once(idle, 'connect');
    await other.close();
    expect((await ended)[0]).toBe(1001);
    await vi.waitFor(() => expect(closed).toBe(true), patience);
  });
});
