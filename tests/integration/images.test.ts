import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Session } from '../../src/main/ssh/session.ts';
import { configuredDomains } from '../../src/main/xen/configured.ts';
import { fingerprint } from '../../src/main/xen/images/copy.ts';
import { createImages, type Images, type ImagesDeps } from '../../src/main/xen/images/images.ts';
import { readFolder } from '../../src/main/xen/images/read-folder.ts';
import { xenRootScript } from '../../src/main/xen/scripts.ts';
import { readTemplate } from '../../src/main/xen/templates/read-template.ts';
import type { ImageTransfer } from '../../src/shared/contract/images.ts';
import { uploadPieceBytes } from '../../src/shared/file-limits.ts';
import { domainRow } from '../support/domain-row.ts';
import { procWithMount } from '../support/fake-mounts.ts';
import { patience } from '../support/patience.ts';
import { type KeyPair, knownHostsName, openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';
import { canMakeHosts } from '../support/trash-host.ts';

/** Golden images on two hosts: real sshds, each with a /srv and a /root of its own in a mount namespace. */

const folder = '/srv/xen/images';
const mib = 2 ** 20;

interface Host {
  readonly server: Server;
  /** What its folder of images is to this process. */
  readonly images: string;
  readonly home: string;
}

let rig: Rig;
let key: KeyPair;
let hosts: Readonly<Record<string, Host>>;
let sessions: Record<string, Session>;
let images: Images;
let transfers: readonly ImageTransfer[];
let reading: AbortController;

describe.skipIf(!canMakeHosts)('golden images (only root can make the mounts of this test)', () => {
  beforeAll(async () => {
    rig = await openRig();
    key = await rig.clientKey();
    hosts = {
      one: await host('one'),
      two: await host('two'),
      small: await host('small', 8),
      bare: await host('bare', undefined, {}),
      ...(await sharing('left', 'right')),
    };
  });
  afterAll(() => rig.close());

  async function host(
    name: string,
    diskMib?: number,
    settings: Record<string, string> = { Subsystem: 'sftp internal-sftp' },
  ): Promise<Host> {
    const [srv, home] = [join(rig.dir, `srv-${name}`), join(rig.dir, `home-${name}`)];
    for (const each of [srv, home]) mkdirSync(each);
    mkdirSync(join(home, '.ssh'), { mode: 0o700 });
    const disk = diskMib === undefined ? ['--bind', srv, '/srv'] : ['-t', 'tmpfs', '-o', `size=${diskMib}m`, 'none', '/srv'];
    return { server: await rig.sshd({ settings, mounts: [disk, ['--bind', home, '/root']] }), images: join(srv, 'xen/images'), home };
  }

  /** Hosts that have one and the same folder mounted, of the same server as far as their /proc tells. */
  async function sharing(...names: readonly string[]): Promise<Record<string, Host>> {
    const srv = join(rig.dir, 'srv-shared');
    mkdirSync(srv);
    const mount = '/ /srv nfs4 nas.example.org:/export';
    const proc = procWithMount(join(rig.dir, 'proc-shared'), statSync(srv).dev, mount);
    const made: Record<string, Host> = {};
    for (const name of names) {
      const home = join(rig.dir, `home-${name}`);
      mkdirSync(join(home, '.ssh'), { mode: 0o700, recursive: true });
      const mounts = [
        ['--bind', srv, '/srv'],
        ['--bind', home, '/root'],
        ['--bind', proc, '/proc'],
      ];
      made[name] = {
        server: await rig.sshd({ settings: { Subsystem: 'sftp internal-sftp' }, mounts }),
        images: join(srv, 'xen/images'),
        home,
      };
    }
    return made;
  }

  /** Every host tells of its VMs. */
  const answering: ImagesDeps['xen']['host'] = (id) => ({ host: id }) as ReturnType<ImagesDeps['xen']['host']>;

  async function open(deps: Partial<ImagesDeps> = {}): Promise<void> {
    sessions = {};
    for (const [id, { server }] of Object.entries(hosts)) {
      sessions[id] = sessionFor({ ...(await targetFor(rig, server, { key })), id });
      await online(sessions[id]);
    }
    images = createImages({
      xen: { domains: () => [], configured: () => new Map(), host: answering },
      hosts: () => Object.keys(hosts).map((id) => ({ id, name: id, plain: false })),
      folders: () => [folder],
      templates: () => [],
      runner: (id) => sessions[id] ?? expect.fail(`no host ${id}`),
      files: (id) => sessions[id] ?? expect.fail(`no host ${id}`),
      hostAddress: (id) => ({ address: '127.0.0.1', port: hosts[id]?.server.port ?? 0, user: 'root' }),
      ...deps,
    });
    reading = new AbortController();
    transfers = [];
    void follow();
  }

  async function follow(): Promise<void> {
    for await (const state of images.watchTransfers(reading.signal, async () => undefined)) transfers = state;
  }

  afterEach(async () => {
    reading.abort();
    await images.stop();
    await stopSessions();
    for (const { images: at, home } of Object.values(hosts)) {
      rmSync(at, { recursive: true, force: true });
      for (const each of readdirSync(join(home, '.ssh'))) rmSync(join(home, '.ssh', each));
    }
  });

  /** What a window says of the file that it sends, while it is the same. */
  const chosen = 'the-file-that-was-chosen';
  const at = (id: string, name: string) => join(hosts[id]?.images ?? '', name);
  const sumOf = (data: Buffer) => createHash('sha256').update(data).digest('hex');
  const filesOf = (id: string) => (existsSync(at(id, '')) ? readdirSync(at(id, '')).sort() : []);

  function put(id: string, name: string, data: Buffer | string): void {
    mkdirSync(at(id, ''), { recursive: true });
    writeFileSync(at(id, name), data);
  }

  async function ended(transfer: string): Promise<ImageTransfer> {
    return await vi.waitFor(() => {
      const found = transfers.find(({ id }) => id === transfer);
      if (found === undefined || found.state === 'running') throw new Error(`still ${JSON.stringify(found)}`);
      return found;
    }, patience);
  }

  /** Waits until some of it has arrived. */
  async function moves(transfer: string): Promise<void> {
    await vi.waitFor(() => expect(transfers.find(({ id }) => id === transfer)?.bytes).toBeGreaterThan(mib), { ...patience, interval: 1 });
  }

  /** Sends a file from where the host says, a MiB at a time; `until` stops short of its end. */
  async function upload(
    id: string,
    name: string,
    data: Buffer,
    { modifiedAt = 1000, until = data.length, chosen: file = chosen } = {},
  ): Promise<{ transfer: string; first: number }> {
    const { transfer, offset: first } = await images.beginUpload({ host: id, folder, name, bytes: data.length, modifiedAt, chosen: file });
    for (let offset = first; offset < until; offset += mib) {
      const end = Math.min(offset + mib, until);
      await images.take({ transfer, offset, data: data.subarray(offset, end) });
    }
    return { transfer, first };
  }

  /** Lets the first host log in to the second, as an administrator would have. */
  function introduce(): void {
    const { home } = hosts.one ?? expect.fail();
    const { server } = hosts.two ?? expect.fail();
    writeFileSync(join(home, '.ssh/id_ed25519'), readFileSync(key.path), { mode: 0o600 });
    writeFileSync(join(home, '.ssh/known_hosts'), `${knownHostsName('127.0.0.1', server.port)} ${server.hostKeys[0]?.public}\n`);
  }

  describe('a list', () => {
    it('tells what is there, by content and not by name, whatever the files are called', async () => {
      const raw = Buffer.alloc(3 * mib, 7);
      const qcow2 = Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), randomBytes(1020)]);
      put('one', 'plain.img', raw);
      put('one', 'plain.img.sha256', `${sumOf(raw).toUpperCase()}  plain.img\n`);
      put('one', 'cloud.raw', qcow2);
      put('one', 'tiny', 'x');
      put('one', 'wrong.img', raw);
      put('one', 'wrong.img.sha256', 'what is this\n');
      put('one', '.hidden', raw);
      put('one', '-rf', raw);
      put('one', '$(reboot)\nimages', raw);
      put('one', 'sparse.img', '');
      truncateSync(at('one', 'sparse.img'), 2 ** 33);
      symlinkSync('plain.img', at('one', 'link.img'));
      symlinkSync('nowhere', at('one', 'broken.img'));
      mkdirSync(at('one', 'a-folder'));
      utimesSync(at('one', 'plain.img'), 1_000_000, 1_000_000);
      await open();
      const [list] = await images.list(['one']);
      expect(list).toMatchObject({ host: 'one', path: folder, freeBytes: expect.any(Number) });
      const found = new Map(list?.images.map((image) => [image.name, image]));
      expect([...found.keys()]).toEqual([
        '$(reboot)\nimages',
        '-rf',
        'cloud.raw',
        'link.img',
        'plain.img',
        'sparse.img',
        'tiny',
        'wrong.img',
      ]);
      expect(found.get('plain.img')).toEqual({
        host: 'one',
        folder,
        path: `${folder}/plain.img`,
        name: 'plain.img',
        format: 'raw',
        bytes: raw.length,
        allocated: statSync(at('one', 'plain.img')).blocks * 512,
        modifiedAt: 1_000_000_000,
        checksum: sumOf(raw),
        usedBy: [],
      });
      expect(found.get('cloud.raw')).toMatchObject({ format: 'qcow2', checksum: null });
      expect(found.get('tiny')).toMatchObject({ format: 'unknown', bytes: 1 });
      expect(found.get('wrong.img')).toMatchObject({ checksum: null });
      expect(found.get('sparse.img')).toMatchObject({ format: 'raw', bytes: 2 ** 33, allocated: 0 });
    });

    it('tells who uses an image: VMs that run, that are configured, whose disk lies on it, and templates; and none of them is taken from it', async () => {
      const overlayOf = (backing: string) => {
        const header = Buffer.alloc(1024);
        header.write('QFI\xfb', 'latin1');
        header.writeBigUInt64BE(512n, 8);
        header.writeUInt32BE(backing.length, 16);
        header.write(backing, 512);
        return header;
      };
      put('one', 'base.img', Buffer.alloc(4096));
      put('one', 'below.img', Buffer.alloc(4096));
      put('one', 'between.qcow2', overlayOf('below.img'));
      for (const name of ['linked.img', 'spelt.img']) put('one', name, Buffer.alloc(4096));
      put('one', 'mine.img', Buffer.alloc(4096));
      put('one', 'linux.raw', Buffer.alloc(4096));
      mkdirSync(join(at('one', ''), '../disks'), { recursive: true });
      const disks = join(at('one', ''), '../disks');
      writeFileSync(join(disks, 'overlay.qcow2'), overlayOf('../images/base.img'));
      writeFileSync(join(disks, 'above.qcow2'), overlayOf('/srv/xen/images/between.qcow2'));
      symlinkSync('../images/linked.img', join(disks, 'link.img'));
      // A link to a link in the folder, and an overlay between that is no VM's disk.
      for (const name of ['deb-1.img', 'under.img']) put('one', name, Buffer.alloc(4096));
      symlinkSync('deb-1.img', at('one', 'latest.img'));
      writeFileSync(join(disks, 'newest.qcow2'), overlayOf('../images/latest.img'));
      writeFileSync(join(disks, 'mid.qcow2'), overlayOf(`file:${folder}/under.img`));
      writeFileSync(join(disks, 'top.qcow2'), overlayOf('mid.qcow2'));
      const withDisk = (name: string, disk: string) =>
        [`/etc/xen/${name}.cfg`, `name = "${name}"\nmemory = 128\ndisk = [ "${disk},xvda,w" ]\n`] as const;
      const configured = configuredDomains(
        new Map([
          withDisk('web', 'qcow2:/srv/xen/disks/overlay.qcow2'),
          withDisk('deep', 'qcow2:/srv/xen/disks/above.qcow2'),
          withDisk('linked', 'file:/srv/xen/disks/link.img'),
          withDisk('spelt', 'file:/srv/xen/images//spelt.img'),
          withDisk('newest', 'qcow2:/srv/xen/disks/newest.qcow2'),
          withDisk('tall', 'qcow2:/srv/xen/disks/top.qcow2'),
        ]),
      );
      const disk = { device: 'xvda', target: `${folder}/mine.img`, format: 'raw', backend: null, writable: true, cdrom: false };
      const row = domainRow({ host: 'one', name: 'db' });
      const { template } = readTemplate(readFileSync('resources/templates/pvh-linux.yaml', 'utf8'));
      await open({
        xen: {
          domains: () => [{ ...row, facts: { ...row.facts, disks: [disk] } }],
          configured: (id) => (id === 'one' ? configured : new Map()),
          host: answering,
        },
        templates: () => (template === null ? expect.fail() : [{ name: 'Linux, PVH', template }]),
      });
      const [list] = await images.list(['one']);
      expect(list).not.toHaveProperty('problem');
      expect(list?.images.map(({ name, usedBy }) => [name, usedBy])).toEqual([
        ['base.img', ['web']],
        ['below.img', ['deep']],
        ['between.qcow2', ['deep']],
        ['deb-1.img', ['newest']],
        ['latest.img', ['newest']],
        ['linked.img', ['linked']],
        ['linux.raw', ['template Linux, PVH']],
        ['mine.img', ['db']],
        ['spelt.img', ['spelt']],
        ['under.img', ['tall']],
      ]);
      const used = list?.images.flatMap(({ name }) => (name === 'linux.raw' ? [] : [name])) ?? [];
      for (const name of used) {
        await expect(images.remove({ host: 'one', folder, name })).rejects.toMatchObject({ problem: { code: 'disk-in-use' } });
      }
      await images.remove({ host: 'one', folder, name: 'linux.raw' });
      await expect(images.remove({ host: 'one', folder, name: 'linux.raw' })).rejects.toMatchObject({ problem: { code: 'not-found' } });
      expect(filesOf('one')).toEqual(used);
    });

    it('says for each host by itself why it has none', async () => {
      await open();
      await sessions.two?.stop();
      const [one, two] = await images.list(['one', 'two']);
      expect(one).toMatchObject({ host: 'one', images: [], freeBytes: expect.any(Number) });
      expect(one).not.toHaveProperty('problem');
      expect(two).toMatchObject({ host: 'two', images: [], problem: { code: 'connection-lost' } });
    });
  });

  describe('a folder that two hosts have mounted of one server', () => {
    it('is the same on both, and on no other', async () => {
      put('left', 'a.img', Buffer.alloc(4096, 1));
      await open();
      const [left, right, one] = await images.list(['left', 'right', 'one']);
      expect(left).toMatchObject({ share: { kind: 'NFS', place: 'nas.example.org:/export/xen/images' }, images: [{ name: 'a.img' }] });
      expect(right?.share).toEqual(left?.share);
      expect(right?.images[0]?.modifiedAt).toBe(left?.images[0]?.modifiedAt);
      expect(one?.share).toBeNull();
    });

    it('takes one upload of a name, through whichever of them it comes', async () => {
      const data = randomBytes(4 * mib);
      await open();
      await images.list(['left', 'right']);
      const wish = { folder, name: 'a.img', bytes: data.length, chosen };
      const { transfer } = await images.beginUpload({ ...wish, host: 'left', modifiedAt: 1 });
      await images.take({ transfer, offset: 0, data: data.subarray(0, 3 * mib) });
      await expect(images.beginUpload({ ...wish, host: 'right', modifiedAt: 2 })).rejects.toMatchObject({ problem: { code: 'conflict' } });
      await images.take({ transfer, offset: 3 * mib, data: data.subarray(3 * mib) });
      expect(await ended(transfer)).toMatchObject({ state: 'done' });
      expect(readFileSync(at('left', 'a.img')).equals(data)).toBe(true);
    });

    it('loses no image that a VM of the other host uses, nor one of which that cannot be told', async () => {
      for (const name of ['used.img', 'free.img', 'later.img']) put('left', name, Buffer.alloc(4096));
      const disk = { device: 'xvda', target: `${folder}/used.img`, format: 'raw', backend: null, writable: true, cdrom: false };
      const row = domainRow({ host: 'right', name: 'db' });
      await open({
        xen: {
          domains: () => [{ ...row, facts: { ...row.facts, disks: [disk] } }],
          configured: () => new Map(),
          host: answering,
        },
      });
      await images.list(['left', 'right']);
      await expect(images.remove({ host: 'left', folder, name: 'used.img' })).rejects.toMatchObject({
        problem: { code: 'disk-in-use', host: 'right', message: expect.stringContaining('db') },
      });
      await images.remove({ host: 'left', folder, name: 'free.img' });
      await sessions.right?.stop();
      await expect(images.remove({ host: 'left', folder, name: 'later.img' })).rejects.toMatchObject({
        problem: { code: 'connection-lost', host: 'right' },
      });
      expect(filesOf('left')).toEqual(['later.img', 'used.img']);
    });
  });

  describe('several folders', () => {
    // Its name reads as words of a shell, and must not.
    const other = "/srv/it's $(reboot) my images";
    const both = () => [folder, other];
    const inOther = (id: string, name: string) => join(at(id, ''), '../..', other.slice('/srv/'.length), name);
    afterEach(() => {
      for (const id of ['one', 'two']) rmSync(inOther(id, ''), { recursive: true, force: true });
    });

    it('are each told, also one that a host does not have, and follow the settings', async () => {
      put('one', 'a.img', Buffer.alloc(4096));
      mkdirSync(inOther('one', ''), { recursive: true });
      writeFileSync(inOther('one', 'b.img'), Buffer.alloc(4096));
      let named = both();
      await open({ folders: () => named });
      const list = await images.list(['one', 'two']);
      expect(list.map(({ host, path, there, images }) => [host, path, there, images.map(({ name }) => name)])).toEqual([
        ['one', folder, true, ['a.img']],
        ['one', other, true, ['b.img']],
        ['two', folder, false, []],
        ['two', other, false, []],
      ]);
      for (const each of list) expect(each).not.toHaveProperty('problem');
      named = [folder];
      expect((await images.list(['one'])).map(({ path }) => path)).toEqual([folder]);
      const gone = { host: 'one', folder: other, name: 'b.img' };
      await expect(images.remove(gone)).rejects.toMatchObject({ problem: { code: 'bad-input' } });
      expect(() => images.verify(gone)).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code: 'bad-input' }) }));
      await expect(images.beginUpload({ ...gone, bytes: 1, modifiedAt: 0, chosen })).rejects.toMatchObject({
        problem: { code: 'bad-input' },
      });
      expect(existsSync(inOther('one', 'b.img'))).toBe(true);
    });

    it.each(['directly', 'through this machine'])('are copied between, %s, whatever they are called', async (way) => {
      const data = randomBytes(2 * mib);
      put('one', 'a.img', data);
      if (way === 'directly') introduce();
      await open({ folders: both });
      const logins = () => hosts.two?.server.daemon.log.match(/Accepted publickey/g)?.length ?? 0;
      const before = logins();
      const wish = { from: 'one', fromFolder: folder, to: 'two', toFolder: other, name: 'a.img' };
      expect(await ended(images.copy(wish).transfer)).toMatchObject({ state: 'done', folder: other, fromFolder: folder });
      expect(logins() - before).toBe(way === 'directly' ? 2 : 0);
      expect(readFileSync(inOther('two', 'a.img')).equals(data)).toBe(true);
      const back = { from: 'two', fromFolder: other, to: 'two', toFolder: folder, name: 'a.img' };
      expect(await ended(images.copy(back).transfer)).toMatchObject({ state: 'done', host: 'two', folder });
      expect(readFileSync(at('two', 'a.img')).equals(data)).toBe(true);
      expect(readdirSync(inOther('two', '')).sort()).toEqual(['a.img', 'a.img.sha256']);
      expect(existsSync(inOther('one', ''))).toBe(false);
    });

    it('are sent to, two of one name side by side', async () => {
      const [first, second] = [randomBytes(2 * mib), randomBytes(2 * mib)];
      await open({ folders: both });
      const begin = (to: string, data: Buffer) =>
        images.beginUpload({ host: 'one', folder: to, name: 'new.img', bytes: data.length, modifiedAt: 1000, chosen });
      const [one, two] = [await begin(folder, first), await begin(other, second)];
      await images.take({ transfer: one.transfer, offset: 0, data: first });
      await images.take({ transfer: two.transfer, offset: 0, data: second });
      for (const { transfer } of [one, two]) expect(await ended(transfer)).toMatchObject({ state: 'done' });
      expect(readFileSync(at('one', 'new.img')).equals(first)).toBe(true);
      expect(readFileSync(inOther('one', 'new.img')).equals(second)).toBe(true);
    });

    it('are looked through for what lies on an image of another one', async () => {
      const overlay = Buffer.alloc(1024);
      overlay.write('QFI\xfb', 'latin1');
      overlay.writeBigUInt64BE(512n, 8);
      overlay.writeUInt32BE(`${folder}/base.img`.length, 16);
      overlay.write(`${folder}/base.img`, 512);
      put('one', 'base.img', Buffer.alloc(4096));
      mkdirSync(inOther('one', ''), { recursive: true });
      const top = Buffer.from(overlay);
      top.writeUInt32BE(`${other}/between.qcow2`.length, 16);
      top.write(`${other}/between.qcow2`, 512);
      writeFileSync(inOther('one', 'between.qcow2'), overlay);
      writeFileSync(join(at('one', ''), '../../disk.qcow2'), top);
      const disk = { device: 'xvda', target: '/srv/disk.qcow2', format: 'qcow2', backend: null, writable: true, cdrom: false };
      const row = domainRow({ host: 'one', name: 'deep' });
      await open({
        folders: both,
        xen: { domains: () => [{ ...row, facts: { ...row.facts, disks: [disk] } }], configured: () => new Map(), host: answering },
      });
      const list = await images.list(['one']);
      expect(list.flatMap(({ images }) => images.map(({ name, usedBy }) => [name, usedBy]))).toEqual([
        ['base.img', ['deep']],
        ['between.qcow2', ['deep']],
      ]);
      for (const [where, name] of [
        [folder, 'base.img'],
        [other, 'between.qcow2'],
      ] as const) {
        await expect(images.remove({ host: 'one', folder: where, name })).rejects.toMatchObject({ problem: { code: 'disk-in-use' } });
      }
      rmSync(join(at('one', ''), '../../disk.qcow2'));
    });
  });

  describe('a verification', () => {
    it('notes the checksum where there is none, and finds the same later, and a byte that is another one', async () => {
      const data = randomBytes(40 * mib);
      put('one', 'a.img', data);
      await open();
      expect(await ended(images.verify({ host: 'one', folder, name: 'a.img' }).transfer)).toMatchObject({
        state: 'done',
        bytes: data.length,
      });
      expect(readFileSync(at('one', 'a.img.sha256'), 'utf8')).toBe(`${sumOf(data)}  a.img\n`);
      expect(await ended(images.verify({ host: 'one', folder, name: 'a.img' }).transfer)).toMatchObject({ state: 'done' });
      data[33 * mib] = (data[33 * mib] ?? 0) ^ 1;
      put('one', 'a.img', data);
      const bad = await ended(images.verify({ host: 'one', folder, name: 'a.img' }).transfer);
      expect(bad).toMatchObject({ state: 'failed', problem: { code: 'config-changed', detail: expect.stringContaining(sumOf(data)) } });
      expect(await ended(images.verify({ host: 'one', folder, name: 'b.img' }).transfer)).toMatchObject({
        state: 'failed',
        problem: { code: 'not-found' },
      });
    });
  });

  describe.each([
    ['by SFTP', 'one'],
    ['to a host that has no SFTP', 'bare'],
  ])('an upload %s', (_, one) => {
    const sftp = one === 'one';

    it('arrives whole, with its checksum, and over nothing', async () => {
      const data = Buffer.concat([randomBytes(2 * mib + 5), Buffer.alloc(3 * mib), randomBytes(7)]);
      await open();
      const { transfer, first } = await upload(one, 'new.img', data);
      expect(first).toBe(0);
      const done = await ended(transfer);
      expect(done).toMatchObject({ kind: 'upload', state: 'done', bytes: data.length, total: data.length });
      expect(done.notBySftp?.code).toBe(sftp ? undefined : 'program-missing');
      expect(statSync(at(one, 'new.img')).blocks * 512).toBeLessThan(data.length - 2 * mib);
      expect(readFileSync(at(one, 'new.img')).equals(data)).toBe(true);
      expect(readFileSync(at(one, 'new.img.sha256'), 'utf8')).toBe(`${sumOf(data)}  new.img\n`);
      expect(filesOf(one)).toEqual(['new.img', 'new.img.sha256']);
      await expect(images.beginUpload({ host: one, folder, name: 'new.img', bytes: 5, modifiedAt: 0, chosen })).rejects.toMatchObject({
        problem: { code: 'name-taken' },
      });
    });

    it('goes on where the connection was cut, and begins anew for another version of the file', async () => {
      const data = randomBytes(14 * mib);
      await open();
      const cut = await upload(one, 'new.img', data, { until: 12 * mib });
      await sessions[one]?.stop();
      await expect(images.take({ transfer: cut.transfer, offset: 12 * mib, data: Buffer.alloc(3) })).rejects.toMatchObject({
        problem: { code: 'connection-lost' },
      });
      expect(await ended(cut.transfer)).toMatchObject({ state: 'failed', problem: { code: 'connection-lost' } });
      sessions[one] = await online(sessionFor({ ...(await targetFor(rig, hosts[one]?.server ?? expect.fail(), { key })), id: one }));
      const { transfer, first } = await upload(one, 'new.img', data, { until: 13 * mib });
      // By SFTP two pieces before the end of the last.
      expect(first).toBe(sftp ? 4 * mib : 12 * mib);
      images.cancel(transfer);
      await vi.waitFor(() => expect(filesOf(one)).toEqual([]), patience);
      expect(await ended(transfer)).toMatchObject({ state: 'cancelled' });
      await upload(one, 'new.img', data, { until: mib });
      await images.stop();
      await open();
      const other = await upload(one, 'new.img', data, { modifiedAt: 2000 });
      expect(other.first).toBe(0);
      expect(await ended(other.transfer)).toMatchObject({ state: 'done' });
    });

    it('mixes no two files of one size and time, neither where one goes on nor where another window takes over', async () => {
      const [data, other] = [randomBytes(8 * mib), randomBytes(8 * mib)];
      await open();
      const cut = await upload(one, 'new.img', data, { until: 6 * mib });
      images.leaveUpload(cut.transfer);
      await ended(cut.transfer);
      const isOther = async (transfer: string) => {
        const { state, problem } = await ended(transfer);
        if (state === 'done') expect(readFileSync(at(one, 'new.img')).equals(other)).toBe(true);
        else expect([state, problem?.code, filesOf(one)]).toEqual(['failed', 'config-changed', []]);
        for (const name of filesOf(one)) rmSync(at(one, name));
      };
      await isOther((await upload(one, 'new.img', other, { chosen: 'another-file-altogether' })).transfer);
      await upload(one, 'new.img', data, { until: 6 * mib });
      await isOther((await upload(one, 'new.img', other, { chosen: 'a-third-file-altogether' })).transfer);
    });

    it('takes no piece that does not follow the one before, and none of a second window', async () => {
      const data = randomBytes(3 * mib);
      await open();
      const { transfer } = await upload(one, 'new.img', data, { until: mib });
      for (const offset of [0, mib + uploadPieceBytes + 1]) {
        await expect(images.take({ transfer, offset, data: Buffer.alloc(3) })).rejects.toMatchObject({ problem: { code: 'conflict' } });
      }
      await expect(images.beginUpload({ host: one, folder, name: 'new.img', bytes: 9, modifiedAt: 0, chosen })).rejects.toMatchObject({
        problem: { code: 'conflict' },
      });
      expect(await images.beginUpload({ host: one, folder, name: 'new.img', bytes: data.length, modifiedAt: 1000, chosen })).toEqual({
        transfer,
        offset: mib,
      });
      const both = [0, 1].map(() => images.take({ transfer, offset: mib, data: data.subarray(mib, 2 * mib) }));
      expect((await Promise.allSettled(both)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      // A window that was loaded anew in the middle of a piece goes on after it.
      const next = 2 * mib + 9;
      const piece = images.take({ transfer, offset: 2 * mib, data: data.subarray(2 * mib, next) });
      const ahead = expect(images.take({ transfer, offset: next + 1, data: Buffer.alloc(3) })).rejects.toThrow();
      expect(await images.beginUpload({ host: one, folder, name: 'new.img', bytes: data.length, modifiedAt: 1000, chosen })).toEqual({
        transfer,
        offset: next,
      });
      await Promise.all([piece, ahead]);
      // Somebody else writes into what has arrived.
      writeFileSync(at(one, '.new.img.part'), 'x', { flag: 'a' });
      await expect(images.take({ transfer, offset: next, data: Buffer.alloc(3) })).rejects.toMatchObject({
        problem: { code: 'conflict' },
      });
      expect(await ended(transfer)).toMatchObject({ state: 'failed' });
    });

    it('waits for its next piece only so long, and keeps what has arrived', async () => {
      // It runs while a piece is being written, too.
      await open({ patienceMs: 6000 });
      const { transfer } = await upload(one, 'new.img', randomBytes(3 * mib), { until: mib });
      expect(await ended(transfer)).toMatchObject({ state: 'failed', problem: { code: 'request-timeout' } });
      await expect(images.take({ transfer, offset: mib, data: Buffer.alloc(3) })).rejects.toMatchObject({ problem: { code: 'not-found' } });
      expect(statSync(at(one, '.new.img.part')).size).toBe(mib);
    });
  });

  it('a note is understood in each of its usual forms, and one without a sum is no proof', async () => {
    const wrong = 'ab'.repeat(32);
    const notes = [`SHA256 (x) = ${wrong}\n`, `${wrong}\r\n`, `${wrong}  x.img`, `SHA2-256(x)= ${wrong}\n`, `${wrong.toUpperCase()} *x\n`];
    const none = [`${wrong}${wrong}  x.img\n`, `# mine\n${wrong}  x.img\n`, ''];
    const data = randomBytes(5000);
    put('one', 'x.img', data);
    await open();
    for (const note of [...notes, ...none]) {
      put('one', 'x.img.sha256', note);
      const { problem } = await ended(images.verify({ host: 'one', folder, name: 'x.img' }).transfer);
      expect([note, problem?.code]).toEqual([note, none.includes(note) ? 'bad-answer' : 'config-changed']);
      expect(readFileSync(at('one', 'x.img.sha256'), 'utf8')).toBe(note);
    }
  });

  it('an upload is refused where there is no room for it', async () => {
    await open();
    const wish = { host: 'small', folder, name: 'new.img', bytes: 20 * mib, modifiedAt: 0, chosen };
    await expect(images.beginUpload(wish)).rejects.toMatchObject({ problem: { code: 'disk-full' } });
    expect((await images.list(['small']))[0]?.images).toEqual([]);
  });

  describe.each(['directly', 'through this machine'])('a copy %s', (way) => {
    const direct = way === 'directly';
    const prepare = () => {
      if (direct) introduce();
    };
    const accepted = () => hosts.two?.server.daemon.log.match(/Accepted publickey/g)?.length ?? 0;

    it('is the same bytes, sparse where the image is, noted, and over nothing', async () => {
      const data = Buffer.concat([randomBytes(3 * mib), Buffer.alloc(16 * mib), randomBytes(11)]);
      put('one', 'a.img', data);
      prepare();
      await open();
      const before = accepted();
      const { transfer } = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'a.img' });
      expect(await ended(transfer)).toMatchObject({ kind: 'copy', host: 'two', from: 'one', state: 'done' });
      // The source logs in to see whether it can, and to send; else nobody but Hum does.
      expect(accepted() - before).toBe(direct ? 2 : 0);
      expect(readFileSync(at('two', 'a.img')).equals(data)).toBe(true);
      expect(statSync(at('two', 'a.img')).blocks * 512).toBeLessThan(8 * mib);
      expect(filesOf('two')).toEqual(['a.img', 'a.img.sha256']);
      const again = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'a.img' });
      expect(await ended(again.transfer)).toMatchObject({ state: 'failed', problem: { code: 'name-taken', host: 'two' } });
    });

    it('goes on from what has arrived of it', async () => {
      const data = randomBytes(6 * mib);
      put('one', 'a.img', data);
      prepare();
      await open();
      // What a copy leaves that was cut. rsync may leave blocks in any order, and compares them.
      put('two', '.a.img.part', direct ? Buffer.alloc(4 * mib, 1) : data.subarray(0, 4 * mib));
      put(
        'two',
        '.a.img.of',
        `${fingerprint({ bytes: data.length, modifiedAt: Math.floor(statSync(at('one', 'a.img')).mtimeMs / 1000) * 1000 })}\n`,
      );
      const { transfer } = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'a.img' });
      expect(await ended(transfer)).toMatchObject({ state: 'done' });
      expect(readFileSync(at('two', 'a.img')).equals(data)).toBe(true);
      expect(filesOf('two')).toEqual(['a.img', 'a.img.sha256']);
    });
  });

  describe('a copy', () => {
    it('that was cut goes on, and sends only the rest', async () => {
      // Not done before a look at it has seen that it has begun.
      const data = randomBytes(96 * mib);
      put('one', 'a.img', data);
      await open();
      const first = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'a.img' });
      await moves(first.transfer);
      await sessions.two?.stop();
      expect(await ended(first.transfer)).toMatchObject({ state: 'failed', problem: { code: 'connection-lost' } });
      const there = statSync(at('two', '.a.img.part')).size;
      expect(there).toBeGreaterThan(0);
      sessions.two = await online(sessionFor({ ...(await targetFor(rig, hosts.two?.server ?? expect.fail(), { key })), id: 'two' }));
      const second = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'a.img' });
      expect(await ended(second.transfer)).toMatchObject({ state: 'done' });
      expect(readFileSync(at('two', 'a.img')).equals(data)).toBe(true);
    });

    it('leaves nothing when it is cancelled', async () => {
      put('one', 'a.img', randomBytes(64 * mib));
      await open();
      const { transfer } = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'a.img' });
      await moves(transfer);
      await expect(images.remove({ host: 'one', folder, name: 'a.img' })).rejects.toMatchObject({ problem: { code: 'conflict' } });
      expect(() => images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'a.img' })).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'conflict' }) }),
      );
      images.cancel(transfer);
      expect(await ended(transfer)).toMatchObject({ state: 'cancelled' });
      expect(filesOf('two')).toEqual([]);
      expect(() => images.cancel(transfer)).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code: 'not-found' }) }));
    });

    it('of an image that is damaged, or is written meanwhile, does not become an image', async () => {
      const data = randomBytes(2 * mib);
      put('one', 'bad.img', data);
      put('one', 'bad.img.sha256', `${'0'.repeat(64)}  bad.img\n`);
      put('one', 'busy.img', randomBytes(96 * mib));
      await open();
      const bad = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'bad.img' });
      expect(await ended(bad.transfer)).toMatchObject({ state: 'failed', problem: { code: 'config-changed', host: 'one' } });
      const busy = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'busy.img' });
      await moves(busy.transfer);
      truncateSync(at('one', 'busy.img'), 48 * mib);
      const { problem } = await ended(busy.transfer);
      expect(['config-changed', 'file-unreadable', 'conflict']).toContain(problem?.code);
      expect(filesOf('two').filter((name) => !name.startsWith('.'))).toEqual([]);
    });

    it('is refused where there is no room, where the image is gone, and to where it is', async () => {
      put('one', 'a.img', randomBytes(20 * mib));
      await open();
      const full = images.copy({ from: 'one', fromFolder: folder, to: 'small', toFolder: folder, name: 'a.img' });
      expect(await ended(full.transfer)).toMatchObject({ state: 'failed', problem: { code: 'disk-full', host: 'small' } });
      const gone = images.copy({ from: 'two', fromFolder: folder, to: 'one', toFolder: folder, name: 'b.img' });
      expect(await ended(gone.transfer)).toMatchObject({ state: 'failed', problem: { code: 'not-found', host: 'two' } });
      expect(() => images.copy({ from: 'one', fromFolder: folder, to: 'one', toFolder: folder, name: 'a.img' })).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'bad-input' }) }),
      );
    });

    it('takes no more memory than a piece of it', async () => {
      put('one', 'big.img', '');
      truncateSync(at('one', 'big.img'), 256 * mib);
      await open();
      const before = process.memoryUsage().rss;
      let most = 0;
      const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
      const { transfer } = images.copy({ from: 'one', fromFolder: folder, to: 'two', toFolder: folder, name: 'big.img' });
      expect(await ended(transfer)).toMatchObject({ state: 'done', bytes: 256 * mib });
      clearInterval(timer);
      expect(statSync(at('two', 'big.img'))).toMatchObject({ size: 256 * mib, blocks: 0 });
      expect(most - before).toBeLessThan(160 * mib);
    });
  });

  it.skipIf(spawnSync('busybox', ['true']).error !== undefined)(
    'does the same with the programs of busybox, whose dd knows no holes',
    () => {
      const [bin, at] = [join(rig.dir, 'busybox'), join(rig.dir, 'under-busybox/images')];
      mkdirSync(bin);
      spawnSync('busybox', ['--install', '-s', bin]);
      const data = randomBytes(mib + 3);
      const run = (args: readonly string[], input: Buffer | string = '') => {
        const { status, stdout, stderr } = spawnSync('sh', ['-c', xenRootScript('images'), 'sh', '', ...args], {
          input,
          env: { PATH: bin },
        });
        return { status, said: stdout.toString('latin1') + stderr.toString('latin1'), stdout };
      };
      const act = (what: string, ...rest: readonly string[]) => run([what, at, 'a.img', ...rest]);
      expect(act('begin', String(data.length), '1', 'word')).toMatchObject({ status: 0, said: 'at 0\n' });
      expect(run(['receive', at, 'a.img', '0'], data.subarray(0, 1000))).toMatchObject({ status: 0, said: 'at 1000\n' });
      expect(act('begin', String(data.length), '1', 'word')).toMatchObject({ status: 0, said: 'at 1000\n' });
      expect(run(['receive', at, 'a.img', '999'], 'x')).toMatchObject({ status: 85 });
      expect(run(['receive', at, 'a.img', '1000'], data.subarray(1000))).toMatchObject({ status: 0, said: `at ${data.length}\n` });
      expect(act('checksum', 'part').said).toBe(`size ${data.length}\nat ${data.length}\nsum ${sumOf(data)}\n`);
      expect(act('place', String(data.length), sumOf(data), 'word')).toMatchObject({ status: 0, said: '' });
      expect(act('begin', '5', '1', 'other')).toMatchObject({ status: 83 });
      expect(act('send', '7').stdout.equals(data.subarray(7))).toBe(true);
      expect(readFolder(run(['list', at]).stdout, at)).toMatchObject({
        path: at,
        freeBytes: expect.any(Number),
        images: [{ name: 'a.img', bytes: data.length, checksum: sumOf(data), format: 'raw' }],
      });
      expect(act('remove')).toMatchObject({ status: 0 });
      expect(readdirSync(at)).toEqual([]);
    },
  );
});
