import type { FileSystem, HostDisks } from '../../shared/contract/fleet.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** As many as probe.sh sends. */
const mostFileSystems = 40;
const mostMountLength = 1000;
/** Of `df -P` (POSIX.1-2017): blocks or inodes, used, available, percent, mount point. What a device is called may have spaces in it. */
const figures = /\s(\d{1,18})\s+(\d{1,18})\s+(-?\d{1,18})\s+(?:\d{1,3}%|-)\s+(\/.*)$/;

interface Row {
  readonly total: number;
  readonly used: number;
  readonly available: number;
  readonly mount: string;
}

interface Mount {
  readonly device: string;
  readonly path: string;
  readonly type: string;
  readonly readOnly: boolean;
}

/**
 * Reads what the `disks` section prints. A file system of which df tells nothing is left out. Of the datasets of a ZFS pool that have the same
 * room left the fullest stands for all: they fill up together.
 */
export function parseDisks(text: string, at: number): HostDisks {
  const lines = text.split('\n');
  const told = (letter: string) => lines.filter((line) => line.startsWith(`${letter}:`)).map((line) => line.slice(2));
  const mounts = told('m').flatMap(mountOf).slice(0, mostFileSystems);
  const blocks = told('k');
  const [sizes, inodes] = [rowsOf(blocks), rowsOf(told('i'))];
  const found = new Map<string, FileSystem>();
  for (const [index, mount] of mounts.entries()) {
    const size = rowFor(mount, index, sizes, mounts.length);
    if (size === undefined || size.total === 0) continue;
    const system = fileSystem(mount, size, rowFor(mount, index, inodes, mounts.length));
    const key = mount.type === 'zfs' ? `${mount.device.split('/', 1)[0]} ${system.available}` : String(index);
    if ((found.get(key)?.full ?? -1) < system.full) found.set(key, system);
  }
  const fileSystems = [...found.values()].sort((left, right) => right.full - left.full || (left.mount < right.mount ? -1 : 1));
  return { at, fileSystems, problem: mounts.length > 0 && fileSystems.length === 0 ? whyNone(blocks) : null };
}

/** How full the fullest is that can be written to, 0..1; null when there is none. */
export function fullest({ fileSystems }: Pick<HostDisks, 'fileSystems'>): number | null {
  return fileSystems.find(({ readOnly }) => !readOnly)?.full ?? null;
}

function whyNone(blocks: readonly string[]): string {
  if (blocks.includes('df')) return 'The host has no df, with which Hum reads its file systems.';
  if (blocks.includes('timeout')) {
    return 'The host has a network file system mounted and no timeout program: Hum does not start df there, as it might never end.';
  }
  return 'df told nothing within three seconds. One of the file systems may not answer.';
}

/** Four fields of /proc/mounts. */
function mountOf(line: string): Mount[] {
  const [device, path, type, options, ...more] = line.split(' ');
  if (device === undefined || path === undefined || type === undefined || options === undefined || more.length > 0) return [];
  if (!path.startsWith('/') || line.length > mostMountLength) return [];
  return [{ device: unescaped(device), path: unescaped(path), type: visibleText(type, 32), readOnly: options === 'ro' }];
}

/** The kernel writes space, tab, line end, backslash and hash in octal (fs/proc_namespace.c). */
function unescaped(text: string): string {
  return text.replace(/\\(040|011|012|134|043)/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function rowsOf(lines: readonly string[]): readonly Row[] {
  return lines.flatMap((line) => {
    const [, total, used, available, mount] = figures.exec(line) ?? [];
    return mount === undefined ? [] : [{ total: Number(total), used: Number(used), available: Math.max(0, Number(available)), mount }];
  });
}

/** df answers in the order in which it was asked. Where it passed one over the name decides, in which GNU's df has `?` for what is invisible. */
function rowFor({ path }: Mount, index: number, rows: readonly Row[], asked: number): Row | undefined {
  if (rows.length === asked) return rows[index];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  const printed = path.replace(/[\u0000-\u001f\u007f]/g, '?');
  return rows.find(({ mount }) => mount === path || mount === printed);
}

function fileSystem({ device, path, type, readOnly }: Mount, size: Row, inodes: Row | undefined): FileSystem {
  const share = ({ used, available }: Row) => (used + available === 0 ? 0 : used / (used + available));
  const space = share(size);
  const files = inodes === undefined || inodes.total === 0 ? null : share(inodes);
  return {
    mount: path,
    device,
    type,
    size: size.total * 1024,
    used: size.used * 1024,
    available: size.available * 1024,
    inodes: inodes === undefined || files === null ? null : { total: inodes.total, used: inodes.used },
    full: Math.max(space, files ?? 0),
    fullOf: files !== null && files > space ? 'inodes' : 'space',
    readOnly,
  };
}
