import type { Toolstack } from '../../../shared/contract/xen.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Guest } from './guest.ts';
import { type HostLook, programsOf, programWord, qemuImg, sumWord } from './look.ts';
import { foldersOf } from './room.ts';

export type ObstacleKind = 'host' | 'type' | 'memory' | 'bridge' | 'disk-space' | 'image' | 'kernel' | 'program';

/** Why a VM cannot be on a host. */
export interface Obstacle {
  readonly kind: ObstacleKind;
  /** "no bridge xenbr0". */
  readonly reason: string;
}

/** What a host builds guests with. Bytes. */
export interface Hypervisor {
  /** Why nothing can be built there at the moment, as a reason; null where nothing is in the way. */
  readonly trouble: string | null;
  readonly toolstack: Toolstack;
  /** "4.17.7"; empty where it is not known. */
  readonly version: string;
  readonly capabilities: readonly string[];
  readonly memoryTotal: number;
}

/** What is known of a host without looking. */
export function hostObstacles({ type }: Guest, { trouble, toolstack, version, capabilities, memoryTotal }: Hypervisor): Obstacle[] {
  if (trouble !== null) return [{ kind: 'host', reason: trouble }];
  const obstacles: Obstacle[] = [];
  if (toolstack === 'xe') obstacles.push({ kind: 'host', reason: 'XAPI keeps the books there, and Hum builds with xl' });
  if (toolstack === 'xm') obstacles.push({ kind: 'host', reason: 'its Xen is run by xm, and Hum writes what xl reads' });
  if (memoryTotal === 0) obstacles.push({ kind: 'host', reason: 'its toolstack has not told its memory' });
  const reason = typeObstacle(type, version, capabilities);
  if (reason !== null) obstacles.push({ kind: 'type', reason });
  return obstacles;
}

/** Why a hypervisor does not build guests of this type; null where it does, or has not told what it can. */
function typeObstacle(type: Guest['type'], version: string, capabilities: readonly string[]): string | null {
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (type === 'pvh' && major !== '' && (Number(major) < 4 || (major === '4' && Number(minor) < 10))) {
    return `no PVH: Xen ${visibleText(version, 20)} is too old for it`;
  }
  if (capabilities.length === 0) return null;
  if (type === 'pv') return capabilities.some((each) => each.startsWith('xen-3')) ? null : 'no PV: its Xen is built without it';
  if (capabilities.some((each) => each.startsWith('hvm-'))) return null;
  return `no ${type.toUpperCase()}: its CPU has no VT-x/AMD-V`;
}

/** What a look has found missing. */
export function lookObstacles(guest: Guest, look: HostLook | null): Obstacle[] {
  if (look === null) return [];
  const kindAt = (word: string) => look.findings.get(word)?.kind;
  const obstacles: Obstacle[] = [];
  const add = (kind: ObstacleKind, reason: string) => obstacles.push({ kind, reason });
  for (const bridge of new Set(guest.vifs.map((vif) => vif.bridge))) {
    const found = kindAt(`bridge=${bridge}`);
    if (found === 'absent') add('bridge', `no bridge ${bridge}`);
    if (found === 'interface') add('bridge', `${bridge} is no bridge`);
  }
  for (const group of new Set(guest.disks.flatMap(({ place }) => (place.kind === 'volume' ? [place.group] : [])))) {
    const found = kindAt(`group=${group}`);
    if (found === 'absent') add('disk-space', `no volume group ${group}`);
    if (found === 'no-lvm') add('disk-space', `no LVM for the volume group ${group}`);
  }
  // Where a host keeps a bootloader, only its xl knows for sure.
  if (programsOf(guest).includes(qemuImg) && kindAt(programWord(qemuImg)) === 'absent') add('program', `no ${qemuImg}`);
  for (const folder of new Set(foldersOf(guest))) {
    const found = look.findings.get(`folder=${folder}`);
    const shown = visibleText(folder, 80);
    if (found?.kind === 'blocked') add('disk-space', `a file is in the way of the folder ${shown}`);
    if (found?.kind === 'free' && !found.writable) add('disk-space', `${shown} cannot be written to`);
  }
  for (const { word, path, kind, what, checksum } of filesOf(guest)) {
    const found = look.findings.get(word);
    const shown = visibleText(path, 80);
    if (found?.kind === 'absent' || found?.kind === 'no-lvm') add(kind, `no ${what} ${shown}`);
    if (found?.kind === 'blocked' || found?.kind === 'unreadable') add(kind, `the ${what} ${shown} cannot be read`);
    if (found?.kind !== 'file') continue;
    // An image is compared when it is copied: until then what is noted beside it says whether it is the one.
    const sum = look.findings.get(sumWord(path));
    const told = sum?.kind === 'sum' ? sum.checksum : kind === 'image' ? found.checksum : null;
    const promised = checksum ?? found.checksum;
    if (told === null || promised === null || told === promised) continue;
    add(kind, `the ${what} ${shown} has another checksum than ${checksum === null ? 'is noted beside it' : 'the template says'}`);
  }
  return obstacles;
}

/** What a guest needs that must be on the host already. */
interface NeededFile {
  /** That a look asks. */
  readonly word: string;
  readonly path: string;
  readonly kind: 'image' | 'kernel';
  readonly what: 'image' | 'medium' | 'kernel' | 'ramdisk' | 'bootloader';
  /** Of the template: SHA-256, hex. */
  readonly checksum: string | null;
}

/** Each once. */
export function filesOf({ boot, disks, media = [] }: Guest): readonly NeededFile[] {
  const files: NeededFile[] = [];
  const add = (kind: NeededFile['kind'], what: NeededFile['what'], path: string, checksum: string | null, word = `file=${path}`) => {
    if (!files.some((file) => file.word === word && file.checksum === checksum)) files.push({ word, path, kind, what, checksum });
  };
  if (boot.kind === 'kernel') {
    add('kernel', 'kernel', boot.kernel, boot.kernelChecksum);
    if (boot.ramdisk !== null) add('kernel', 'ramdisk', boot.ramdisk, boot.ramdiskChecksum);
  }
  if (boot.kind === 'bootloader' && boot.program.startsWith('/')) add('kernel', 'bootloader', boot.program, null);
  for (const { source } of disks) {
    if (source.kind !== 'image') continue;
    if (source.method === 'snapshot') add('image', 'image', source.image, null, `origin=${source.image}`);
    else add('image', 'image', source.image, source.checksum);
  }
  for (const { path } of media) add('image', 'medium', path, null);
  return files;
}
