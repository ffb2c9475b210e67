import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiskTurns } from '../../src/main/fleet/disk-turns.ts';
import { fullest, parseDisks } from '../../src/main/fleet/disks.ts';
import { disksNote, lineOf } from '../../src/renderer/host/file-systems.ts';
import type { FileSystem } from '../../src/shared/contract/fleet.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/df/${name}.txt`, import.meta.url), 'utf8');
const hostile = "/mnt/it's\na $(reboot)\u001b[2J\\040#\tx";
const kib = 1024;

describe.each(['gnu', 'busybox'])('what the df of %s tells', (name) => {
  const { fileSystems, problem } = parseDisks(fixture(name), 5);
  const at = (mount: string) => fileSystems.find((each) => each.mount === mount);

  it('is read of every file system, the fullest first, whatever its device and its mount point are called', () => {
    expect(problem).toBeNull();
    expect(fileSystems.map(({ mount }) => mount)).toEqual([hostile, '/mnt/data', '/', '/mnt/ro', '/mnt/ro/lost+found']);
    expect(at('/mnt/data')).toEqual({
      mount: '/mnt/data',
      device: '/mnt/a-device-with-a-name-that-is-much-longer-than-a-column-of-df-is-wide',
      type: 'ext4',
      ...{ size: 14_073 * kib, used: 12_302 * kib, available: 625 * kib },
      inodes: { total: 4096, used: 12 },
      // What is set aside for root counts as neither.
      full: 12_302 / (12_302 + 625),
      fullOf: 'space',
      readOnly: false,
    });
    expect(at('/mnt/ro')?.readOnly).toBe(true);
  });

  it('makes one that is out of inodes full, though it has room', () => {
    expect(at(hostile)).toMatchObject({ full: 1, fullOf: 'inodes', inodes: { total: 64, used: 64 }, available: 13_921 * kib });
  });
});

describe('the file systems of a host', () => {
  const told = (mounts: readonly string[], blocks: readonly string[], inodes: readonly string[] = []) =>
    parseDisks(
      [...mounts.map((line) => `m:${line}`), ...blocks.map((line) => `k:${line}`), ...inodes.map((line) => `i:${line}`)].join('\n'),
      5,
    );

  it('are found by their mount point where df passed one over', () => {
    const mounts = ['/dev/sda1 / ext4 rw', '/dev/sdb1 /gone ext4 rw', '/dev/sdc1 /srv\\040two xfs rw'];
    const { fileSystems } = told(mounts, ['/dev/sda1 100 10 90 10% /', '/dev/sdc1 100 80 20 80% /srv two']);
    expect(fileSystems.map(({ mount, full, inodes }) => [mount, full, inodes])).toEqual([
      ['/srv two', 0.8, null],
      ['/', 0.1, null],
    ]);
  });

  it('have no inodes where they are made as needed, and may be fuller than what there is for all', () => {
    const [system] = told(['/dev/sda1 / btrfs rw'], ['/dev/sda1 100 100 -5 106% /'], ['/dev/sda1 0 0 0 - /']).fileSystems;
    expect(system).toMatchObject({ inodes: null, full: 1, available: 0 });
  });

  it('of a ZFS pool that have the same room left are one: the fullest', () => {
    const mounts = ['tank /tank zfs rw', 'tank/home /home zfs rw', 'tank/small /small zfs rw'];
    const blocks = ['tank 110 10 100 10% /tank', 'tank/home 1000 900 100 90% /home', 'tank/small 10 5 5 50% /small'];
    expect(told(mounts, blocks).fileSystems.map(({ mount }) => mount)).toEqual(['/home', '/small']);
  });

  it('say why there are none: no df, no way to end one that hangs, no answer; a host without disks has none', () => {
    expect(told(['/dev/sda1 / ext4 rw'], ['df']).problem).toContain('The host has no df');
    expect(told(['/dev/sda1 / ext4 rw'], ['timeout']).problem).toContain('no timeout program');
    expect(told(['/dev/sda1 / ext4 rw'], []).problem).toContain('df told nothing within three seconds');
    expect(parseDisks('', 5)).toEqual({ at: 5, fileSystems: [], problem: null });
  });

  it('that are read-only do not count as the fullest', () => {
    const mounts = ['/dev/sr0 /cd ext4 ro', '/dev/sda1 / ext4 rw'];
    expect(fullest(told(mounts, ['a 100 100 0 100% /cd', 'b 100 40 60 40% /']))).toBe(0.4);
    expect(fullest({ fileSystems: [] })).toBeNull();
  });

  it('are at most 40 with ratios that are some, whatever a host makes up', () => {
    const word = fc.oneof(fc.constantFrom('/', '/a', '-1', '0', '100%', '9'.repeat(18), 'm:', 'k:', '\\040', '\u202e', '-'), fc.string());
    const line = fc
      .tuple(fc.constantFrom('m:', 'k:', 'i:', ''), fc.array(word, { maxLength: 7 }))
      .map(([letter, words]) => letter + words.join(' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 120 }), (lines) => {
        const { fileSystems } = parseDisks(lines.join('\n'), 5);
        expect(fileSystems.length).toBeLessThanOrEqual(40);
        for (const { full, size } of fileSystems) {
          expect(full >= 0 && full <= 1).toBe(true);
          expect(Number.isFinite(size)).toBe(true);
        }
      }),
    );
  });
});

describe('a line of the page', () => {
  const system: FileSystem = {
    ...{ mount: '/srv/\u001b[2Jx', device: '/dev/sda1', type: 'ext4', size: 100 * 2 ** 30, used: 88 * 2 ** 30, available: 12 * 2 ** 30 },
    ...{ inodes: { total: 1000, used: 10 }, full: 0.88, fullOf: 'space' as const, readOnly: false },
  };
  const levels = [
    { at: 0.85, severity: 'warning' },
    { at: 0.93, severity: 'critical' },
  ] as const;

  it('shows what is left, and how bad that is by the rule of its host', () => {
    expect(lineOf(system, levels)).toEqual({
      mount: '/srv/\\e[2Jx',
      full: 0.88,
      strain: 'warn',
      room: '12.0 GiB free of 100 GiB',
      tip: 'df -P: /dev/sda1 · ext4 · 12.0 GiB free of 100 GiB · 990 inodes free of 1,000',
    });
    expect(lineOf({ ...system, full: 0.99, fullOf: 'inodes' }, levels)).toMatchObject({ strain: 'bad', room: '990 inodes free of 1,000' });
    expect(lineOf({ ...system, readOnly: true }, levels)).toMatchObject({ strain: undefined, room: '12.0 GiB free of 100 GiB, read-only' });
    expect(lineOf(system, [])).toMatchObject({ strain: undefined });
  });

  it('stands below a note that says how old it is, or why there is none', () => {
    expect(disksNote(null, true)).toBe('Read within a minute…');
    expect(disksNote(null, false)).toBe('Shown when the host is online.');
    const disks = { at: 0, fileSystems: [system], problem: null };
    expect(disksNote(disks, true)).toMatch(/^As of [\d:]+$/);
    expect(disksNote(disks, false)).toMatch(/^As of [\d:]+, before the host went away\.$/);
    expect(disksNote({ ...disks, fileSystems: [], problem: 'No df.' }, true)).toBe('No df.');
    expect(disksNote({ ...disks, fileSystems: [] }, true)).toBe('There is none on a disk of its own.');
  });
});

describe('the turns of the disks', () => {
  const minute = 60_000;

  it('come once a minute, more often while somebody looks, and at once with a new connection', () => {
    const turns = new DiskTurns();
    expect([0, 5_000, 59_000, 60_000, 65_000].map((now) => turns.take(now, false))).toEqual([true, false, false, true, false]);
    expect([69_000, 70_000, 75_000].map((now) => turns.take(now, true))).toEqual([false, true, false]);
    turns.reset();
    expect(turns.take(76_000, false)).toBe(true);
  });

  it('do not come again for an hour where the answer with them did not come', () => {
    const turns = new DiskTurns();
    turns.take(0, true);
    turns.unanswered(10_000);
    expect([20_000, 50 * minute, 61 * minute].map((now) => turns.take(now, true))).toEqual([false, false, true]);
    // One that was asked for no disks says nothing about them.
    turns.take(61 * minute + 1_000, true);
    turns.unanswered(61 * minute + 2_000);
    expect(turns.take(62 * minute, true)).toBe(true);
  });
});
