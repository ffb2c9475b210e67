import { basename } from 'node:path/posix';
import type { GoldenImage, ImageFolder, ImageTransfer } from '../../../shared/contract/images.ts';
import { HumError, type Problem, problemOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { PieceTaker } from '../../pieces.ts';
import type { FileAccess, Runner } from '../../ssh/session.ts';
import { parseDisk } from '../disk-spec.ts';
import { xenRootScript } from '../scripts.ts';
import type { Template } from '../templates/template.ts';
import type { Xen } from '../xen.ts';
import { type Address, changedWhileRead, copyImage, fingerprint, notAsNoted, noteNotUnderstood } from './copy.ts';
import { imageFailure } from './image-failures.ts';
import { type ImageHost, imageHost } from './image-host.ts';
import { namedBy } from './named-images.ts';
import { type ReadFolder, readFolder } from './read-folder.ts';
import { createTransfers } from './transfers.ts';
import type { UploadWish } from './upload-way.ts';
import { createUploads } from './uploads.ts';

/** Where the golden images of a host lie: what ships names its images there. */
const goldenFolder = '/srv/xen/images';

export interface ImagesDeps {
  readonly xen: Pick<Xen, 'domains' | 'configured'>;
  /** All that can be read, with their names. */
  readonly templates: () => readonly { readonly name: string; readonly template: Template }[];
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** With the rights of the account. @throws HumError when there is no connection */
  readonly files: (host: string) => FileAccess;
  /** How ssh reaches a host; undefined for one that is not known, or is not to be reached by others. */
  readonly hostAddress: (host: string) => Address | undefined;
  readonly folder?: string;
  readonly patienceMs?: number;
}

/**
 * The golden images of every host, and what is moved between hosts and here. What has arrived of an image stays on its host when a transfer is cut, and
 * the next one goes on from there; what a person cancels is dropped. How a transfer went stands in the list of transfers.
 */
export interface Images extends PieceTaker {
  list(hosts: readonly string[]): Promise<readonly ImageFolder[]>;
  watchTransfers(signal: AbortSignal | undefined, writable: () => Promise<void>): AsyncGenerator<readonly ImageTransfer[], void, void>;
  /** @throws HumError `conflict` where something is done with the image already, and why the host cannot be asked. So does `copy` */
  verify(wish: { readonly host: string; readonly name: string }): { readonly transfer: string };
  copy(wish: { readonly from: string; readonly to: string; readonly name: string }): { readonly transfer: string };
  beginUpload(wish: UploadWish): Promise<{ readonly transfer: string; readonly offset: number }>;
  /** The rest of an upload does not come, because its file cannot be read. @throws HumError `not-found` */
  leaveUpload(transfer: string): void;
  /** @throws HumError `not-found` */
  cancel(transfer: string): void;
  /** @throws HumError `disk-in-use` where a VM's disk is it or lies on it, `conflict` while it is read, `not-found` */
  remove(wish: { readonly host: string; readonly name: string }): Promise<void>;
  stop(): Promise<void>;
}

const listTimeoutMs = 60_000;
/** How many folders are asked for at once. */
const listsAtOnce = 32;

export function createImages(deps: ImagesDeps): Images {
  const { xen, templates, runner, files, hostAddress, folder = goldenFolder, patienceMs = 10 * 60_000 } = deps;
  const transfers = createTransfers();
  const imageOf = (host: string, name: string): ImageHost => imageHost(runner(host), host, folder, name);
  const uploads = createUploads({ transfers, imageOf, files, patienceMs });
  /** The images that are read now, as `host name`, each once for each who reads it. */
  let beingRead: readonly string[] = [];

  async function read(host: string): Promise<ReadFolder> {
    // A path with a line end is no image's: images.sh takes a line for each.
    const disks = new Set(disksOf(host).map(({ path }) => path));
    const asked = [...disks].filter((path) => path.startsWith('/') && !/[\n\0]/.test(path));
    const result = await runner(host).run(xenRootScript('images'), ['', 'list', folder], {
      timeoutMs: listTimeoutMs,
      stdin: asked.map((path) => `${path}\n`).join(''),
    });
    if (result.code !== 0) throw new HumError({ ...imageFailure(result), host });
    const found = readFolder(result.stdout, folder);
    if (found === undefined) throw new HumError(notUnderstood(host));
    return found;
  }

  /** The disks of all domains of a host, as they run and as they are configured. */
  function disksOf(host: string): readonly { readonly owner: string; readonly path: string }[] {
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

  /** Names of the VMs whose disk is this image or lies on it. */
  function domainsOn(host: string, found: ReadFolder, image: Pick<GoldenImage, 'path' | 'name'>): readonly string[] {
    const names = new Set([image.path, `${found.path ?? folder}/${image.name}`]);
    const liesOn = (path: string, depth = 0): boolean => {
      const real = found.real.get(path) || path;
      if (names.has(path) || names.has(real)) return true;
      const inFolder = real.startsWith(`${found.path}/`) ? `${folder}/${basename(real)}` : real;
      const on = found.backing.get(path) ?? found.backing.get(inFolder);
      return on !== undefined && depth < 32 && liesOn(on, depth + 1);
    };
    const using = disksOf(host).filter(({ path }) => liesOn(path));
    return [...new Set(using.map(({ owner }) => owner))].sort();
  }

  async function folderOf(host: string): Promise<ImageFolder> {
    try {
      const found = await read(host);
      const naming = templates().map(({ name, template }) => ({ name, paths: namedBy(template) }));
      const images = found.images.map((image): GoldenImage => {
        const named = naming.flatMap(({ name, paths }) => (paths.has(image.path) ? [`template ${name}`] : []));
        return { ...image, host, usedBy: [...domainsOn(host, found, image), ...named] };
      });
      return { host, path: folder, freeBytes: found.freeBytes, images };
    } catch (error) {
      return { host, path: folder, freeBytes: null, images: [], problem: problemOf(error) };
    }
  }

  async function reading(host: string, name: string, work: () => Promise<void>): Promise<void> {
    const key = `${host} ${name}`;
    beingRead = [...beingRead, key];
    try {
      await work();
    } finally {
      beingRead = beingRead.toSpliced(beingRead.indexOf(key), 1);
    }
  }

  return {
    async list(hosts) {
      const folders: ImageFolder[] = [];
      for (let at = 0; at < hosts.length; at += listsAtOnce) {
        folders.push(...(await Promise.all(hosts.slice(at, at + listsAtOnce).map(folderOf))));
      }
      return folders;
    },

    watchTransfers: (signal, writable) => transfers.watch(signal, writable),

    verify({ host, name }) {
      const image = imageOf(host, name);
      const transfer = transfers.begin({ kind: 'verify', name, host, from: null }, ({ signal, at }) =>
        reading(host, name, async () => {
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

    copy({ from, to, name }) {
      if (from === to) throw new HumError(sameHost);
      const route = { from, source: imageOf(from, name), to, target: imageOf(to, name), address: hostAddress(to) };
      const transfer = transfers.begin({ kind: 'copy', name, host: to, from }, (each) => reading(from, name, () => copyImage(route, each)));
      return { transfer };
    },

    beginUpload: (wish) => uploads.begin(wish),
    expects: (transfer) => uploads.expects(transfer),
    take: (piece) => uploads.take(piece),
    leaveUpload: (transfer) => uploads.leave(transfer),
    cancel: (transfer) => transfers.cancel(transfer),

    async remove({ host, name }) {
      if (beingRead.includes(`${host} ${name}`)) throw new HumError(isRead(host, name));
      const found = await read(host);
      const image = found.images.find((each) => each.name === name);
      const owners = image === undefined ? [] : domainsOn(host, found, image);
      if (owners.length > 0) throw new HumError(inUse(host, name, owners));
      await imageOf(host, name).remove();
    },

    stop: () => transfers.stop(),
  };
}

const sameHost: Problem = { code: 'bad-input', message: 'The image is on this host already.', hint: 'Choose another host.' };

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
