import type { GoldenImage, ImageFolder, ImageTransfer } from '../../../shared/contract/images.ts';
import { HumError, type Problem, problemOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { PieceTaker } from '../../pieces.ts';
import type { FileAccess, Runner } from '../../ssh/session.ts';
import { xenRootScript } from '../scripts.ts';
import type { Template } from '../templates/template.ts';
import type { Xen } from '../xen.ts';
import { type Address, changedWhileRead, copyImage, fingerprint, notAsNoted, noteNotUnderstood } from './copy.ts';
import { imageFailure } from './image-failures.ts';
import { type ImageHost, imageHost } from './image-host.ts';
import { disksOf, pathsOf, vmsOn } from './image-users.ts';
import { namedBy } from './named-images.ts';
import { type ReadFolder, readFolder } from './read-folder.ts';
import { createTransfers } from './transfers.ts';
import type { UploadWish } from './upload-way.ts';
import { createUploads } from './uploads.ts';

export interface ImagesDeps {
  readonly xen: Pick<Xen, 'domains' | 'configured' | 'host'>;
  /** Where golden images lie on each host; asked each time, as the settings may change. */
  readonly folders: () => readonly string[];
  /** All that can be read, with their names. */
  readonly templates: () => readonly { readonly name: string; readonly template: Template }[];
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** With the rights of the account. @throws HumError when there is no connection */
  readonly files: (host: string) => FileAccess;
  /** How ssh reaches a host; undefined for one that is not known, or is not to be reached by others. */
  readonly hostAddress: (host: string) => Address | undefined;
  readonly patienceMs?: number;
}

/**
 * The golden images of every host, and what is moved between hosts and here. What has arrived of an image stays on its host when a transfer is cut, and
 * the next one goes on from there; what a person cancels is dropped. How a transfer went stands in the list of transfers.
 */
export interface Images extends PieceTaker {
  list(hosts: readonly string[]): Promise<readonly ImageFolder[]>;
  watchTransfers(signal: AbortSignal | undefined, writable: () => Promise<void>): AsyncGenerator<readonly ImageTransfer[], void, void>;
  /** @throws HumError `conflict` where something is done with the image already, `bad-input` for a folder that the settings do not name, and why the host cannot be asked. So does `copy` */
  verify(wish: Place): { readonly transfer: string };
  copy(wish: CopyWish): { readonly transfer: string };
  beginUpload(wish: UploadWish): Promise<{ readonly transfer: string; readonly offset: number }>;
  /** The rest of an upload does not come, because its file cannot be read. @throws HumError `not-found` */
  leaveUpload(transfer: string): void;
  /** @throws HumError `not-found` */
  cancel(transfer: string): void;
  /**
   * Of a folder that several hosts have mounted for all of them.
   * @throws HumError `disk-in-use` where a VM's disk is it or lies on it, `conflict` while it is read, `not-found`, and why one of the hosts could not tell
   */
  remove(wish: Place): Promise<void>;
  stop(): Promise<void>;
}

/** An image of a host. */
interface Place {
  readonly host: string;
  readonly folder: string;
  readonly name: string;
}

interface CopyWish {
  readonly from: string;
  readonly fromFolder: string;
  readonly to: string;
  readonly toFolder: string;
  readonly name: string;
}

const listTimeoutMs = 60_000;
/** How many hosts are asked at once, and for how many of their folders: one of a server that is gone holds up no other. */
const hostsAtOnce = 32;
const foldersAtOnce = 3;

export function createImages(deps: ImagesDeps): Images {
  const { xen, folders, templates, runner, files, hostAddress, patienceMs = 10 * 60_000 } = deps;
  const transfers = createTransfers();
  const imageOf = (host: string, folder: string, name: string): ImageHost => {
    if (!folders().includes(folder)) throw new HumError(noFolder);
    return imageHost(runner(host), host, folder, name);
  };
  const uploads = createUploads({ transfers, imageOf, files, patienceMs });
  /** Which folders of each host were found to be shared, when it was last asked: the id of the share by the folder. */
  const shares = new Map<string, ReadonlyMap<string, string>>();
  /** The images that are read now, each once for each who reads it. */
  const beingRead = new Set<Place>();

  /** The same for an image that several hosts have, as far as that is known. */
  function keyOf({ host, folder, name }: Place): string {
    return `${shares.get(host)?.get(folder) ?? `${host} ${folder}`} ${name}`;
  }

  async function readOne(host: string, folder: string, disks: string): Promise<ReadFolder> {
    const result = await runner(host).run(xenRootScript('images'), ['', 'list', folder], { timeoutMs: listTimeoutMs, stdin: disks });
    if (result.code !== 0) throw new HumError({ ...imageFailure(result), host });
    const found = readFolder(result.stdout, folder);
    if (found === undefined) throw new HumError(notUnderstood(host));
    return found;
  }

  /** All folders of a host, each with what it holds or why that is not known. */
  async function read(host: string): Promise<ReadonlyMap<string, ReadFolder | Problem>> {
    // A path with a line end is no image's: images.sh takes a line for each.
    const paths = new Set(disksOf(xen, host).map(({ path }) => path));
    const disks = [...paths].filter((path) => path.startsWith('/') && !/[\n\0]/.test(path)).map((path) => `${path}\n`);
    const all = folders();
    const found = new Map<string, ReadFolder | Problem>();
    await inTurns(all, foldersAtOnce, async (folder) => {
      found.set(folder, await readOne(host, folder, disks.join('')).catch(problemOf));
    });
    const before = shares.get(host);
    const shared = all.flatMap((folder) => {
      const one = found.get(folder);
      // Of a folder that could not be read, what was known still stands.
      const id = one === undefined || 'code' in one ? before?.get(folder) : one.share?.id;
      return id === undefined ? [] : [[folder, id] as const];
    });
    shares.set(host, new Map(shared));
    return found;
  }

  async function foldersOf(host: string, naming: readonly Naming[]): Promise<readonly ImageFolder[]> {
    const all = await read(host);
    const sound = new Map([...all].flatMap(([folder, one]) => ('code' in one ? [] : [[folder, one] as const])));
    const disks = disksOf(xen, host);
    return folders().flatMap((path) => {
      const found = all.get(path);
      if (found === undefined) return [];
      if ('code' in found) return [{ host, path, there: true, share: null, freeBytes: null, images: [], problem: found }];
      const images = found.images.map((image): GoldenImage => {
        const paths = [...pathsOf(image, found.path)];
        const named = naming.flatMap(({ name, named }) => (paths.some((each) => named.has(each)) ? [`template ${name}`] : []));
        return { ...image, host, usedBy: [...vmsOn(image, disks, sound), ...named] };
      });
      return [{ host, path, there: found.path !== null, share: found.share, freeBytes: found.freeBytes, images }];
    });
  }

  /** @throws HumError where a VM of this host uses the image, or it cannot be told whether one does */
  async function refuseInUse(host: string, places: readonly Place[]): Promise<void> {
    const all = await read(host);
    const sound = new Map<string, ReadFolder>();
    for (const [folder, one] of all) {
      if ('code' in one)
        throw new HumError({
          ...one,
          host,
          hint: `${one.hint} Until ${visibleText(folder, 200)} was read on this host, nobody can tell whether a disk there lies on the image.`,
        });
      sound.set(folder, one);
    }
    for (const place of places) {
      const owners = vmsOn(place, disksOf(xen, host), sound);
      if (owners.length > 0) throw new HumError(inUse(host, place.name, owners));
    }
  }

  /** The image in each folder that is known to be the same one, its own among them, by host. */
  function sameAs(place: Place): ReadonlyMap<string, readonly Place[]> {
    const id = shares.get(place.host)?.get(place.folder);
    const same = new Map([[place.host, [place]]]);
    if (id === undefined) return same;
    for (const [host, shared] of shares) {
      // A host that is not in the fleet any more can use nothing that Hum could tell.
      if (host !== place.host && xen.host(host) === undefined) continue;
      const places = [...shared].flatMap(([folder, other]) => (other === id ? [{ host, folder, name: place.name }] : []));
      if (places.length > 0) same.set(host, places);
    }
    return same;
  }

  async function reading(place: Place, work: () => Promise<void>): Promise<void> {
    const mine = { ...place };
    beingRead.add(mine);
    try {
      await work();
    } finally {
      beingRead.delete(mine);
    }
  }

  return {
    async list(hosts) {
      const naming = templates().map(({ name, template }) => ({ name, named: namedBy(template) }));
      const found = new Map<string, readonly ImageFolder[]>();
      await inTurns(hosts, hostsAtOnce, async (host) => void found.set(host, await foldersOf(host, naming)));
      return hosts.flatMap((host) => found.get(host) ?? []);
    },

    watchTransfers: (signal, writable) => transfers.watch(signal, writable),

    verify(place) {
      const { host, folder, name } = place;
      const image = imageOf(host, folder, name);
      const transfer = transfers.begin({ kind: 'verify', name, host, folder, from: null, fromFolder: null }, ({ signal, at }) =>
        reading(place, async () => {
          const before = await image.look();
          const { bytes } = before;
          at(0, bytes, true);
          const { sum, noted } = await image.checksum('image', (read) => at(read, bytes, true), signal);
          if (fingerprint(await image.look()) !== fingerprint(before)) throw new HumError(changedWhileRead(host));
          if (noted === '') throw new HumError(noteNotUnderstood(host));
          if (noted === null) await image.note(sum);
          else if (noted !== sum) throw new HumError(notAsNoted(host, sum, noted));
        }),
      );
      return { transfer };
    },

    copy({ from, fromFolder, to, toFolder, name }) {
      if (from === to && fromFolder === toFolder) throw new HumError(sameFolder);
      const route = {
        from,
        source: imageOf(from, fromFolder, name),
        to,
        target: imageOf(to, toFolder, name),
        address: hostAddress(to),
      };
      const transfer = transfers.begin({ kind: 'copy', name, host: to, folder: toFolder, from, fromFolder }, (each) =>
        reading({ host: from, folder: fromFolder, name }, () => copyImage(route, each)),
      );
      return { transfer };
    },

    beginUpload: (wish) => uploads.begin(wish),
    expects: (transfer) => uploads.expects(transfer),
    take: (piece) => uploads.take(piece),
    leaveUpload: (transfer) => uploads.leave(transfer),
    cancel: (transfer) => transfers.cancel(transfer),

    async remove(place) {
      const { host, folder, name } = place;
      const image = imageOf(host, folder, name);
      // Whether other hosts have it, too, is what this host says now.
      await refuseInUse(host, [place]);
      await inTurns([...sameAs(place)], hostsAtOnce, async ([other, places]) => {
        if (other !== host || places.length > 1) await refuseInUse(other, places);
      });
      // What is known of shares may have changed since the reading began.
      if ([...beingRead].some((each) => keyOf(each) === keyOf(place))) throw new HumError(isRead(host, name));
      await image.remove();
    },

    stop: () => transfers.stop(),
  };
}

/** What a template names. */
interface Naming {
  readonly name: string;
  readonly named: ReadonlySet<string>;
}

/** Does the work of each, so many side by side. @throws what the first that fails throws */
async function inTurns<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const waiting = all.values();
  const oneByOne = async () => {
    for (const one of waiting) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, oneByOne));
}

const sameFolder: Problem = { code: 'bad-input', message: 'The image is in this folder already.', hint: 'Choose another host or folder.' };

const noFolder: Problem = {
  code: 'bad-input',
  message: 'The settings do not name this folder of images any more.',
  hint: 'Read the folders again, or name it in the settings.',
};

function notUnderstood(host: string): Problem {
  return {
    code: 'bad-answer',
    message: 'What the host said of its images could not be understood.',
    hint: 'Read again. If it stays so, look at the folder on the host.',
    host,
  };
}

function isRead(host: string, name: string): Problem {
  return { code: 'conflict', message: `${name} is being read on this host.`, hint: 'Wait for that, or cancel it first.', host };
}

function inUse(host: string, name: string, owners: readonly string[]): Problem {
  const shown = owners.slice(0, 3).map((owner) => visibleText(owner, 60));
  const more = owners.length > shown.length ? ` and ${owners.length - shown.length} more` : '';
  return {
    code: 'disk-in-use',
    message: `${name} is the disk of ${shown.join(', ')}${more}, or what it lies on: it stays.`,
    hint: 'Remove those VMs with their disks first.',
    host,
  };
}
