import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { elevated } from '../../src/main/ssh/elevated.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { createImages, type Images } from '../../src/main/xen/images/images.ts';
import type { ImageTransfer } from '../../src/shared/contract/images.ts';
import type { RunAs } from '../../src/shared/contract/inventory.ts';
import { uploadPieceBytes } from '../../src/shared/file-limits.ts';
import { patience } from '../support/patience.ts';
import { person } from '../support/person.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import type { Account } from '../support/sshd-account.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';
import { canMakeHosts } from '../support/trash-host.ts';

/** Images on their way to hosts as they are found: with an account and sudo or doas, closed folders, full disks, other servers, cuts. */

const piece = uploadPieceBytes;
const folder = '/srv/xen/images';
const name = 'a+b_c-1.img';
const part = `.${name}.part`;

const missing = canMakeHosts
  ? ['/usr/bin/sudo', '/usr/bin/doas', '/usr/sbin/dropbear', '/usr/lib/sftp-server'].filter((program) => !existsSync(program))
  : ['a mount namespace'];
const why = missing.length === 0 ? '' : `: skipped, there is no ${missing.join(', no ')}`;

describe.skipIf(why !== '')(`an upload${why}`, () => {
  let rig: Rig;
  let key: KeyPair;
  let account: Account;
  let rootServer: Server;
  let accountServer: Server;
  let small: Server;
  let dropbear: Server;
  /** What /srv of all hosts but the small one is to this process. */
  let srv: string;
  /** The mount that gives root an empty home. */
  let atHome: string[];
  let opened: Images[] = [];

  beforeAll(async () => {
    rig = await openRig();
    key = await rig.clientKey();
    account = await rig.account({ shell: '/bin/sh' });
    srv = join(rig.dir, 'srv');
    mkdirSync(srv, { mode: 0o755 });
    const etc = join(rig.dir, 'etc');
    mkdirSync(etc, { mode: 0o755 });
    writeFileSync(join(etc, 'sudoers'), `${account.name} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
    writeFileSync(join(etc, 'doas.conf'), `permit nopass ${account.name} as root\n`, { mode: 0o440 });
    // Root's start files are not what this is about, nor what they leave behind when a server is killed.
    const home = join(rig.dir, 'home');
    mkdirSync(home, { mode: 0o700 });
    atHome = ['--bind', home, '/root'];
    const mounts = [atHome, ['--bind', srv, '/srv'], ['-t', 'overlay', 'overlay', '-o', `lowerdir=${etc}:/etc`, '/etc']];
    const settings = { Subsystem: 'sftp /usr/lib/openssh/sftp-server' };
    rootServer = await rig.sshd({ settings, mounts });
    accountServer = await rig.sshd({ settings, mounts });
    small = await rig.sshd({ settings, mounts: [atHome, ['-t', 'tmpfs', '-o', 'size=48m', 'none', '/srv']] });
    dropbear = await rig.dropbear({ mounts });
  });
  afterEach(async () => {
    for (const images of opened) await images.stop();
    opened = [];
    await stopSessions();
    rmSync(join(srv, 'xen'), { recursive: true, force: true });
  });
  afterAll(() => rig?.close());

  const at = (file: string) => join(srv, 'xen/images', file);
  const files = () => (existsSync(at('')) ? readdirSync(at('')).sort() : []);
  const owner = (file: string) => statSync(at(file)).uid;
  const connect = async (server: Server, user?: string): Promise<Session> =>
    online(sessionFor({ ...(await targetFor(rig, server, { key, ...(user === undefined ? {} : { user }) })), id: 'one' }));

  /** A Hum that has this host under this id. */
  function hum(session: Session, { id = 'one', runAs = 'sudo-n' }: { id?: string; runAs?: RunAs } = {}) {
    const runner = elevated(
      session,
      session.target,
      runAs,
      person(() => ['a password']),
    );
    const images = createImages({
      xen: { domains: () => [], configured: () => new Map(), host: () => undefined },
      hosts: () => [],
      folders: () => [folder],
      templates: () => [],
      runner: () => runner,
      files: () => session,
      hostAddress: () => undefined,
    });
    opened.push(images);
    // The same file, as it is chosen once.
    const chosen = 'the-file-that-was-chosen';
    const begin = (data: Buffer) => images.beginUpload({ host: id, folder, name, bytes: data.length, modifiedAt: 1000, chosen });
    async function send(transfer: string, data: Buffer, from: number, until = data.length): Promise<void> {
      for (let offset = from; offset < until; offset += piece) {
        await images.take({ transfer, offset, data: data.subarray(offset, Math.min(offset + piece, until)) });
      }
    }
    async function ended(transfer: string): Promise<ImageTransfer> {
      const stop = new AbortController();
      for await (const state of images.watchTransfers(stop.signal, async () => undefined)) {
        const found = state.find((each) => each.id === transfer);
        if (found !== undefined && found.state !== 'running') return found;
      }
      return expect.fail('no more is told');
    }
    /** Sends the whole, from where the host says. */
    async function whole(data: Buffer): Promise<{ readonly first: number; readonly end: ImageTransfer }> {
      const { transfer, offset: first } = await begin(data);
      await send(transfer, data, first);
      return { first, end: await ended(transfer) };
    }
    return { images, begin, send, ended, whole };
  }

  function arrived(data: Buffer): void {
    expect(files()).toEqual([name, `${name}.sha256`]);
    expect(readFileSync(at(name)).equals(data)).toBe(true);
    expect(readFileSync(at(`${name}.sha256`), 'utf8')).toBe(`${createHash('sha256').update(data).digest('hex')}  ${name}\n`);
    for (const file of files())
      expect([statSync(at(file)).uid, statSync(at(file)).gid, statSync(at(file)).mode & 0o777]).toEqual([0, 0, 0o644]);
  }

  it.each<RunAs>(['sudo-n', 'sudo-password', 'doas'])(
    'goes by SFTP from an account that becomes root by %s: the part is lent to it, the image is root’s',
    async (runAs) => {
      const data = randomBytes(3 * piece + 17);
      const { begin, send, ended, whole } = hum(await connect(accountServer, account.name), { runAs });
      const { transfer } = await begin(data);
      await send(transfer, data, 0, piece);
      expect([owner(part), owner('')]).toEqual([account.uid, 0]);
      await send(transfer, data, piece);
      const end = await ended(transfer);
      expect(end).toMatchObject({ state: 'done' });
      expect(end).not.toHaveProperty('notBySftp');
      arrived(data);
      await expect(whole(data)).rejects.toMatchObject({ problem: { code: 'name-taken' } });
    },
  );

  it('goes through the script where the folder is closed to the account, and is refused where nobody becomes root', async () => {
    const data = randomBytes(2 * piece + 1);
    mkdirSync(at(''), { recursive: true });
    chmodSync(at(''), 0o700);
    const session = await connect(accountServer, account.name);
    await expect(hum(session, { runAs: 'nothing' }).begin(data)).rejects.toMatchObject({ problem: { code: 'not-permitted' } });
    expect(files()).toEqual([]);
    const { end } = await hum(session).whole(data);
    expect(end).toMatchObject({ state: 'done', notBySftp: { code: 'not-permitted' } });
    arrived(data);
  });

  it('goes by SFTP to Dropbear, and on there after a cut and with another Hum process', async () => {
    const data = randomBytes(4 * piece + 5);
    const first = hum(await connect(dropbear, account.name));
    const { transfer } = await first.begin(data);
    await first.send(transfer, data, 0, 3 * piece);
    dropbear.daemon.dropConnections();
    const pieces = first.send(transfer, data, 3 * piece);
    await expect(pieces).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
    await first.images.stop();
    const { first: offset, end } = await hum(await connect(dropbear, account.name)).whole(data);
    // What the other has sent is summed, and not written again.
    expect(offset).toBe(0);
    expect(end).toMatchObject({ state: 'done' });
    expect(end).not.toHaveProperty('notBySftp');
    arrived(data);
  });

  it('is whole after a cut in the middle of a piece, zeros are holes, and the one that was cut leaves the list', async () => {
    const data = Buffer.concat([randomBytes(piece + 100), Buffer.alloc(6 * piece), randomBytes(piece), Buffer.alloc(3 * piece + 9)]);
    const session = await connect(rootServer);
    const { images, begin, send, ended, whole } = hum(session);
    const cut = await begin(data);
    await send(cut.transfer, data, 0, 3 * piece);
    expect(statSync(at(part)).size).toBe(3 * piece);
    // Its processes are stopped: the piece is under way for certain, and what it asks is never answered.
    rootServer.daemon.freeze();
    const going = send(cut.transfer, data, 3 * piece, 4 * piece);
    const lost = expect(going).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
    rootServer.daemon.dropConnections();
    rootServer.daemon.thaw();
    await lost;
    expect(await ended(cut.transfer)).toMatchObject({ state: 'failed', problem: { code: 'connection-lost' } });
    await vi.waitFor(() => {
      session.retryNow();
      expect(session.status.state).toBe('online');
    }, patience);
    const { first, end } = await whole(data);
    expect(first).toBe(piece);
    expect(end).toMatchObject({ state: 'done' });
    arrived(data);
    expect(statSync(at(name)).blocks * 512).toBeLessThan(3 * piece);
    const stop = new AbortController();
    for await (const list of images.watchTransfers(stop.signal, async () => undefined)) {
      expect(list.map(({ state }) => state)).toEqual(['done']);
      break;
    }
  });

  /** Changes a byte of what has arrived. */
  function damage(at: number): void {
    const handle = openSync(join(srv, 'xen/images', part), 'r+');
    const byte = Buffer.alloc(1);
    readSync(handle, byte, 0, 1, at);
    writeSync(handle, Buffer.of(byte.readUInt8(0) ^ 1), 0, 1, at);
    closeSync(handle);
  }

  const differs = { state: 'failed', problem: { code: 'config-changed', host: 'one', detail: expect.stringMatching(/^sent .+\nfound /) } };

  it.each(['by SFTP', 'through the script'])(
    'that arrives %s as something else than was sent is no image and leaves nothing',
    async (way) => {
      const data = randomBytes(3 * piece);
      if (way !== 'by SFTP') {
        mkdirSync(at(''), { recursive: true });
        chmodSync(at(''), 0o700);
      }
      const { begin, send, ended, whole } = hum(await connect(accountServer, account.name));
      const { transfer } = await begin(data);
      await send(transfer, data, 0, 2 * piece);
      damage(piece + 5);
      await send(transfer, data, 2 * piece);
      expect(await ended(transfer)).toMatchObject(differs);
      expect(files()).toEqual([]);
      expect(await whole(data)).toMatchObject({ first: 0, end: { state: 'done' } });
      expect(readFileSync(at(name)).equals(data)).toBe(true);
    },
  );

  it('that goes on is compared with its first part too, by the same Hum from where it goes on and by another from its beginning', async () => {
    const data = randomBytes(4 * piece + 3);
    const session = await connect(rootServer);
    for (const { another, first } of [
      { another: false, first: piece },
      { another: true, first: 0 },
    ]) {
      for (const damaged of [false, true]) {
        const before = hum(session);
        const cut = await before.begin(data);
        await before.send(cut.transfer, data, 0, 3 * piece);
        before.images.leaveUpload(cut.transfer);
        await before.ended(cut.transfer);
        if (damaged) damage(5);
        const going = another ? hum(session) : before;
        const { first: from, end } = await going.whole(data);
        expect([another, damaged, from]).toEqual([another, damaged, first]);
        if (damaged) {
          expect(end).toMatchObject(differs);
          expect(files()).toEqual([]);
        } else {
          expect(end).toMatchObject({ state: 'done' });
          arrived(data);
          for (const each of files()) rmSync(at(each));
        }
      }
    }
  });

  it('that is cancelled while the host does not answer is cancelled at once, and leaves nothing', async () => {
    const data = randomBytes(3 * piece);
    const { images, begin, send, ended } = hum(await connect(rootServer));
    const { transfer } = await begin(data);
    await send(transfer, data, 0, piece);
    rootServer.daemon.freeze();
    const going = expect(send(transfer, data, piece)).rejects.toThrow();
    images.cancel(transfer);
    expect(await ended(transfer)).toMatchObject({ state: 'cancelled' });
    rootServer.daemon.thaw();
    await going;
    await vi.waitFor(() => expect(files()).toEqual([]), patience);
  });

  it('says that the disk is full when it becomes so in the middle, and goes on once there is room', async () => {
    const data = randomBytes(6 * piece);
    const session = await connect(small);
    const { begin, send, ended, whole } = hum(session);
    const { transfer } = await begin(data);
    await send(transfer, data, 0, 3 * piece);
    await session.run('head -c 30000000 /dev/zero >/srv/filled');
    await expect(send(transfer, data, 3 * piece)).rejects.toMatchObject({ problem: { code: 'disk-full', host: 'one' } });
    expect(await ended(transfer)).toMatchObject({ state: 'failed', problem: { code: 'disk-full' } });
    await expect(begin(data)).rejects.toMatchObject({ problem: { code: 'disk-full' } });
    await session.run('rm /srv/filled');
    const { first, end } = await whole(data);
    expect(first).toBeGreaterThanOrEqual(piece);
    expect(end).toMatchObject({ state: 'done' });
    const { stdout } = await session.run(`sha256sum <'/srv/xen/images/${name}'`);
    expect(stdout.toString().slice(0, 64)).toBe(createHash('sha256').update(data).digest('hex'));
  });

  it('of two Hums to one name is one image: what the other has begun is begun anew, and whoever was first is told', async () => {
    const [mine, theirs] = [randomBytes(3 * piece), randomBytes(3 * piece)];
    const first = hum(await connect(rootServer));
    const second = hum(await connect(rootServer), { id: 'uno' });
    const begun = await first.begin(mine);
    await first.send(begun.transfer, mine, 0, 2 * piece);
    const { transfer, offset } = await second.begin(theirs);
    expect(offset).toBe(0);
    await second.send(transfer, theirs, 0, piece);
    await expect(first.send(begun.transfer, mine, 2 * piece)).rejects.toMatchObject({ problem: { code: 'conflict' } });
    await second.send(transfer, theirs, piece);
    expect(await second.ended(transfer)).toMatchObject({ state: 'done' });
    arrived(theirs);
  });

  it('that has arrived as another begins does not become the image of that one', async () => {
    const data = randomBytes(piece);
    const { begin, send, ended } = hum(await connect(rootServer));
    const { transfer } = await begin(data);
    writeFileSync(at(`.${name}.of`), 'another\n');
    await send(transfer, data, 0);
    expect(await ended(transfer)).toMatchObject({ state: 'failed', problem: { code: 'conflict' } });
    expect(files().filter((each) => !each.startsWith('.'))).toEqual([]);
  });

  it('writes through no link that somebody laid where it arrives, and lends nothing that is another file too', async () => {
    const data = randomBytes(piece);
    const secret = join(srv, 'secret');
    mkdirSync(at(''), { recursive: true });
    for (const lay of [() => symlinkSync('/srv/secret', at(part)), () => spawnSync('ln', [secret, at(part)])]) {
      writeFileSync(secret, 'mine');
      chownSync(secret, 0, 0);
      lay();
      writeFileSync(at(`.${name}.of`), 'another\n');
      const { end } = await hum(await connect(accountServer, account.name)).whole(data);
      expect(end).toMatchObject({ state: 'done' });
      arrived(data);
      expect([readFileSync(secret, 'utf8'), statSync(secret).uid]).toEqual(['mine', 0]);
      for (const each of files()) rmSync(at(each));
    }
  });

  it('whose file cannot be read to its end is told so, and what has arrived waits for the same file', async () => {
    const data = randomBytes(4 * piece);
    const { images, begin, send, ended, whole } = hum(await connect(rootServer));
    const { transfer } = await begin(data);
    await send(transfer, data, 0, 3 * piece);
    images.leaveUpload(transfer);
    expect(await ended(transfer)).toMatchObject({ state: 'failed', problem: { code: 'file-unreadable' } });
    expect(() => images.leaveUpload(transfer)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'not-found' }) }),
    );
    expect(await whole(data)).toMatchObject({ first: piece, end: { state: 'done' } });
    arrived(data);
  });

  it.each(['refuses', 'dies-writing', 'swallows'])(
    'to a file server that lies (%s) ends in words, makes no image and costs nothing else',
    async (kind) => {
      const script = join(import.meta.dirname, '../support/bad-sftp.mjs');
      const server = await rig.sshd({
        settings: { Subsystem: `sftp ${process.execPath} ${script} ${kind}` },
        mounts: [atHome, ['--bind', srv, '/srv']],
      });
      const session = await connect(server);
      const { whole } = hum(session);
      const problem = await whole(randomBytes(2 * piece)).then(
        ({ end }) => end.problem,
        (error: unknown) => Reflect.get(Object(error), 'problem'),
      );
      expect(['conflict', 'command-failed', 'connection-lost', 'config-changed']).toContain(Reflect.get(Object(problem), 'code'));
      expect(files().filter((each) => !each.startsWith('.'))).toEqual([]);
      expect((await session.run('echo here')).stdout.toString()).toBe('here\n');
    },
  );
});
