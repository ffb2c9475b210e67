import { createHash, randomUUID } from 'node:crypto';
import type { DownloadBegun, FileListing, UploadBegun } from '../../shared/contract/files.ts';
import { HumError } from '../../shared/errors.ts';
import { filePieceBytes, goesOnAt, longestFileName, mostDownloadBytes, mostListedFiles } from '../../shared/file-limits.ts';
import { PieceOrder, type PieceTaker } from '../pieces.ts';
import type { FileAccess, RemoteFile, RemoteFiles } from '../ssh/session.ts';
import {
  nameTaken,
  noDirectory,
  noFile,
  noRoom,
  noSuchTransfer,
  notRegular,
  notWhole,
  strangePart,
  tooLarge,
  tooManyTransfers,
  underWay,
  wrongOffset,
} from './failures.ts';

export interface UploadWish {
  readonly host: string;
  /** Null: the home of the account. */
  readonly directory: string | null;
  readonly name: string;
  readonly bytes: number;
  /** Epoch ms. */
  readonly modifiedAt: number;
}

/**
 * Files to and from hosts, as the contract has them. Each transfer is a client's own: others are told `not-found`. `take` throws `not-found`,
 * `conflict`, `name-taken`, and as `RemoteFiles`: what has arrived stays for the next try.
 */
export interface Files extends PieceTaker {
  /** @throws HumError `name-taken`, `not-found`, `disk-full`, `conflict`, and as `RemoteFiles` */
  beginUpload(client: string, wish: UploadWish): Promise<UploadBegun>;
  /** @throws HumError `not-found`, `bad-input`, `conflict`, and as `RemoteFiles` */
  beginDownload(
    client: string,
    wish: { readonly host: string; readonly directory: string | null; readonly path: string },
  ): Promise<DownloadBegun>;
  /** The piece at an offset. @throws HumError `not-found`, and as `RemoteFiles` */
  download(client: string, wish: { readonly transfer: string; readonly offset: number }): Promise<Buffer>;
  /** @throws HumError `not-found`, and as `RemoteFiles` */
  list(host: string, directory: string | null): Promise<FileListing>;
  /** @throws HumError `not-found` */
  end(client: string, transfer: string): Promise<void>;
  /** The client has gone: its transfers end, and what has arrived of uploads stays. */
  forget(client: string): void;
}

export interface FilesDeps {
  /** @throws HumError when there is no connection */
  readonly session: (host: string) => FileAccess;
}

interface Transfer {
  readonly id: string;
  readonly client: string;
  readonly host: string;
  /** A channel of its own: what hangs in one holds up no other. */
  readonly files: RemoteFiles;
  readonly file: RemoteFile;
  /** Of an upload. */
  readonly into?: { readonly path: string; readonly part: string; readonly bytes: number; readonly order: PieceOrder };
  /** Of a download; 0: not known. */
  readonly length: number;
  /** Of an upload: so many bytes are there. */
  offset: number;
  busy: boolean;
}

/** How long somebody may ask again for what was done already, because the answer was lost on its way, ms. */
const rememberedMs = 2 * 60_000;
/** Each has a channel, of which a host gives ten. */
const mostTransfers = 8;

/** No file is moved yet. */
export function createFiles({ session }: FilesDeps): Files {
  const transfers = new Map<string, Transfer>();
  /** Places that are taken by transfers that are just being opened. */
  const opening = new Map<string, number>();

  /** Uploads that were to become their file a moment ago, by host and part. */
  const finished = new Map<string, number>();

  function find(client: string, id: string): Transfer {
    const found = transfers.get(id);
    if (found === undefined || found.client !== client) throw new HumError(noSuchTransfer);
    return found;
  }

  function leave({ id, into, files }: Transfer): Promise<void> {
    transfers.delete(id);
    into?.order.end(new HumError(noSuchTransfer));
    return files.close();
  }

  /** Opens a channel for one transfer, and closes it where that does not come about. */
  async function opened<T extends Omit<Transfer, 'id' | 'client' | 'host' | 'files' | 'busy'>>(
    client: string,
    host: string,
    open: (files: RemoteFiles) => Promise<T>,
  ): Promise<Transfer & T> {
    const before = opening.get(client) ?? 0;
    if ([...transfers.values()].filter((each) => each.client === client).length + before >= mostTransfers) {
      throw new HumError(tooManyTransfers(mostTransfers));
    }
    opening.set(client, before + 1);
    try {
      const files = await session(host).files();
      try {
        const transfer = { ...(await open(files)), id: randomUUID(), client, host, files, busy: false };
        transfers.set(transfer.id, transfer);
        return transfer;
      } catch (error) {
        await files.close();
        throw error;
      }
    } finally {
      const left = (opening.get(client) ?? 1) - 1;
      if (left > 0) opening.set(client, left);
      else opening.delete(client);
    }
  }

  /** One thing at a time; what fails ends the transfer. */
  async function step<T>(transfer: Transfer, work: () => Promise<T>): Promise<T> {
    if (transfer.busy) throw new HumError(wrongOffset(transfer.host));
    transfer.busy = true;
    try {
      return await work();
    } catch (error) {
      await leave(transfer);
      throw error;
    } finally {
      transfer.busy = false;
    }
  }

  /** Makes a whole part the file that it is to be. */
  async function finish({ host, files, file }: Transfer, { path, part, bytes }: NonNullable<Transfer['into']>): Promise<void> {
    if ((await file.stat()).bytes !== bytes) {
      await files.remove(part);
      throw new HumError(notWhole(host));
    }
    await file.close();
    if ((await files.linkStat(path)) !== undefined) throw new HumError(nameTaken(host, path));
    for (const [key, at] of finished) if (performance.now() - at > rememberedMs) finished.delete(key);
    finished.set(`${host} ${part}`, performance.now());
    await files.rename(part, path);
  }

  return {
    async beginUpload(client, wish) {
      const { host, bytes } = wish;
      const transfer = await opened(client, host, async (files) => {
        const folder = wish.directory ?? (await files.real('.'));
        const path = inFolder(folder, wish.name);
        const part = inFolder(folder, partName(wish));
        const into = (next: number) => ({ path, part, bytes, order: new PieceOrder(next, () => new HumError(wrongOffset(host))) });
        const at = await files.stat(folder);
        if (at === undefined || at.regular) throw new HumError(noDirectory(host, folder));
        const whole = await files.linkStat(path);
        if (whole !== undefined) {
          const lately = performance.now() - (finished.get(`${host} ${part}`) ?? Number.NEGATIVE_INFINITY) < rememberedMs;
          if (!lately || !whole.regular || whole.bytes !== bytes) throw new HumError(nameTaken(host, path));
          return { file: await files.open(path, 'read'), into: into(bytes), length: 0, offset: bytes, done: true };
        }
        if ([...transfers.values()].some((each) => each.host === host && each.into?.part === part)) throw new HumError(underWay(host));
        let there = await files.linkStat(part);
        if (there !== undefined && !there.regular) throw new HumError(strangePart(host, part));
        if (there !== undefined && there.bytes > bytes) {
          await files.remove(part);
          there = undefined;
        }
        const offset = goesOnAt(there?.bytes ?? 0);
        const room = await files.room(folder);
        if (room !== undefined && bytes - offset > room) throw new HumError(noRoom(host, room, bytes - offset));
        return {
          file: await files.open(part, there === undefined ? 'create' : 'write'),
          into: into(offset),
          length: 0,
          offset,
          done: false,
        };
      });
      if (bytes === 0 && !transfer.done) await step(transfer, () => finish(transfer, transfer.into));
      if (bytes === 0 || transfer.done) await leave(transfer);
      return { transfer: transfer.id, offset: transfer.offset, path: transfer.into.path };
    },

    expects: (id) => transfers.get(id)?.into !== undefined,

    async take({ transfer: id, offset, data }) {
      const transfer = transfers.get(id);
      if (transfer?.into === undefined) throw new HumError(noSuchTransfer);
      const { into, file } = transfer;
      const end = offset + data.length;
      try {
        if (data.length === 0 || end > into.bytes) throw new HumError(wrongOffset(transfer.host));
        await into.order.turn(offset, end, () => file.write(offset, data));
        transfer.offset += data.length;
        if (transfer.offset !== into.bytes) return;
        await finish(transfer, into);
        await leave(transfer);
      } catch (error) {
        if (transfers.has(id)) await leave(transfer);
        throw error;
      }
    },

    async beginDownload(client, { host, directory, path: typed }) {
      const transfer = await opened(client, host, async (files) => {
        const path = typed.startsWith('/')
          ? typed
          : typed.startsWith('~/')
            ? inFolder(await files.real('.'), typed.slice(2))
            : inFolder(directory ?? (await files.real('.')), typed);
        const stat = await files.stat(path);
        if (stat === undefined) throw new HumError(noFile(host, path));
        // A pipe or a device would be waited for without end.
        if (!stat.regular) throw new HumError(notRegular(host, path));
        if (stat.bytes > mostDownloadBytes) throw new HumError(tooLarge(host, stat.bytes, mostDownloadBytes));
        return { file: await files.open(path, 'read'), path, stat, length: stat.bytes, offset: 0 };
      });
      const { id, path, stat } = transfer;
      return { transfer: id, path, bytes: stat.bytes, modifiedAt: stat.modifiedAt };
    },

    async download(client, { transfer: id, offset }) {
      const transfer = find(client, id);
      const { length } = transfer;
      // Of a file that grows, or of a host that gives without end, what it said at the beginning.
      const wanted = length === 0 ? filePieceBytes : Math.max(0, Math.min(filePieceBytes, length - offset));
      return step(transfer, () => transfer.file.read(offset, wanted));
    },

    async list(host, directory) {
      const files = await session(host).files();
      try {
        const folder = directory ?? (await files.real('.'));
        const { entries, more } = await files.list(folder, mostListedFiles);
        const names = entries.filter(({ regular, link, name }) => (regular || link) && isFileName(name));
        const named = names.filter(({ name }) => !name.includes('\ufffd'));
        return {
          directory: folder,
          files: named.map(({ name, link, bytes, modifiedAt }) => ({ name, bytes: link ? null : bytes, modifiedAt })),
          more,
          unnamed: names.length - named.length,
        };
      } finally {
        await files.close();
      }
    },

    async end(client, id) {
      const transfer = find(client, id);
      const { into, files } = transfer;
      transfers.delete(id);
      into?.order.end(new HumError(noSuchTransfer));
      try {
        if (into !== undefined) await files.remove(into.part);
      } finally {
        await files.close();
      }
    },

    forget(client) {
      for (const transfer of [...transfers.values()]) if (transfer.client === client) void leave(transfer);
    },
  };
}

function inFolder(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, '')}/${name}`;
}

/** Whether a name is one of a file in its directory; a server could tell of others. */
function isFileName(name: string): boolean {
  return name !== '' && name.length <= longestFileName && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

/** The same for the same file to the same host, and not to be guessed by others there: the id of a host is random, and known to nobody but Hum. */
function partName({ host, name, bytes, modifiedAt }: UploadWish): string {
  return `.hum-part-${createHash('sha256').update(`${host} ${bytes} ${modifiedAt} ${name}`).digest('hex').slice(0, 24)}`;
}
