import { posix } from 'node:path';
import type { GoldenImage, ImageShare } from '../../../shared/contract/images.ts';
import { type FoundShare, shareOf } from './share.ts';

/** What images.sh tells of a folder. */
export interface ReadFolder {
  /** Bytes; null where df said nothing. */
  readonly freeBytes: number | null;
  /** As it really is, behind symbolic links; null where there is none. */
  readonly path: string | null;
  readonly share: ImageShare | null;
  /** `FoundShare.mark` of it. */
  readonly mark: string | null;
  readonly images: readonly Omit<GoldenImage, 'host' | 'usedBy'>[];
}

/** Of a folder with more files than this only so many are shown. */
const mostImages = 1000;

/** Reads the answer of `images.sh list`; undefined for one that is not whole. Names and paths are hostile and kept as they are. */
export function readFolder(answer: Buffer, folder: string): ReadFolder | undefined {
  const records = answer.toString('utf8').split('\0');
  if (records.at(-2) !== 'end' || records.at(-1) !== '') return undefined;
  const images: Omit<GoldenImage, 'host' | 'usedBy'>[] = [];
  const sums = new Map<string, string>();
  let freeBytes: number | null = null;
  let path: string | null = null;
  let found: FoundShare | null | undefined;
  let part = '';
  for (const record of records.slice(0, -2)) {
    if (part === '' && record.startsWith('free ')) freeBytes = bytesOf(/^free (\d{1,14})$/.exec(record)?.[1]);
    else if (part === '' && record.startsWith('folder /')) path = record.slice('folder '.length);
    else if (part === '' && record.startsWith('on ') && path !== null) {
      // There is one: of a host that says it again the others are not read.
      if (found === undefined) found = shareOf(record, path);
    } else if (record === 'images' || record === 'sums') part = record;
    else if (part === 'images') {
      const [, size, blocks, blockSize, modified, hex = '', file = ''] =
        /^(\d{1,15}) (\d{1,15}) (\d{1,6}) (-?\d{1,12})(?:\.\d+)?\n((?: [0-9a-f]{2}[^\n]*\n)*)\n?([\s\S]*)$/.exec(record) ?? [];
      if (size === undefined || images.length >= mostImages) continue;
      const head = headOf(hex);
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
    }
  }
  const noted = images.map((image) => ({
    ...image,
    path: posix.join(folder, image.name),
    checksum: sums.get(`${image.path}.sha256`) ?? null,
  }));
  const { mark, ...share } = found ?? { mark: null };
  const inOrder = noted.sort((left, right) => (left.name < right.name ? -1 : 1));
  return { freeBytes, path, share: 'id' in share ? share : null, mark, images: inOrder };
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
