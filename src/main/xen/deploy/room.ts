import { visibleText } from '../../../shared/visible-text.ts';
import type { Guest, GuestDisk } from './guest.ts';
import { type Finding, folderOf, type HostLook } from './look.ts';

/** A disk's need, and what is there for it. Bytes; null where it is not known. */
export interface Room {
  /** "/srv/xen", or "the volume group vg0". */
  readonly where: string;
  readonly need: number;
  readonly free: number | null;
}

const mib = 2 ** 20;

/** The folders that its files are made in. */
export function foldersOf({ disks, cloudInit }: Guest): readonly string[] {
  const paths = disks.flatMap(({ place }) => (place.kind === 'file' ? [place.path] : []));
  return [...paths, ...(cloudInit === null ? [] : [cloudInit.path])].map(folderOf);
}

/** Room that a guest needs, together for each file system and each volume group. `key` tells them apart on one host. */
export function needsOf(
  guest: Guest,
  look: HostLook | null,
): readonly { readonly key: string; readonly where: string; readonly need: number }[] {
  const needs = new Map<string, { key: string; where: string; need: number }>();
  const add = (key: string, where: string, need: number) => {
    const there = needs.get(key);
    if (there === undefined) needs.set(key, { key, where, need });
    else there.need += need;
  };
  const addFile = (path: string, need: number) => {
    const folder = folderOf(path);
    const found = look?.findings.get(`folder=${folder}`);
    add(found?.kind === 'free' ? `mount ${found.mount}` : `folder ${folder}`, visibleText(folder, 80), need);
  };
  for (const disk of guest.disks) {
    const bytes = bytesOf(disk, look);
    if (disk.place.kind === 'file') addFile(disk.place.path, bytes);
    else add(`group ${disk.place.group}`, `volume group ${disk.place.group}`, Math.ceil(bytes / extent) * extent);
  }
  if (guest.cloudInit !== null) addFile(guest.cloudInit.path, seedBytes);
  return [...needs.values()];
}

/** LVM's usual physical extent. */
const extent = 4 * mib;
const seedBytes = 2 * mib;
/** What a file takes that is empty, or only says what differs from its image. */
const sparseBytes = mib;

/** What a disk takes at first. A file is sparse: it takes what its image takes, and grows up to its size later. */
function bytesOf({ place, source, size }: GuestDisk, look: HostLook | null): number {
  const image =
    source.kind === 'image' ? look?.findings.get(`${source.method === 'snapshot' ? 'origin' : 'file'}=${source.image}`) : undefined;
  if (place.kind === 'volume') return size ?? lengthOf(image);
  if (source.kind === 'empty' || source.method === 'overlay') return sparseBytes;
  return image?.kind === 'file' ? Math.max(sparseBytes, image.allocated) : sparseBytes;
}

function lengthOf(image: Finding | undefined): number {
  return image?.kind === 'file' || image?.kind === 'bytes' ? image.bytes : 0;
}

/** `taken`: what VMs that were placed there before take, bytes by key. */
export function roomsOf(guest: Guest, look: HostLook | null, taken: ReadonlyMap<string, number>): readonly Room[] {
  return needsOf(guest, look).map(({ key, where, need }) => {
    const there = freeAt(key, look);
    return { where, need, free: there === null ? null : Math.max(0, there - (taken.get(key) ?? 0)) };
  });
}

function freeAt(key: string, look: HostLook | null): number | null {
  if (look === null) return null;
  const [, kind = '', name = ''] = /^(\w+) (.*)$/s.exec(key) ?? [];
  if (kind === 'group') {
    const found = look.findings.get(`group=${name}`);
    return found?.kind === 'bytes' ? found.bytes : null;
  }
  if (kind !== 'mount') return null;
  for (const found of look.findings.values()) if (found.kind === 'free' && found.mount === name) return found.bytes;
  return null;
}
