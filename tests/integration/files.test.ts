import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createFiles, type Files } from '../../src/main/files/files.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { HumError } from '../../src/shared/errors.ts';
import { filePieceBytes, uploadPieceBytes } from '../../src/shared/file-limits.ts';
import { patience } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let key: KeyPair;
let sshd: Server;
let session: Session;
let files: Files;
let folder: string;

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd({ settings: { Subsystem: 'sftp internal-sftp' } });
  session = await online(sessionFor(await targetFor(rig, sshd, { key })));
});
beforeEach(() => {
  files = createFiles({ session: () => session });
  folder = mkdtempSync(join(tmpdir(), 'hum-files-'));
  return () => rmSync(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await stopSessions();
  await rig.close();
});

const wish = (name: string, content: Buffer, directory: string | null = folder) => ({
  host: 'h1',
  directory,
  name,
  bytes: content.length,
  modifiedAt: 1_700_000_000_000,
});

/** Sends the file from `offset` on, as the page does. */
async function send(transfer: string, content: Buffer, offset: number, upTo = content.length): Promise<void> {
  for (let at = offset; at < upTo; at += uploadPieceBytes) {
    await files.take({ transfer, offset: at, data: content.subarray(at, at + uploadPieceBytes) });
  }
}

const x = Buffer.from('x');

async function fetchAll(path: string, directory: string | null = folder): Promise<Buffer> {
  const { transfer, bytes } = await files.beginDownload('c', { host: 'h1', directory, path });
  const pieces: Buffer[] = [];
  for (let offset = 0; ; offset += filePieceBytes) {
    const piece = await files.download('c', { transfer, offset });
    pieces.push(piece);
    if (piece.length < filePieceBytes) break;
  }
  await files.end('c', transfer);
  expect(bytes).toBe(Buffer.concat(pieces).length);
  return Buffer.concat(pieces);
}

const hostile = ['$(reboot)`id`', 'it\'s "quoted" & ; | > x', '-rf', '~root', '*', ' ', 'ünï\u202egnp.txt', '🐚'.repeat(63), '.hidden'];

test('a file goes up whole whatever it is called, with nothing beside it, and comes down the same', async () => {
  for (const [index, name] of hostile.entries()) {
    const content = randomBytes(index === 0 ? 3 * filePieceBytes + 12_345 : index);
    const begun = await files.beginUpload('c', wish(name, content));
    expect(begun).toMatchObject({ offset: 0, path: join(folder, name) });
    await send(begun.transfer, content, 0);
    expect(readFileSync(join(folder, name)).equals(content)).toBe(true);
    expect((await fetchAll(name.startsWith('~') ? `./${name}` : name)).equals(content)).toBe(true);
  }
  expect(readdirSync(folder).sort()).toEqual([...hostile].sort());
  await expect(files.take({ transfer: crypto.randomUUID(), offset: 0, data: x })).rejects.toMatchObject({
    problem: { code: 'not-found' },
  });
});

test('an upload that was cut goes on two pieces before the end of what is there, and another version of the file begins anew', async () => {
  const content = randomBytes(5 * uploadPieceBytes);
  const begun = await files.beginUpload('c', wish('disk.img', content));
  await send(begun.transfer, content, 0, 4 * uploadPieceBytes);
  files.forget('c');
  const [part] = readdirSync(folder);
  expect(part).toMatch(/^\.hum-part-[0-9a-f]{24}$/);
  await vi.waitFor(() => expect(statSync(join(folder, part ?? '')).size).toBe(4 * uploadPieceBytes), patience);
  // A host that died in the middle of a piece.
  truncateSync(join(folder, part ?? ''), 3 * uploadPieceBytes + 17);

  const other = await files.beginUpload('c', { ...wish('disk.img', content), modifiedAt: 1 });
  expect(other.offset).toBe(0);
  await files.end('c', other.transfer);
  const again = await files.beginUpload('c', wish('disk.img', content));
  expect(again.offset).toBe(2 * uploadPieceBytes);
  await send(again.transfer, content, again.offset);
  expect(readFileSync(join(folder, 'disk.img')).equals(content)).toBe(true);
  expect(readdirSync(folder)).toEqual(['disk.img']);
});

test('a cut connection ends the transfer in words, and the same session goes on with it once it is back', async () => {
  const own = await rig.sshd({ settings: { Subsystem: 'sftp internal-sftp' } });
  const flaky = await online(sessionFor(await targetFor(rig, own, { key })));
  files = createFiles({ session: () => flaky });
  const content = randomBytes(3 * uploadPieceBytes);
  const begun = await files.beginUpload('c', wish('cut', content));
  await send(begun.transfer, content, 0, uploadPieceBytes);
  await own.daemon.stop();
  await expect(send(begun.transfer, content, uploadPieceBytes)).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
  await rig.sshd({ port: own.port, hostKeys: own.hostKeys, settings: { Subsystem: 'sftp internal-sftp' } });
  await vi.waitFor(() => {
    flaky.retryNow();
    expect(flaky.status.state).toBe('online');
  }, patience);
  const again = await files.beginUpload('c', wish('cut', content));
  await send(again.transfer, content, again.offset);
  expect(readFileSync(join(folder, 'cut')).equals(content)).toBe(true);
  await flaky.stop();
});

test('nothing is put over a file, also over one that came meanwhile; a cancelled upload leaves nothing; two do not write one file', async () => {
  writeFileSync(join(folder, 'there'), 'mine');
  symlinkSync('/nowhere', join(folder, 'dangling'));
  for (const name of ['there', 'dangling']) {
    await expect(files.beginUpload('c', wish(name, Buffer.from('x')))).rejects.toMatchObject({ problem: { code: 'name-taken' } });
  }
  const content = randomBytes(2 * uploadPieceBytes);
  const late = await files.beginUpload('c', wish('late', content));
  await expect(files.beginUpload('other', wish('late', content))).rejects.toMatchObject({ problem: { code: 'conflict' } });
  await expect(files.end('other', late.transfer)).rejects.toMatchObject({ problem: { code: 'not-found' } });
  await send(late.transfer, content, 0, uploadPieceBytes);
  writeFileSync(join(folder, 'late'), 'mine');
  await expect(send(late.transfer, content, uploadPieceBytes)).rejects.toMatchObject({ problem: { code: 'name-taken' } });
  expect(readFileSync(join(folder, 'late'), 'utf8')).toBe('mine');

  const cancelled = await files.beginUpload('c', wish('cancelled', content));
  await send(cancelled.transfer, content, 0, uploadPieceBytes);
  await files.end('c', cancelled.transfer);
  expect(readdirSync(folder).filter((name) => name.startsWith('.hum'))).toHaveLength(1);
  expect(existsSync(join(folder, 'cancelled'))).toBe(false);
});

test('an upload that is asked for again because the answer to its last piece was lost is done, and is no conflict', async () => {
  const content = randomBytes(filePieceBytes + 1);
  const { transfer } = await files.beginUpload('c', wish('x', content));
  await send(transfer, content, 0);
  expect((await files.beginUpload('c', wish('x', content))).offset).toBe(content.length);
  truncateSync(join(folder, 'x'), 5);
  await expect(files.beginUpload('c', wish('x', content))).rejects.toMatchObject({ problem: { code: 'name-taken' } });
});

test('pieces that come side by side are put in order, and one that is too far ahead is refused and ends the upload', async () => {
  const content = randomBytes(2 * uploadPieceBytes + 5);
  const { transfer } = await files.beginUpload('c', wish('x', content));
  const pieces = [1, 0, 2].map((index) => {
    const offset = index * uploadPieceBytes;
    return files.take({ transfer, offset, data: content.subarray(offset, offset + uploadPieceBytes) });
  });
  await Promise.all(pieces);
  expect(readFileSync(join(folder, 'x')).equals(content)).toBe(true);

  const far = await files.beginUpload('c', wish('y', content));
  const waits = expect(files.take({ transfer: far.transfer, offset: uploadPieceBytes, data: x })).rejects.toThrow();
  await expect(files.take({ transfer: far.transfer, offset: 2 * uploadPieceBytes, data: x })).rejects.toMatchObject({
    problem: { code: 'conflict' },
  });
  await waits;
  await expect(files.take({ transfer: far.transfer, offset: 0, data: x })).rejects.toMatchObject({ problem: { code: 'not-found' } });
});

test('what is no file, is not there, or may not be read or written is said so; a file of /proc comes whole; the rest counts from home', async () => {
  const user = (await rig.account({ shell: '/bin/sh', files: { 'notes.txt': 'at home' } })).name;
  const theirs = await online(sessionFor(await targetFor(rig, sshd, { key, user })));
  files = createFiles({ session: () => theirs });
  const code = async (path: string) => {
    try {
      await files.beginDownload('c', { host: 'h1', directory: null, path });
    } catch (error) {
      return Reflect.get(Reflect.get(Object(error), 'problem'), 'code');
    }
    return 'begun';
  };
  expect(await code('/dev/zero')).toBe('bad-input');
  expect(await code('/etc')).toBe('bad-input');
  expect(await code('nothing/here')).toBe('not-found');
  if (process.getuid?.() === 0) expect(await code('/etc/shadow')).toBe('not-permitted');
  expect((await fetchAll('notes.txt', null)).toString()).toBe('at home');
  expect((await fetchAll('~/notes.txt', '/')).toString()).toBe('at home');
  await expect(files.beginUpload('c', wish('x', Buffer.from('x'), '/nowhere'))).rejects.toMatchObject({
    problem: { code: 'not-found', message: expect.stringContaining('/nowhere') },
  });
  if (process.getuid?.() === 0) {
    await expect(files.beginUpload('c', wish('x', Buffer.from('x'), '/etc'))).rejects.toMatchObject({ problem: { code: 'not-permitted' } });
  }
  const { transfer, bytes } = await files.beginDownload('c', { host: 'h1', directory: null, path: '/proc/meminfo' });
  expect(bytes).toBe(0);
  expect((await files.download('c', { transfer, offset: 0 })).toString()).toMatch(/^MemTotal:/);
  await theirs.stop();
});

test('a download larger than what a host may send unasked keeps the connection', async () => {
  const content = randomBytes(40 * filePieceBytes);
  writeFileSync(join(folder, 'large'), content);
  expect((await fetchAll('large')).equals(content)).toBe(true);
  expect(session.status.state).toBe('online');
});

test('a host without SFTP, and a disk without room, are told in words before anything is sent', async () => {
  const bare = await rig.sshd();
  const without = await online(sessionFor(await targetFor(rig, bare, { key })));
  files = createFiles({ session: () => without });
  await expect(files.beginUpload('c', wish('x', Buffer.from('x')))).rejects.toMatchObject({
    problem: { code: 'program-missing', hint: expect.stringContaining('Subsystem sftp') },
  });
  await without.stop();
  files = createFiles({ session: () => session });
  await expect(files.beginUpload('c', { ...wish('x', Buffer.from('x')), bytes: 2 ** 43 })).rejects.toMatchObject({
    problem: { code: 'disk-full' },
  });
  expect(readdirSync(folder)).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/lib/sftp-server'))('one file after another goes to Dropbear', async () => {
  const user = (await rig.account({ shell: '/bin/sh' })).name;
  const theirs = await online(sessionFor(await targetFor(rig, await rig.dropbear(), { key, user })));
  files = createFiles({ session: () => theirs });
  const content = randomBytes(1000);
  for (let index = 0; index < 10; index++) {
    const begun = await files.beginUpload('c', wish(`file-${index}`, content, null));
    await send(begun.transfer, content, 0);
    expect((await files.list('h1', null)).files.filter(({ name }) => name.startsWith('file-'))).toHaveLength(index + 1);
    expect((await theirs.run('echo here')).stdout.toString()).toBe('here\n');
  }
  expect((await fetchAll('file-3', null)).equals(content)).toBe(true);
  await theirs.stop();
});

const lies: readonly (readonly [kind: string, code: string])[] = [
  ['no-home', 'command-failed'],
  ['dies', 'connection-lost'],
  ['garbage', 'connection-lost'],
  ['refuses', 'command-failed'],
  ['endless', 'flooded'],
];

test.each(lies)('a file server that lies (%s) ends its transfer in words, and costs nothing else', async (kind, code) => {
  const script = join(import.meta.dirname, '../support/bad-sftp.mjs');
  const server = await rig.sshd({ settings: { Subsystem: `sftp ${process.execPath} ${script} ${kind}` } });
  const theirs = await online(sessionFor(await targetFor(rig, server, { key })));
  files = createFiles({ session: () => theirs });
  const fetching = fetchAll('x', kind === 'no-home' ? null : '/home');
  const problem = await fetching.then(
    () => undefined,
    (error: unknown) => (error instanceof HumError ? error.problem : error),
  );
  expect(problem).toMatchObject({ code });
  expect(JSON.stringify(problem)).not.toMatch(/\u202e|\\u001b/);
  // One that sends without end costs the connection: there is no other way to stop it.
  if (kind !== 'endless') expect((await theirs.run('echo here')).stdout.toString()).toBe('here\n');
  await theirs.stop();
});

test('a file server that gives more than it was asked for gives no more than the file that it told of', async () => {
  const script = join(import.meta.dirname, '../support/bad-sftp.mjs');
  const server = await rig.sshd({ settings: { Subsystem: `sftp ${process.execPath} ${script} too-much` } });
  const theirs = await online(sessionFor(await targetFor(rig, server, { key })));
  files = createFiles({ session: () => theirs });
  expect((await fetchAll('x', '/home')).toString()).toBe('x'.repeat(100_000));
  await theirs.stop();
});
