import { createHash } from 'node:crypto';

/**
 * A disk image with these files: FAT12, labelled CIDATA, as cloud-init's data source NoCloud looks for it, without partitions. The same files
 * make the same bytes. Names are those of NoCloud, ASCII, and are kept whole as long names (VFAT).
 * @throws Error for files that are too large for it (16 MiB), for too many of them, or a name that is no plain one
 */
export function buildSeed(files: ReadonlyMap<string, Buffer>): Buffer {
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  if (total > largest) throw new Error('The seed is too large.');
  // FAT12 has 4084 clusters at most (Microsoft, "FAT File System Specification", 3.5).
  const sectorsPerCluster = [1, 2, 4, 8, 16, 32].find((count) => clustersOf(files, count) <= 4000) ?? 64;
  const clusterBytes = sectorsPerCluster * sector;
  const clusters = Math.max(leastClusters, clustersOf(files, sectorsPerCluster) + 8);
  const fatSectors = Math.ceil(((clusters + 2) * 3) / 2 / sector);
  const rootStart = 1 + fats * fatSectors;
  const dataStart = rootStart + rootSectors;
  const sectors = dataStart + clusters * sectorsPerCluster;
  const image = Buffer.alloc(sectors * sector);

  const fat = Buffer.alloc(fatSectors * sector);
  setEntry(fat, 0, 0xf00 | media);
  setEntry(fat, 1, 0xfff);
  const root: Buffer[] = [labelEntry()];
  let next = 2;
  let serial = 0;
  for (const [name, content] of files) {
    const count = Math.ceil(content.length / clusterBytes);
    for (let at = 0; at < count; at += 1) setEntry(fat, next + at, at === count - 1 ? 0xfff : next + at + 1);
    content.copy(image, dataStart * sector + (next - 2) * clusterBytes);
    serial += 1;
    root.push(...fileEntries(name, serial, count === 0 ? 0 : next, content.length));
    next += count;
  }
  const directory = Buffer.concat(root);
  if (directory.length > rootSectors * sector) throw new Error('The seed has too many files.');

  bootSector({ sectors, sectorsPerCluster, fatSectors, id: volumeId(files) }).copy(image);
  for (let copy = 0; copy < fats; copy += 1) fat.copy(image, (1 + copy * fatSectors) * sector);
  directory.copy(image, rootStart * sector);
  return image;
}

const sector = 512;
const fats = 2;
const rootEntries = 64;
const rootSectors = (rootEntries * 32) / sector;
const largest = 16 * 2 ** 20;

/** A disk of a few KiB would do, and some firmware and tools think too little of one that is below a floppy's size. */
const leastClusters = 720;

/** A fixed disk. */
const media = 0xf8;

/** 1 January 2020, noon: an image must not depend on when it was made. */
const [date, time] = [((2020 - 1980) << 9) | (1 << 5) | 1, 12 << 11];

function clustersOf(files: ReadonlyMap<string, Buffer>, sectorsPerCluster: number): number {
  return [...files.values()].reduce((sum, { length }) => sum + Math.ceil(length / (sectorsPerCluster * sector)), 0);
}

/** Each takes 12 bits: two share three bytes. */
function setEntry(fat: Buffer, cluster: number, value: number): void {
  const at = cluster + (cluster >> 1);
  const before = fat.readUInt16LE(at);
  fat.writeUInt16LE(cluster % 2 === 0 ? (before & 0xf000) | value : (before & 0x000f) | (value << 4), at);
}

interface Geometry {
  readonly sectors: number;
  readonly sectorsPerCluster: number;
  readonly fatSectors: number;
  readonly id: number;
}

function bootSector({ sectors, sectorsPerCluster, fatSectors, id }: Geometry): Buffer {
  const boot = Buffer.alloc(sector);
  boot.set([0xeb, 0x3c, 0x90]);
  boot.write('HUM     ', 3, 'latin1');
  boot.writeUInt16LE(sector, 11);
  boot.writeUInt8(sectorsPerCluster, 13);
  boot.writeUInt16LE(1, 14);
  boot.writeUInt8(fats, 16);
  boot.writeUInt16LE(rootEntries, 17);
  if (sectors < 65_536) boot.writeUInt16LE(sectors, 19);
  else boot.writeUInt32LE(sectors, 32);
  boot.writeUInt8(media, 21);
  boot.writeUInt16LE(fatSectors, 22);
  boot.writeUInt16LE(32, 24);
  boot.writeUInt16LE(2, 26);
  boot.writeUInt8(0x80, 36);
  boot.writeUInt8(0x29, 38);
  boot.writeUInt32LE(id, 39);
  boot.write('CIDATA     ', 43, 'latin1');
  boot.write('FAT12   ', 54, 'latin1');
  boot.writeUInt16LE(0xaa55, 510);
  return boot;
}

function volumeId(files: ReadonlyMap<string, Buffer>): number {
  const hash = createHash('sha256');
  for (const [name, content] of files) hash.update(`${name}\0${content.length}\0`).update(content);
  return hash.digest().readUInt32LE();
}

function entry(name: string, attributes: number, cluster: number, length: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.write(name, 0, 11, 'latin1');
  bytes.writeUInt8(attributes, 11);
  bytes.writeUInt16LE(time, 14);
  bytes.writeUInt16LE(date, 16);
  bytes.writeUInt16LE(date, 18);
  bytes.writeUInt16LE(time, 22);
  bytes.writeUInt16LE(date, 24);
  bytes.writeUInt16LE(cluster, 26);
  bytes.writeUInt32LE(length, 28);
  return bytes;
}

function labelEntry(): Buffer {
  return entry('CIDATA     ', 0x08, 0, 0);
}

/** The long name, in pieces of 13 characters, the last piece first, and the short one that it stands before. */
function fileEntries(name: string, serial: number, cluster: number, length: number): Buffer[] {
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(name)) throw new Error(`${name} is no name for a file of a seed.`);
  const letters = name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .slice(0, 6);
  const short = `${letters}~${serial}`.padEnd(11);
  const sum = [...Buffer.from(short, 'latin1')].reduce((last, byte) => (((last & 1) << 7) + (last >> 1) + byte) & 0xff, 0);
  const pieces = Math.ceil(name.length / 13);
  const long = Array.from({ length: pieces }, (_, at) => {
    const number = pieces - at;
    const piece = Buffer.alloc(32);
    piece.writeUInt8(number | (at === 0 ? 0x40 : 0), 0);
    piece.writeUInt8(0x0f, 11);
    piece.writeUInt8(sum, 13);
    nameOffsets.forEach((offset, nth) => {
      const position = (number - 1) * 13 + nth;
      // One NUL ends it, the rest is filled.
      piece.writeUInt16LE(position < name.length ? name.charCodeAt(position) : position === name.length ? 0 : 0xffff, offset);
    });
    return piece;
  });
  return [...long, entry(short, 0x20, cluster, length)];
}

/** Where the 13 characters of a piece stand in it. */
const nameOffsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const;
