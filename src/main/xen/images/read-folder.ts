import { posix } from 'node:path';
import type { GoldenImage, ImageShare } from '../../../shared/contract/images.ts';
import { shareOf } from './share.ts';

/** What images.sh tells of a folder. */
export interface ReadFolder {
  /** Bytes; null where df said nothing. */
  readonly freeBytes: number | null;
  /** As it really is, behind symbolic links; null where there is none. */
  readonly path: string | null;
  readonly share: ImageShare | null;
  readonly images: readonly Omit<GoldenImage, 'host' | 'usedBy'>[];
  /** What each disk that was asked about is an overlay of, by its path. */
  readonly backing: ReadonlyMap<string, string>;
  /** Where each disk that was asked about really is, by its path. */
  readonly real: ReadonlyMap<string, string>;
}

/** Of a folder with more files than this only so many are shown. */
const mostImages = 1000;

/** Reads the answer of `images.sh list`; undefined for one that is not whole. Names and paths are hostile and kept as they are. */
export function readFolder(answer: Buffer, folder: string): ReadFolder | undefined {
  const records = answer.toString('utf8').split('\0');
  if (records.at(-2) !== 'end' || records.at(-1) !== '') return undefined;
  const images: Omit<GoldenImage, 'host' | 'usedBy'>[] = [];
  const sums = new Map<string, string>();
  const backing = new Map<string, string>();
  const real = new Map<string, string>();
  let disk: string | undefined;
  let freeBytes: number | null = null;
  let path: string | null = null;
  let share: ImageShare | null | undefined;
  let part = '';
  for (const record of records.slice(0, -2)) {
    if (part === '' && record.startsWith('free ')) freeBytes = bytesOf(/^free (\d{1,14})$/.exec(record)?.[1]);
    else if (part === '' && record.startsWith('folder /')) path = record.slice('folder '.length);
    else if (part === '' && record.startsWith('on ') && path !== null) {
      // There is one: of a host that says it again the others are not read.
      if (share === undefined) share = shareOf(record, path);
    } else if (record === 'images' || record === 'sums' || record === 'disks') part = record;
    else if (part === 'images') {
      const [, size, blocks, blockSize, modified, hex = '', file = ''] =
        /^(\d{1,15}) (\d{1,15}) (\d{1,6}) (-?\d{1,12})(?:\.\d+)?\n((?: [0-9a-f]{2}[^\n]*\n)*)\n?([\s\S]*)$/.exec(record) ?? [];
      if (size === undefined || images.length >= mostImages) continue;
      const head = headOf(hex);
      const on = backingOf(head);
      if (on !== null) backing.set(posix.join(folder, posix.basename(file)), posix.resolve(folder, on));
      images.push({
        folder,
        path: file,
        name: posix.basename(file),
        format: formatOf(head, Number(size)),
        bytes: Number(size),
        allocated: Number(blocks) * Number(blockSize),
        modifiedAt: Number(modified) * 1000,
        checksum: null,
      });
    } else if (part === 'sums') {
      const [, sum, file] = /^([0-9a-fA-F]{64})[^\n]*\n([\s\S]*)$/.exec(record) ?? [];
      if (sum !== undefined && file !== undefined) sums.set(file, sum.toLowerCase());
    } else if (part === 'disks') {
      if (disk !== undefined) {
        real.set(disk, record);
        disk = undefined;
        continue;
      }
      const [, hex = '', file = ''] = /^((?: [0-9a-f]{2}[^\n]*\n)*)\n?([\s\S]*)$/.exec(record) ?? [];
      disk = file;
      const on = backingOf(headOf(hex));
      if (on !== null) backing.set(file, posix.resolve(posix.dirname(file), on));
    }
  }
  const noted = images.map((image) => ({
    ...image,
    path: posix.join(folder, image.name),
    checksum: sums.get(`${image.path}.sha256`) ?? null,
  }));
  return { freeBytes, path, share: share ?? null, images: noted.sort((left, right) => (left.name < right.name ? -1 : 1)), backing, real };
}

function bytesOf(kib: string | undefined): number | null {
  return kib === undefined ? null : Number(kib) * 1024;
}

function headOf(hex: string): Buffer {
  return Buffer.from(hex.replace(/[^0-9a-f]/g, ''), 'hex');
}

/** QCOW2 begins with "QFI\xfb" (docs/interop/qcow2 of QEMU); a raw image may begin with anything, and the smallest is one sector long. */
function formatOf(head: Buffer, bytes: number): GoldenImage['format'] {
  if (head.length >= 4 && head.readUInt32BE(0) === 0x514649fb) return 'qcow2';
  return head.length > 0 && bytes >= 512 ? 'raw' : 'unknown';
}

/** The backing file of a qcow2 image, from its header: bytes 8–15 are where its name stands, 16–19 how long it is. */
function backingOf(head: Buffer): string | null {
  if (head.length < 20 || formatOf(head, head.length) !== 'qcow2') return null;
  const offset = head.readBigUInt64BE(8);
  const length = head.readUInt32BE(16);
  if (offset === 0n || length === 0 || offset + BigInt(length) > BigInt(head.length)) return null;
  const name = head.toString('utf8', Number(offset), Number(offset) + length);
  return name.startsWith('json:') ? null : name.replace(/^file:/, '');
}
