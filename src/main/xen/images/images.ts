import type { GoldenImage, ImageFolder, ImageTransfer } from '../../../shared/contract/images.ts';
import { HumError, type Problem } from '../../../shared/errors.ts';
import type { PieceTaker } from '../../pieces.ts';
import type { FileAccess, Runner } from '../../ssh/session.ts';
import type { Template } from '../templates/template.ts';
import type { Xen } from '../xen.ts';
import { type Address, changedWhileRead, copyImage, fingerprint, notAsNoted, noteNotUnderstood } from './copy.ts';
import { createHostImages } from './host-images.ts';
import { type ImageHost, imageHost } from './image-host.ts';
import { pathsOf, usersOf } from './image-users.ts';
import { inTurns } from './in-turns.ts';
import { namedBy } from './named-images.ts';
import { createQuestions } from './questions.ts';
import { createRemovalCheck, type PossibleUser } from './removal-check.ts';
import { createTransfers } from './transfers.ts';
import type { UploadWish } from './upload-way.ts';
import { createUploads } from './uploads.ts';

export interface ImagesDeps {
  readonly xen: Pick<Xen, 'domains' | 'configured' | 'host'>;
  /** Every host that may have the same mounted as this one, and itself. */
  readonly hosts: (host: string) => readonly PossibleUser[];
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
   * @throws HumError `disk-in-use` where a disk of a VM, or one in the trash, is it or lies on it, `conflict` while it is read, `not-found`, and why one of the hosts could not tell
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

/** How many hosts are asked at once: one of a server that is gone holds up no other. */
const hostsAtOnce = 32;

export function createImages(deps: ImagesDeps): Images {
  const { xen, hosts, folders, templates, runner, files, hostAddress, patienceMs = 10 * 60_000 } = deps;
  const reader = createHostImages({ xen, folders, questions: createQuestions(runner) });
  const check = createRemovalCheck({ xen, hosts, images: reader });
  const transfers = createTransfers({ keyOf });
  const imageOf = (host: string, folder: string, name: string): ImageHost => {
    if (!folders().includes(folder)) throw new HumError(noFolder);
    return imageHost(runner(host), host, folder, name);
  };
  const uploads = createUploads({ transfers, imageOf, keyOf, files, patienceMs });
  /** The images that are read now, each once for each who reads it. */
  const beingRead = new Set<Place>();

  /** The same for an image that several hosts have, as far as that is known. */
  function keyOf({ host, folder, name }: Place): string {
    return `${reader.markOf(host, folder) ?? `${host} ${folder}`} ${name}`;
  }

  async function foldersOf(host: string, naming: readonly Naming[]): Promise<readonly ImageFolder[]> {
    const said = await reader.read(host);
    const [disks, usersUnknown] = 'code' in said.disks ? [undefined, said.disks] : [said.disks, undefined];
    const users = usersOf(said.owned, disks);
    return [...said.folders].map(([path, found]): ImageFolder => {
      if ('code' in found) return { host, path, there: true, share: null, freeBytes: null, images: [], problem: found };
      const images = found.images.map((image): GoldenImage => {
        const paths = pathsOf(image, found.path);
        const named = naming.flatMap(({ name, named }) => ([...paths].some((each) => named.has(each)) ? [`template ${name}`] : []));
        return { ...image, host, usedBy: [...users.vms(paths), ...named] };
      });
      const folder = { host, path, there: found.path !== null, share: found.share, freeBytes: found.freeBytes, images };
      return usersUnknown === undefined ? folder : { ...folder, usersUnknown };
    });
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
    async list(asked) {
      const naming = templates().map(({ name, template }) => ({ name, named: namedBy(template) }));
      const found = new Map<string, readonly ImageFolder[]>();
      await inTurns(asked, hostsAtOnce, async (host) => void found.set(host, await foldersOf(host, naming)));
      return asked.flatMap((host) => found.get(host) ?? []);
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

    async beginUpload(wish) {
      const { host, folder } = wish;
      // Through another host the same may be on its way: only a folder that is there tells on which share it is, and an upload may have made it.
      if (folders().includes(folder)) await reader.learn(host, folder);
      const begun = await uploads.begin(wish);
      await reader.learn(host, folder);
      return begun;
    },
    expects: (transfer) => uploads.expects(transfer),
    take: (piece) => uploads.take(piece),
    leaveUpload: (transfer) => uploads.leave(transfer),
    cancel: (transfer) => transfers.cancel(transfer),

    async remove(place) {
      const { host, folder, name } = place;
      const image = imageOf(host, folder, name);
      await check(place);
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

const sameFolder: Problem = { code: 'bad-input', message: 'The image is in this folder already.', hint: 'Choose another host or folder.' };

const noFolder: Problem = {
  code: 'bad-input',
  message: 'The settings do not name this folder of images any more.',
  hint: 'Read the folders again, or name it in the settings.',
};

function isRead(host: string, name: string): Problem {
  return { code: 'conflict', message: `${name} is being read.`, hint: 'Wait for that, or cancel it first.', host };
}
