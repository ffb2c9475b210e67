import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { CloudInit } from '../../src/main/xen/deploy/guest.ts';
import { buildSeed } from '../../src/main/xen/deploy/seed.ts';
import { seedFiles } from '../../src/main/xen/deploy/seed-files.ts';
import { guest } from '../support/deployments.ts';

/** Reads the root folder of a FAT12 image by its long names, as the specification has it; knows nothing of how it was written. */
function readFat12(image: Buffer): { label: string; files: Map<string, Buffer> } {
  const bytes = image.readUInt16LE(11);
  const perCluster = image.readUInt8(13) * bytes;
  const fat = image.readUInt16LE(14) * bytes;
  const fatBytes = image.readUInt16LE(22) * bytes;
  const root = fat + image.readUInt8(16) * fatBytes;
  const data = root + image.readUInt16LE(17) * 32;
  const sectors = image.readUInt16LE(19) || image.readUInt32LE(32);
  expect(sectors * bytes).toBe(image.length);
  // Below 4085 clusters it is FAT12, whatever the text in the boot sector says.
  expect(Math.floor((image.length - data) / perCluster)).toBeLessThan(4085);
  expect(image.subarray(fat, root - fatBytes).equals(image.subarray(fat + fatBytes, root))).toBe(true);
  const next = (cluster: number) => {
    const pair = image.readUInt16LE(fat + Math.floor((cluster * 3) / 2));
    return cluster % 2 === 1 ? pair >> 4 : pair & 0xfff;
  };
  const files = new Map<string, Buffer>();
  let label = '';
  let long = '';
  for (let at = root; at < data && image[at] !== 0; at += 32) {
    const attributes = image.readUInt8(at + 11);
    if (attributes === 0x0f) {
      const piece = Buffer.concat([image.subarray(at + 1, at + 11), image.subarray(at + 14, at + 26), image.subarray(at + 28, at + 32)]);
      long = piece.toString('utf16le').split('\0')[0] + long;
      continue;
    }
    if (attributes === 0x08) {
      label = image.toString('latin1', at, at + 11).trimEnd();
      continue;
    }
    const chunks: Buffer[] = [];
    for (let cluster = image.readUInt16LE(at + 26); cluster >= 2 && cluster < 0xff8; cluster = next(cluster)) {
      chunks.push(image.subarray(data + (cluster - 2) * perCluster, data + (cluster - 1) * perCluster));
    }
    const content = Buffer.concat(chunks);
    const length = image.readUInt32LE(at + 28);
    expect(content.length - length).toBeLessThan(perCluster);
    files.set(long, content.subarray(0, length));
    long = '';
  }
  return { label, files };
}

const names = fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/), { minLength: 1, maxLength: 6 });
const content = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.nat({ max: 3_000_000 }).map((length) => new Uint8Array(length).fill(65)),
);

describe('the image of a seed', () => {
  test('holds every file under its whole name, byte for byte', () => {
    fc.assert(
      fc.property(names, fc.array(content, { minLength: 6, maxLength: 6 }), (all, contents) => {
        const files = new Map(all.map((name, at) => [name, Buffer.from(contents[at] ?? [])]));
        const read = readFat12(buildSeed(files));
        expect(read.label).toBe('CIDATA');
        expect([...read.files.keys()]).toEqual(all);
        for (const [name, bytes] of files) expect(read.files.get(name)?.equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('is the same for the same files', () => {
    const files = new Map([['meta-data', Buffer.from('a')]]);
    expect(buildSeed(files).equals(buildSeed(files))).toBe(true);
  });

  test('refuses what it cannot hold', () => {
    expect(() => buildSeed(new Map([['meta-data', Buffer.alloc(17 * 2 ** 20)]]))).toThrow('too large');
    for (const name of ['', 'a/b', '..', 'a b', 'x'.repeat(300)])
      expect(() => buildSeed(new Map([[name, Buffer.alloc(1)]]))).toThrow('no name');
    const many = new Map(Array.from({ length: 40 }, (_, at) => [`file-${at}`, Buffer.alloc(1)]));
    expect(() => buildSeed(many)).toThrow('too many');
  });

  test.skipIf(spawnSync('blkid', ['-V']).status !== 0)(
    'is what blkid, by which cloud-init finds it, calls vfat with the label CIDATA',
    () => {
      const dir = mkdtempSync(join(tmpdir(), 'hum-seed-'));
      try {
        for (const size of [10, 100_000, 9_000_000]) {
          writeFileSync(join(dir, 'seed'), buildSeed(new Map([['user-data', Buffer.alloc(size)]])));
          const { stdout } = spawnSync('blkid', ['-p', '-o', 'export', join(dir, 'seed')], { encoding: 'utf8' });
          expect(stdout).toContain('LABEL=CIDATA\n');
          expect(stdout).toContain('TYPE=vfat\n');
          expect(stdout).toContain('VERSION=FAT12\n');
        }
      } finally {
        rmSync(dir, { recursive: true });
      }
    },
  );
});

const mark = '0123456789abcdef';
const cloudInit = (change: Partial<CloudInit> = {}): CloudInit => ({
  device: 'xvdz',
  path: '/srv/xen/web01-seed.iso',
  hostname: 'web01',
  user: null,
  keys: [],
  packages: [],
  userData: '',
  ...change,
});
const files = (change: Partial<CloudInit>, of = guest()) => seedFiles(of, cloudInit(change), ['00:16:3E:00:00:01'], mark);
/** As its reader takes it, PyYAML, which reads YAML 1.1. */
const asCloudInit = (text: string): unknown => parse(text, { version: '1.1' });
const userData = (change: Partial<CloudInit>): unknown => {
  const text = files(change)['user-data'];
  expect(text.startsWith('#cloud-config\n')).toBe(true);
  return asCloudInit(text);
};

describe('the files of a seed', () => {
  test('name the machine, its instance and its networks', () => {
    const made = files({ keys: ['ssh-ed25519 AAAA me'], packages: ['nginx'] });
    expect(parse(made['meta-data'])).toEqual({ 'instance-id': `web01-${mark}`, 'local-hostname': 'web01' });
    expect(parse(made['user-data'])).toEqual({
      hostname: 'web01',
      ssh_authorized_keys: ['ssh-ed25519 AAAA me'],
      package_update: true,
      packages: ['nginx'],
    });
    expect(parse(made['network-config'])).toEqual({
      version: 2,
      ethernets: { hum0: { match: { macaddress: '00:16:3e:00:00:01' }, dhcp4: true } },
    });
  });

  test('give a fixed address with its gateway and name servers', () => {
    const ip = { kind: 'static', address: '10.0.0.5', prefix: 24, gateway: '10.0.0.1', dns: ['1.1.1.1'] } as const;
    const made = files({}, guest({ vifs: [{ bridge: 'xenbr0', mac: null, ip }] }));
    expect(parse(made['network-config'])).toMatchObject({
      ethernets: { hum0: { addresses: ['10.0.0.5/24'], gateway4: '10.0.0.1', nameservers: { addresses: ['1.1.1.1'] } } },
    });
  });

  test('are read by cloud-init as they were written, where YAML 1.1 has numbers of base 60, octal digits and more words for yes', () => {
    const made = seedFiles(guest({ name: 'no' }), cloudInit({ hostname: 'no' }), ['52:54:00:12:34:56'], mark);
    expect(made['network-config']).toContain('macaddress: "52:54:00:12:34:56"');
    expect(made['meta-data']).toContain('local-hostname: "no"');
    const more = '#cloud-config\nwrite_files:\n  - { path: /x, permissions: 0644, content: "yes" }\nchpasswd: { list: "1_000" }\n';
    expect(userData({ userData: more })).toMatchObject({
      write_files: [{ path: '/x', permissions: 0o644, content: 'yes' }],
      chpasswd: { list: '1_000' },
    });
  });

  test('hold what a person adds: lists grow, and its own values count', () => {
    const more = '#cloud-config\npackages: [git]\nhostname: other\nruncmd:\n  - echo "$(reboot)"\n__proto__: {a: 1}\n';
    expect(userData({ packages: ['nginx'], userData: more })).toMatchObject({
      hostname: 'other',
      packages: ['nginx', 'git'],
      runcmd: ['echo "$(reboot)"'],
    });
    expect(userData({ user: 'ada', keys: ['ssh-rsa A'], userData: 'users: [{name: bob}]\n' })).toMatchObject({
      users: ['default', expect.objectContaining({ name: 'ada', ssh_authorized_keys: ['ssh-rsa A'] }), { name: 'bob' }],
    });
  });

  test.each(['#!/bin/sh\nreboot\n', '- a list', 'a: [', '#include\nhttp://x/', '#cloud-boothook\nx'])(
    'pass %j on beside their own, as an archive',
    (more) => {
      const text = files({ userData: more })['user-data'];
      expect(text.startsWith('#cloud-config-archive\n')).toBe(true);
      const [own, other] = parse(text) as readonly { type?: string; content: string }[];
      expect(own?.type).toBe('text/cloud-config');
      expect(parse(own?.content ?? '')).toEqual({ hostname: 'web01' });
      expect(other?.content).toBe(more);
    },
  );

  test('keep any value a value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (hostname, packages) => {
        fc.pre(!hostname.includes('.'));
        expect(userData({ hostname, packages })).toEqual({ hostname, package_update: true, packages });
      }),
    );
  });
});
