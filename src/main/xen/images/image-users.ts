import { posix } from 'node:path';
import type { GoldenImage } from '../../../shared/contract/images.ts';
import { parseDisk } from '../disk-spec.ts';
import type { Xen } from '../xen.ts';
import type { Chain, ReadDisks } from './read-disks.ts';

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

/** The paths among them that the host can be asked about. One with a line end is no image's: images.sh takes a line for each. */
export function askedOf(disks: readonly OwnedDisk[]): ReadonlySet<string> {
  return new Set(disks.flatMap(({ path }) => (path.startsWith('/') && !/[\n\0]/.test(path) ? [path] : [])));
}

/** Who uses the images of a host. */
export interface Users {
  /** Names of the VMs whose disk is the image or lies on it. */
  vms(paths: ReadonlySet<string>): readonly string[];
  /** What in the trash is it or lies on it. */
  trashed(paths: ReadonlySet<string>): readonly string[];
  /** Disks, and what is in the trash, of which nobody knows what they lie on. */
  readonly unknown: readonly string[];
}

/** Goes through the disks once, for all images. `told`: what the host says of them; without it, a disk is what its name says. Pure. */
export function usersOf(disks: readonly OwnedDisk[], told: ReadDisks | undefined): Users {
  const owners = new Map<string, Set<string>>();
  const lying = new Map<string, Set<string>>();
  const add = (all: Map<string, Set<string>>, name: string, user: string) => {
    const users = all.get(name) ?? new Set();
    all.set(name, users.add(user));
  };
  const whose = Map.groupBy(disks, ({ path }) => path);
  for (const [path, owned] of whose) {
    const names = [path, posix.normalize(path), ...(told?.disks.get(path)?.on ?? [])];
    for (const { owner } of owned) for (const name of names) add(owners, name, owner);
  }
  for (const [item, { on }] of told?.trash ?? [])
    for (const name of on) add(lying, name.startsWith('/') ? name : posix.basename(name), item);
  const isOpen = ([, { open }]: readonly [string, Chain]) => open;
  const unknown = told === undefined ? [] : [...told.disks, ...told.trash].filter(isOpen).map(([path]) => path);
  const found = (all: ReadonlyMap<string, ReadonlySet<string>>, names: Iterable<string>) =>
    [...new Set([...names].flatMap((name) => [...(all.get(name) ?? [])]))].sort();
  return {
    vms: (paths) => found(owners, paths),
    // A name that is no path is looked for in a folder that nobody knows.
    trashed: (paths) => found(lying, [...paths, ...[...paths].map((path) => posix.basename(path))]),
    unknown,
  };
}

/** What an image can be called: in its folder as the settings name that, and as it really is. */
export function pathsOf({ folder, name }: Pick<GoldenImage, 'folder' | 'name'>, realFolder: string | null): ReadonlySet<string> {
  return new Set([`${folder}/${name}`, `${realFolder ?? folder}/${name}`]);
}
