import { HumError, type Problem, problemOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Xen } from '../xen.ts';
import type { HostImages, HostImagesReader } from './host-images.ts';
import { pathsOf, usersOf } from './image-users.ts';
import { inTurns } from './in-turns.ts';
import type { ReadFolder } from './read-folder.ts';

/** A host that may have VMs, or, `plain`, that is known to be no Xen host. */
export interface PossibleUser {
  readonly id: string;
  readonly name: string;
  readonly plain: boolean;
}

export interface RemovalCheckDeps {
  readonly xen: Pick<Xen, 'host'>;
  /** Every host that may have the same mounted as this one, and itself. */
  readonly hosts: (host: string) => readonly PossibleUser[];
  readonly images: HostImagesReader;
}

interface Place {
  readonly host: string;
  readonly folder: string;
  readonly name: string;
}

const hostsAtOnce = 32;

/**
 * Whether an image may be removed as far as disks tell: those of VMs, and those in the trash. Where its folder is on a share, every Xen host may have it
 * mounted, by another name of the server and at another path: all are asked, and one that cannot tell keeps the image.
 */
export function createRemovalCheck({ xen, hosts, images }: RemovalCheckDeps) {
  /** @throws HumError where its VMs are not known */
  function refuseUnknown({ id, name, plain }: PossibleUser, image: string): void {
    if (plain) return;
    const row = xen.host(id);
    const trouble = row === undefined ? noVmsYet : row.problem;
    if (trouble !== undefined) throw new HumError(cannotTell(id, name, image, trouble));
  }

  /** What the host says, where it says all. `mark`: of the share that is looked for. */
  async function ask(user: PossibleUser, image: string): Promise<HostImages> {
    refuseUnknown(user, image);
    const said = await images.read(user.id);
    if ('code' in said.disks) throw new HumError(cannotTell(user.id, user.name, image, said.disks));
    // It may have been lost meanwhile.
    refuseUnknown(user, image);
    return said;
  }

  function refuseUsed(user: PossibleUser, image: string, said: HostImages, paths: ReadonlySet<string>): void {
    const { owned, disks } = said;
    if ('code' in disks) return;
    const users = usersOf(owned, disks);
    const vms = users.vms(paths);
    if (vms.length > 0) throw new HumError(inUse(user.id, image, vms));
    const trashed = users.trashed(paths);
    if (trashed.length > 0) throw new HumError(inTrash(user, image, trashed));
    const [open] = users.unknown;
    if (open !== undefined) throw new HumError(cannotTell(user.id, user.name, image, liesOnUnknown(open)));
  }

  /** Whether this folder is the one with the image, or may be. */
  function mayBe(user: PossibleUser, folder: string, found: ReadFolder | Problem | undefined, own: ReadFolder, image: string): boolean {
    if (own.mark === null) return false;
    const mark = images.markOf(user.id, folder);
    if (found !== undefined && 'code' in found && mark === undefined) {
      throw new HumError(cannotTell(user.id, user.name, image, found));
    }
    if (mark !== own.mark) return false;
    if (found === undefined || 'code' in found || found.share === null || found.share.id === own.share?.id) return true;
    // Another server may have a folder of the same number: there the image is another one, if there is one of its name.
    const [mine, theirs] = [own, found].map((each) => each.images.find(({ name }) => name === image));
    return mine === undefined || theirs === undefined || (mine.bytes === theirs.bytes && mine.modifiedAt === theirs.modifiedAt);
  }

  function pathsAt(user: PossibleUser, said: HostImages, own: ReadFolder, image: string): readonly string[] {
    return [...said.folders].flatMap(([folder, found]) => {
      if (!mayBe(user, folder, found, own, image)) return [];
      return [...pathsOf({ folder, name: image }, 'code' in found ? null : found.path)];
    });
  }

  /** @throws HumError `disk-in-use`, and why one of the hosts could not tell */
  return async function check({ host, folder, name }: Place): Promise<void> {
    const all = hosts(host);
    const user = all.find(({ id }) => id === host) ?? { id: host, name: host, plain: false };
    const said = await ask(user, name);
    const own = said.folders.get(folder);
    if (own === undefined || 'code' in own) throw new HumError(cannotTell(host, user.name, name, own ?? noVmsYet));
    refuseUsed(user, name, said, new Set([...pathsOf({ folder, name }, own.path), ...pathsAt(user, said, own, name)]));
    if (own.mark === null) return;
    const others = all.filter(({ id, plain }) => id !== host && !plain);
    const troubles: Problem[] = [];
    const silent: string[] = [];
    await inTurns(others, hostsAtOnce, async (other) => {
      try {
        const theirs = await ask(other, name);
        refuseUsed(other, name, theirs, new Set(pathsAt(other, theirs, own, name)));
      } catch (error) {
        const problem = problemOf(error);
        // That it is used is more to say than that somebody cannot tell.
        if (problem.code === 'disk-in-use') throw error;
        troubles.push(problem);
        silent.push(other.name);
      }
    });
    const [first] = troubles;
    if (first === undefined) return;
    const [, ...more] = silent;
    throw new HumError(more.length === 0 ? first : { ...first, message: `${first.message} Nor can ${some(more, 80)} tell.` });
  };
}

const noVmsYet: Pick<Problem, 'code' | 'message' | 'hint'> = {
  code: 'connection-lost',
  message: 'Hum does not know its VMs.',
  hint: 'Connect the host, and wait until its VMs are listed.',
};

function liesOnUnknown(path: string): Problem {
  return {
    code: 'bad-answer',
    message: `What ${visibleText(path, 200)} lies on could not be followed to its end.`,
    hint: 'Look at it on the host: qemu-img info --backing-chain tells what it lies on.',
  };
}

function cannotTell(host: string, hostName: string, image: string, { code, message, hint, detail }: Problem): Problem {
  const shown = visibleText(hostName, 80);
  return {
    code,
    message: `${image} stays: nobody can tell whether a disk on ${shown} lies on it. ${message}`,
    hint: `${hint} A host that is gone for good can be taken out of Hum.`,
    host,
    ...(detail === undefined ? {} : { detail }),
  };
}

function inUse(host: string, image: string, owners: readonly string[]): Problem {
  return {
    code: 'disk-in-use',
    message: `${image} is the disk of ${some(owners, 60)}, or what it lies on: it stays.`,
    hint: 'Remove those VMs with their disks first.',
    host,
  };
}

function inTrash({ id, name }: PossibleUser, image: string, items: readonly string[]): Problem {
  return {
    code: 'disk-in-use',
    message: `A disk in the trash of ${visibleText(name, 80)} lies on ${image}: ${some(items, 200)}. It stays.`,
    hint: 'The image can go when the trash has been emptied of that, which happens by itself after the days that were chosen.',
    host: id,
  };
}

function some(all: readonly string[], length: number): string {
  const shown = all.slice(0, 3).map((each) => visibleText(each, length));
  return `${shown.join(', ')}${all.length > shown.length ? ` and ${all.length - shown.length} more` : ''}`;
}
