import { basename } from 'node:path/posix';
import type { GoldenImage } from '../../../shared/contract/images.ts';
import { parseDisk } from '../disk-spec.ts';
import type { Xen } from '../xen.ts';
import type { ReadFolder } from './read-folder.ts';

/** A disk of a VM, by the name of the VM. */
export interface OwnedDisk {
  readonly owner: string;
  readonly path: string;
}

/** The disks of all domains of a host, as they run and as they are configured. */
export function disksOf(xen: Pick<Xen, 'domains' | 'configured'>, host: string): readonly OwnedDisk[] {
  const running = xen
    .domains()
    .flatMap((row) => (row.host === host ? row.facts.disks.map(({ target }) => ({ owner: row.name, path: target })) : []));
  const configured = [...xen.configured(host)].flatMap(([owner, { settings }]) => {
    const disks = settings.get('disk') ?? [];
    return (typeof disks === 'string' ? [] : disks).flatMap((spec) =>
      typeof spec === 'string' ? [{ owner, path: parseDisk(spec).target }] : [],
    );
  });
  return [...running, ...configured].filter(({ path }) => path !== '');
}

/** Names of the VMs whose disk is this image or lies on it, as far as the folders of its host that have been read tell. Pure. */
export function vmsOn(
  image: Pick<GoldenImage, 'folder' | 'name'>,
  disks: readonly OwnedDisk[],
  folders: ReadonlyMap<string, ReadFolder>,
): readonly string[] {
  const names = pathsOf(image, folders.get(image.folder)?.path ?? null);
  const using = disks.filter(({ path }) => liesOn(path, names, folders));
  return [...new Set(using.map(({ owner }) => owner))].sort();
}

/** What an image can be called: in its folder as the settings name that, and as it really is. */
export function pathsOf({ folder, name }: Pick<GoldenImage, 'folder' | 'name'>, realFolder: string | null): ReadonlySet<string> {
  return new Set([`${folder}/${name}`, `${realFolder ?? folder}/${name}`]);
}

/** Follows a disk through links, and overlays through what they lie on, from one folder into another. */
function liesOn(disk: string, names: ReadonlySet<string>, folders: ReadonlyMap<string, ReadFolder>): boolean {
  const all = [...folders];
  const seen = new Set([disk]);
  // What is added while it is gone through comes at its end.
  for (const path of seen) {
    const real = all.map(([, found]) => found.real.get(path)).find((each) => each) ?? path;
    if (names.has(path) || names.has(real)) return true;
    const spellings = all.flatMap(([folder, found]) => (real.startsWith(`${found.path}/`) ? [`${folder}/${basename(real)}`] : []));
    for (const spelling of [path, ...spellings]) {
      for (const [, found] of all) {
        const on = found.backing.get(spelling);
        if (on !== undefined) seen.add(on);
      }
    }
  }
  return false;
}
