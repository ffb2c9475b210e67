import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createFiles, type Files } from '../../src/main/files/files.ts';
import { createOffers, type Offers } from '../../src/main/files/offers.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { createToken } from '../../src/main/web/security.ts';
import { startWebServer, type WebServer } from '../../src/main/web/server.ts';
import { loadSite } from '../../src/main/web/site.ts';
import type { OfferEvent } from '../../src/shared/contract/files.ts';
import { HumError, type Problem } from '../../src/shared/errors.ts';
import { filePieceBytes } from '../../src/shared/file-limits.ts';
import { patience } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

const settings = { Subsystem: 'sftp internal-sftp' };
let rig: Rig;
let key: KeyPair;
let sshd: Server;
let session: Session;
let files: Files;
let offers: Offers;
let web: WebServer;
let folder: string;

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd({ settings });
  session = await online(sessionFor(await targetFor(rig, sshd, { key })));
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hum-offers-'));
  const site = join(folder, 'site');
  mkdirSync(site);
  writeFileSync(join(site, 'index.html'), 'the page');
  await serve(session);
  return async () => {
    await web.close();
    rmSync(folder, { recursive: true, force: true });
  };

  async function serve(host: Session) {
    files = createFiles({ session: () => host });
    offers = createOffers(files);
    web = await startWebServer({ site: loadSite(site), host: '127.0.0.1', port: 0, token: createToken(), log: pino({ level: 'silent' }) });
    web.open(() => () => undefined, { takeFile: (token) => offers.take(token), pieces: files });
  }
});
afterAll(async () => {
  await stopSessions();
  await rig.close();
});

interface Followed {
  readonly token: string;
  readonly events: OfferEvent[];
  /** How it ended; undefined: well. */
  readonly ended: Promise<Problem | undefined>;
  withdraw(): void;
}

/** Offers a file as a page does. */
function offer(path: string, { token = createToken(), client = 'c', from = offers } = {}): Followed {
  const stopping = new AbortController();
  const events: OfferEvent[] = [];
  const stream = from.offer(client, { host: 'h1', directory: folder, path, token }, stopping.signal);
  async function follow(): Promise<Problem | undefined> {
    try {
      for await (const event of stream) events.push(event);
      return undefined;
    } catch (error) {
      if (error instanceof HumError) return error.problem;
      throw error;
    }
  }
  return { token, events, ended: follow(), withdraw: () => stopping.abort() };
}

/** Asks for it as a browser does; the answer's body is still to be read. */
async function fetchFile(token: string, more: { method?: string; headers?: Record<string, string> } = {}): Promise<IncomingMessage> {
  const { port } = new URL(web.url);
  const asked = request({ host: '127.0.0.1', port, path: `/file/${token}`, ...more });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer;
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part);
  return Buffer.concat(parts);
}

test('an offered file comes once, whole, as a file to be saved and never as a page, and its offer ends', async () => {
  const content = randomBytes(3 * filePieceBytes + 123);
  writeFileSync(join(folder, '<script>.html'), content);
  const offered = offer('<script>.html');
  const answer = await fetchFile(offered.token);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="_script_.html"; filename*=UTF-8''_script_.html`,
    'content-length': String(content.length),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  });
  expect((await bodyOf(answer)).equals(content)).toBe(true);
  expect(await offered.ended).toBeUndefined();
  expect(offered.events.slice(0, 2)).toEqual([
    { kind: 'taken' },
    { kind: 'begun', path: join(folder, '<script>.html'), bytes: content.length },
  ]);
  expect(offered.events.at(-1)).toEqual({ kind: 'at', bytes: content.length });
  expect((await fetchFile(offered.token)).statusCode).toBe(404);
});

test('nothing comes for another token, another method, another site, a second asker, or once the page has withdrawn it', async () => {
  writeFileSync(join(folder, 'x'), 'x');
  const offered = offer('x');
  expect((await fetchFile(createToken())).statusCode).toBe(404);
  expect((await fetchFile('')).statusCode).toBe(404);
  expect((await fetchFile(`${offered.token}/`)).statusCode).toBe(404);
  expect((await fetchFile(offered.token, { method: 'HEAD' })).statusCode).toBe(404);
  expect((await fetchFile(offered.token, { method: 'POST' })).statusCode).toBe(405);
  expect((await fetchFile(offered.token, { headers: { origin: 'http://evil.example' } })).statusCode).toBe(403);
  expect((await fetchFile(offered.token, { headers: { host: 'evil.example' } })).statusCode).toBe(403);
  expect(offered.events).toEqual([]);
  expect(await offer('x', { token: offered.token, client: 'other' }).ended).toMatchObject({ code: 'conflict' });
  const both = await Promise.all([fetchFile(offered.token), fetchFile(offered.token)]);
  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 404]);
  for (const answer of both) answer.resume();
  expect(await offered.ended).toBeUndefined();

  const withdrawn = offer('x');
  withdrawn.withdraw();
  expect(await withdrawn.ended).toBeUndefined();
  expect((await fetchFile(withdrawn.token)).statusCode).toBe(404);
  const eight = Array.from({ length: 8 }, () => offer('x'));
  expect(await offer('x').ended).toMatchObject({ code: 'conflict' });
  for (const each of eight) each.withdraw();
  await Promise.all(eight.map(({ ended }) => ended));
});

test('names that a host made up arrive whole as paths and harmless as names; what is no file is told to the page alone', async () => {
  const names = ['$(reboot)`id`', ' ', 'a\nb', '%41%2e%2e', 'ünï\u202egnp.txt', '🐚"\\', '.hidden', '-rf'];
  for (const name of names) {
    writeFileSync(join(folder, name), name);
    const offered = offer(name);
    const answer = await fetchFile(offered.token);
    expect((await bodyOf(answer)).toString()).toBe(name);
    expect(await offered.ended).toBeUndefined();
    const disposition = answer.headers['content-disposition'] ?? '';
    expect(disposition).toMatch(/^attachment; filename="[^"\\%]*"; filename\*=UTF-8''[^\s"'\\/]*$/);
    const saved = decodeURIComponent(disposition.split("''")[1] ?? '');
    expect(saved).toBe(name.replace(/[\n\u202e"\\]/g, '_'));
  }
  for (const [path, code] of [
    ['nothing', 'not-found'],
    ['/dev/zero', 'bad-input'],
  ] as const) {
    const offered = offer(path);
    const answer = await fetchFile(offered.token);
    expect([answer.statusCode, answer.headers['content-disposition']]).toEqual([502, undefined]);
    expect((await bodyOf(answer)).toString()).not.toContain(path);
    expect(await offered.ended).toMatchObject({ code });
  }
  const unsized = offer('/proc/meminfo');
  expect((await bodyOf(await fetchFile(unsized.token))).toString()).toMatch(/^MemTotal:/);
  expect(await unsized.ended).toBeUndefined();
});

test('a browser that takes nothing in makes the host wait; one that hangs up, and a page that has gone, end it', async () => {
  const size = 64 * filePieceBytes;
  writeFileSync(join(folder, 'large'), '');
  truncateSync(join(folder, 'large'), size);
  const at = ({ events }: Followed) => events.reduce((most, event) => (event.kind === 'at' ? event.bytes : most), 0);

  const slow = offer('large');
  const answer = await fetchFile(slow.token);
  answer.pause();
  let before = -1;
  await vi.waitFor(
    () => {
      const still = at(slow) > 0 && at(slow) === before;
      before = at(slow);
      expect(still).toBe(true);
    },
    { ...patience, interval: 1000 },
  );
  // What the sockets of this machine take in, and no more.
  expect(before).toBeLessThan(size / 2);
  expect((await bodyOf(answer)).length).toBe(size);
  expect(await slow.ended).toBeUndefined();

  const left = offer('large');
  (await fetchFile(left.token)).destroy();
  expect(await left.ended).toMatchObject({ code: 'interrupted' });

  const gone = offer('large');
  const cut = await fetchFile(gone.token);
  cut.pause();
  gone.withdraw();
  await expect(bodyOf(cut)).rejects.toThrow();
  expect(await gone.ended).toBeUndefined();
  // Each has given its channel back: a window has eight.
  const again = Array.from({ length: 8 }, () => offer('large'));
  for (const each of again) {
    const held = await fetchFile(each.token);
    expect(held.statusCode).toBe(200);
    held.on('error', () => undefined).pause();
  }
  for (const each of again) each.withdraw();
  await Promise.all(again.map(({ ended }) => ended));
});

test('a connection that is cut in the middle, and a file that shrinks, are a failed download to the browser and told to the page', async () => {
  const own = await rig.sshd({ settings });
  const flaky = await online(sessionFor(await targetFor(rig, own, { key })));
  files = createFiles({ session: () => flaky });
  offers = createOffers(files);
  writeFileSync(join(folder, 'large'), '');
  truncateSync(join(folder, 'large'), 64 * filePieceBytes);
  const cut = offer('large');
  const answer = await fetchFile(cut.token);
  answer.pause();
  await own.daemon.stop();
  await expect(bodyOf(answer)).rejects.toThrow('aborted');
  expect(await cut.ended).toMatchObject({ code: 'connection-lost' });
  await flaky.stop();

  files = createFiles({ session: () => session });
  offers = createOffers(files);
  const shrinking = offer('large');
  const short = await fetchFile(shrinking.token);
  short.pause();
  truncateSync(join(folder, 'large'), filePieceBytes);
  await expect(bodyOf(short)).rejects.toThrow('aborted');
  expect(await shrinking.ended).toMatchObject({ code: 'conflict', message: expect.stringContaining('shorter') });
});

test('a directory is listed with its files and links alone; more than are listed and names that are no UTF-8 are told', async () => {
  const names = ['$(reboot)', '-rf', 'a\nb', 'ünï\u202egnp.txt', '.hidden'];
  const at = join(folder, 'here');
  mkdirSync(join(at, 'directory'), { recursive: true });
  for (const name of names) writeFileSync(join(at, name), 'x');
  writeFileSync(Buffer.concat([Buffer.from(`${at}/`), Buffer.of(0x66, 0xff)]), 'x');
  symlinkSync('/nowhere', join(at, 'link'));
  const listing = await files.list('h1', at);
  expect(listing).toMatchObject({ directory: at, more: false, unnamed: 1 });
  const listed = listing.files.map(({ name, bytes }) => [name, bytes]).sort();
  expect(listed).toEqual([...names.map((name) => [name, 1]), ['link', null]].sort());
  for (let index = 0; index < 2100; index++) writeFileSync(join(at, `f${index}`), '');
  expect(await files.list('h1', at)).toMatchObject({ more: true });
  expect((await files.list('h1', null)).directory).toMatch(/^\//);
  await expect(files.list('h1', '/nowhere')).rejects.toMatchObject({ problem: { code: 'not-found' } });
});

test('a file server that lists paths in place of names, and names without end, is not followed', async () => {
  const script = join(import.meta.dirname, '../support/bad-sftp.mjs');
  const server = await rig.sshd({ settings: { Subsystem: `sftp ${process.execPath} ${script} lists` } });
  const theirs = await online(sessionFor(await targetFor(rig, server, { key })));
  const listing = await createFiles({ session: () => theirs }).list('h1', '/home');
  expect(listing).toMatchObject({ more: true, unnamed: 0 });
  expect(new Set(listing.files.map(({ name }) => name))).toEqual(new Set(['plain']));
  await theirs.stop();
});
