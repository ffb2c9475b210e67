import type { Profile } from './profiles.ts';
import { between, randomOf } from './random.ts';
import { fillOf } from './story.ts';

/** A file system of a simulated host, in KiB as df prints it. */
export interface SimulatedDisk {
  readonly device: string;
  readonly mount: string;
  readonly type: string;
  readonly totalKb: number;
  readonly usedKb: number;
  readonly availableKb: number;
  readonly inodes: number;
  readonly inodesUsed: number;
}

const gibKb = 2 ** 20;
/** ext4 sets a twentieth aside for root (mke2fs(8), -m), and needs a sixtieth for its own tables. */
const reserved = 0.05;
const overhead = 1 / 60;

/** Where the work of a host lies, by its group; what is not here has its root alone. */
const data: Readonly<Record<string, readonly [mount: string, type: string, gib: number]>> = {
  db: ['/var/lib/postgresql', 'xfs', 800],
  build: ['/var/lib/ci', 'ext4', 240],
  backup: ['/srv/backup', 'xfs', 4000],
  mail: ['/var/vmail', 'ext4', 400],
  monitoring: ['/var/lib/prometheus', 'ext4', 200],
  web: ['/var/www', 'ext4', 60],
};

/** The file systems of a host at one moment, as they were mounted. */
export function disksAt(profile: Profile, at: number): readonly SimulatedDisk[] {
  const random = randomOf(profile.bootIdSeed, 77);
  const disk = profile.xen === null ? 'xvda' : 'sda';
  const root = simulated(`/dev/${disk}2`, '/', 'ext4', 40, between(random, 0.18, 0.6), between(random, 0.06, 0.3));
  const boot = simulated(`/dev/${disk}1`, '/boot', 'ext4', 1, between(random, 0.2, 0.45), 0.006);
  const [mount, type, gib] = data[profile.kind.group] ?? [];
  if (mount === undefined || type === undefined || gib === undefined) return [root, boot];
  const used = fillOf(profile, at) ?? between(random, 0.3, 0.78);
  return [root, boot, simulated('/dev/mapper/data-work', mount, type, gib, used, between(random, 0.02, 0.2))];
}

function simulated(device: string, mount: string, type: string, gib: number, full: number, inodesFull: number): SimulatedDisk {
  const ext4 = type === 'ext4';
  const totalKb = Math.round(gib * gibKb * (1 - (ext4 ? overhead : 0)));
  const roomKb = Math.round(totalKb * (1 - (ext4 ? reserved : 0)));
  const usedKb = Math.round(roomKb * full);
  const inodes = Math.round(gib * 65_536);
  return { device, mount, type, totalKb, usedKb, availableKb: roomKb - usedKb, inodes, inodesUsed: Math.round(inodes * inodesFull) };
}

/** What `df -P -k` or `df -P -i` prints of them: columns as wide as they need, as GNU's. */
export function dfOf(disks: readonly SimulatedDisk[], what: 'blocks' | 'inodes'): string {
  const heads =
    what === 'blocks'
      ? ['Filesystem', '1024-blocks', 'Used', 'Available', 'Capacity', 'Mounted on']
      : ['Filesystem', 'Inodes', 'IUsed', 'IFree', 'IUse%', 'Mounted on'];
  const rows = disks.map((disk) => {
    const [total, used, free] =
      what === 'blocks' ? [disk.totalKb, disk.usedKb, disk.availableKb] : [disk.inodes, disk.inodesUsed, disk.inodes - disk.inodesUsed];
    return [disk.device, total, used, free, `${Math.ceil((used / (used + free)) * 100)}%`, disk.mount].map(String);
  });
  const table = [heads, ...rows];
  const width = (column: number) => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : column === 5 ? cell : cell.padStart(width(column)))).join(' ');
  return table.map((row) => `${line(row)}\n`).join('');
}

/** /proc/mounts, with what a host has beside its disks. */
export function mountsOf(disks: readonly SimulatedDisk[]): string {
  const [first, ...others] = disks.map(({ device, mount, type }) => `${device} ${mount} ${type} rw,relatime 0 0\n`);
  return `sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw 0 0\nudev /dev devtmpfs rw 0 0\n${first}tmpfs /run tmpfs rw 0 0\n${others.join('')}`;
}
