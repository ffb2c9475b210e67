import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { scripts } from '../../src/main/demo/scripts.ts';
import type { SimulatedHost } from '../../src/main/demo/simulated-host.ts';
import { newShare, xenHostOf } from '../../src/main/demo/xen/xen-host.ts';
import { readDisks } from '../../src/main/xen/images/read-disks.ts';
import { type ReadFolder, readFolder } from '../../src/main/xen/images/read-folder.ts';
import { xenRootScript } from '../../src/main/xen/scripts.ts';
import { procWithMount } from '../support/fake-mounts.ts';
import { canMakeHosts } from '../support/trash-host.ts';

/** The demo does in JavaScript what images.sh does; here both are asked the same, one after the other. Only root may run the script. */

const folder = '/srv/xen/images';
const real = mkdtempSync(join(tmpdir(), 'hum-demo-images-'));
afterAll(() => rmSync(real, { recursive: true, force: true }));

function hostOf(index: number, peer?: SimulatedHost['peer']): SimulatedHost {
  const profile = fleetOf(1912, 3).filter(({ xen }) => xen !== null)[index] ?? expect.fail('no Xen host');
  return { profile, xen: xenHostOf(profile), now: () => now, ...(peer === undefined ? {} : { peer }) };
}
let now = 60_000;
const target = hostOf(1);
const host = hostOf(0, (port) => (port === 2222 ? target : undefined));

function scriptOn(on: SimulatedHost, what: string, where: string, words: readonly string[] = [], stdin: Buffer = Buffer.alloc(0)) {
  const script = scripts.get(xenRootScript('images')) ?? expect.fail('the demo does not know the script');
  return script({ host: on, args: ['', what, where, ...words], stdin });
}

function simulated(on: SimulatedHost, what: string, words: readonly string[] = [], stdin?: Buffer) {
  return scriptOn(on, what, folder, words, stdin);
}

// The real script, which the demo is held against, is root's.
const root = process.getuid?.() === 0;
const why = root ? '' : ': skipped, the real script needs root';

it.skipIf(!root)(`an upload goes the same way, step by step${why}`, () => {
  const data = randomBytes(5000);
  const sum = createHash('sha256').update(data).digest('hex');
  const steps: readonly (readonly [what: string, words: readonly string[], stdin?: Buffer])[] = [
    ['look', ['a.img']],
    ['arrived', ['a.img']],
    ['receive', ['a.img', '0'], data],
    ['begin', ['a.img', '5000', '5', 'one']],
    ['receive', ['a.img', '0'], data.subarray(0, 1000)],
    ['begin', ['a.img', '5000', '5', 'one']],
    ['begin', ['a.img', '5000', '5', 'another']],
    ['receive', ['a.img', '7'], data],
    ['receive', ['a.img', '0'], data],
    ['arrived', ['a.img']],
    ['checksum', ['a.img', 'image']],
    ['checksum', ['a.img', 'part']],
    ['place', ['a.img', '4999', sum, 'another']],
    ['place', ['a.img', '5000', sum, 'one']],
    ['place', ['a.img', '5000', sum, 'another']],
    ['begin', ['a.img', '7', '1', 'one']],
    ['checksum', ['a.img', 'image']],
    ['note', ['a.img', '0'.repeat(64)]],
    ['checksum', ['a.img', 'image']],
    ['remove', ['a.img']],
    ['remove', ['a.img']],
    ['begin', ['a.img', '7', '1', 'one', 'account']],
    ['drop', ['a.img', 'another']],
    ['arrived', ['a.img']],
    ['drop', ['a.img', 'one']],
    ['arrived', ['a.img']],
    ['nonsense', ['a.img']],
  ];
  for (const [what, words, stdin] of steps) {
    const ran = spawnSync('sh', ['-c', xenRootScript('images'), 'sh', '', what, real, ...words], { input: stdin ?? '' });
    const { code, stdout } = simulated(host, what, words, stdin);
    expect([what, words, code, stdout]).toEqual([what, words, ran.status, ran.stdout.toString()]);
  }
});

it.skipIf(!root)(`a list is read alike${why}`, () => {
  const empty = join(real, 'empty');
  mkdirSync(empty);
  const ran = spawnSync('sh', ['-c', xenRootScript('images'), 'sh', '', 'list', empty]);
  const answers: readonly (ReadFolder | undefined)[] = [
    readFolder(ran.stdout, empty),
    readFolder(Buffer.from(simulated(host, 'list').stdout), folder),
  ];
  for (const answer of answers) expect(answer).toMatchObject({ freeBytes: expect.any(Number), path: expect.any(String) });
  expect(answers[0]?.images).toEqual([]);
  expect(answers[1]?.images.map(({ name, format, checksum }) => [name, format, checksum !== null])).toEqual([
    ['debian-12-generic-amd64.qcow2', 'qcow2', true],
    ['debian-12.raw', 'raw', false],
    ['linux.raw', 'raw', false],
  ]);
});

it.skipIf(!root)(`disks are told alike${why}`, () => {
  const paths = ['/srv/xen/images/linux.raw', '/nowhere/at/all', 'no path', '/dev/null'];
  const input = `${paths.join('\n')}\n`;
  const ran = spawnSync('sh', ['-c', xenRootScript('images'), 'sh', '', 'disks', ''], { input });
  expect(scriptOn(host, 'disks', '', [], Buffer.from(input)).stdout).toBe(ran.stdout.toString());
});

it('a disk in the trash of a host of the demo is told where it lies', () => {
  const { machine } = host.xen ?? expect.fail();
  const removed = { text: undefined, link: undefined, made: undefined };
  machine.trash.set('m-0', { ...removed, path: '/srv/xen/web.img' });
  machine.trash.set('m-1', { ...removed, path: '/etc/xen/web.cfg' });
  machine.trash.set('m-2', { ...removed, path: '/dev/vg0/web' });
  const found = readDisks(Buffer.from(scriptOn(host, 'disks', '').stdout), new Set());
  expect([...(found?.trash.keys() ?? [])]).toEqual(['/srv/xen/.hum-trash/m-0/item', '/var/lib/hum/trash/m-1/item']);
  machine.trash.clear();
});

it.skipIf(!root)(`a folder that is not there is told alike${why}`, () => {
  const absent = join(real, 'absent');
  const ran = spawnSync('sh', ['-c', xenRootScript('images'), 'sh', '', 'list', absent]);
  const alike = (answer: string) => answer.replace(/^free \d+/, 'free N');
  const { stdout } = scriptOn(host, 'list', '/srv/absent');
  expect(alike(stdout)).toBe(alike(ran.stdout.toString()));
  expect(readFolder(ran.stdout, absent)).toMatchObject({ path: null, share: null, images: [], freeBytes: expect.any(Number) });
});

it.skipIf(!canMakeHosts)('a folder of a server is told alike, and is the same on each host of the demo that has it mounted', () => {
  const folder = '/mnt/images';
  const shared = newShare();
  const dom0s = fleetOf(1912, 7).filter(({ kind }) => kind.group === 'dom0');
  const answers = dom0s.map((profile) => scriptOn({ profile, xen: xenHostOf(profile, shared), now: () => now }, 'list', folder).stdout);
  const found = answers.map((answer) => readFolder(Buffer.from(answer), folder));
  expect(found[0]).toMatchObject({ share: { kind: 'NFS', place: 'nas.example.org:/export/images' }, path: folder });
  expect(found[1]?.share).toEqual(found[0]?.share);
  expect(found[0]?.images.map(({ name, checksum }) => [name, checksum !== null])).toEqual([
    ['debian-13-generic-amd64.qcow2', true],
    ['rocky-9.raw', false],
  ]);
  // The real script where such a folder is mounted, or seems to be.
  const mounted = join(real, 'mounted');
  mkdirSync(mounted);
  const proc = procWithMount(join(real, 'proc'), statSync(mounted).dev, `/ ${mounted} nfs4 nas.example.org:/export/images`);
  const script = [
    '-c',
    `mount --bind "$1" /proc && shift && exec sh -c "$@"`,
    'sh',
    proc,
    xenRootScript('images'),
    'sh',
    '',
    'list',
    mounted,
  ];
  const ran = spawnSync('unshare', ['--mount', 'sh', ...script]);
  const placeIn = (answer: string) => answer.split('\0').find((record) => record.startsWith('on '));
  expect(
    placeIn(ran.stdout.toString())
      ?.replaceAll(mounted, folder)
      .replace(/^on \d+ [0-9a-f]+/, 'on I F'),
  ).toBe(placeIn(answers[0] ?? '')?.replace(/^on \d+ [0-9a-f]+/, 'on I F'));
});

it('hosts of the demo reach each other, and what one sends arrives in its time', () => {
  simulated(target, 'remove', ['linux.raw']);
  const { stdout } = simulated(host, 'look', ['linux.raw']);
  const bytes = Number(stdout.split(' ')[0]);
  expect(simulated(target, 'begin', ['linux.raw', String(bytes), '1', 'one']).stdout).toBe('at 0\n');
  expect(simulated(host, 'way', ['linux.raw', '2222', 'root@127.0.0.1', 'mark', folder]).code).toBe(255);
  simulated(target, 'sign', ['linux.raw', 'mark']);
  expect(simulated(host, 'way', ['linux.raw', '2222', 'root@127.0.0.1', 'mark', folder]).code).toBe(0);
  expect(simulated(host, 'way', ['linux.raw', '23', 'root@127.0.0.1', 'mark', folder]).code).toBe(255);
  simulated(target, 'unsign', ['linux.raw', 'mark']);
  const { afterMs } = simulated(host, 'direct', ['linux.raw', '2222', 'root@127.0.0.1', folder]);
  now += afterMs / 2;
  const half = Number(simulated(target, 'arrived', ['linux.raw']).stdout.slice(3));
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(bytes);
  now += afterMs;
  expect(simulated(target, 'arrived', ['linux.raw']).stdout).toBe(`at ${bytes}\n`);
  const sumIn = (text: string) => /^sum (\w+)$/m.exec(text)?.[1];
  const sum = sumIn(simulated(target, 'checksum', ['linux.raw', 'part']).stdout);
  expect(sum).toBe(sumIn(simulated(host, 'checksum', ['linux.raw', 'image']).stdout));
  expect(simulated(target, 'place', ['linux.raw', String(bytes), sum ?? '', 'one']).code).toBe(0);
  expect(simulated(target, 'look', ['linux.raw']).code).toBe(0);
});
