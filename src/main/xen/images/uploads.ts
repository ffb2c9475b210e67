import { HumError, type Problem } from '../../../shared/errors.ts';
import { PieceOrder, type PieceTaker } from '../../pieces.ts';
import type { FileAccess } from '../../ssh/session.ts';
import type { ImageHost } from './image-host.ts';
import { type SentSum, SentSums } from './sent-sums.ts';
import type { Transfer, Transfers } from './transfers.ts';
import { openWay, type UploadWay, type UploadWish } from './upload-way.ts';

/** A piece is taken when it is in a file on the host. `take` throws `not-found` where the upload has ended, `conflict` for another offset. */
export interface Uploads extends PieceTaker {
  /**
   * Begins one, or goes on where an earlier one of the same file was cut. `offset`: from where on the file is to be sent, which is its beginning where
   * what the host has of it was sent by another: that is summed, and not written again. @throws HumError `name-taken`, `disk-full`, `conflict`, and why the host cannot be asked
   */
  begin(wish: UploadWish): Promise<{ readonly transfer: string; readonly offset: number }>;
  /** Nothing more comes, because the file cannot be read: what has arrived stays. @throws HumError `not-found` where the upload has ended */
  leave(transfer: string): void;
}

interface Upload {
  readonly wish: UploadWish;
  readonly image: ImageHost;
  readonly way: UploadWay;
  readonly sum: SentSum;
  readonly transfer: Transfer;
  readonly timer: NodeJS.Timeout;
  readonly order: PieceOrder;
  /** So many bytes of the file have been summed, and are there. */
  done: number;
  /** The whole is being made an image. */
  finishing: boolean;
}

export interface UploadDeps {
  readonly transfers: Transfers;
  readonly imageOf: (host: string, folder: string, name: string) => ImageHost;
  /** The same for an image that several hosts have. */
  readonly keyOf: (place: Pick<UploadWish, 'host' | 'folder' | 'name'>) => string;
  /** @throws HumError when there is no connection */
  readonly files: (host: string) => FileAccess;
  /** How long an upload waits for its next piece, ms. */
  readonly patienceMs: number;
}

/** Files that come in pieces from a window. A window may be closed in the middle: what has arrived waits, and the same file goes on from there. */
export function createUploads({ transfers, imageOf, keyOf, files, patienceMs }: UploadDeps): Uploads {
  const uploads = new Map<string, Upload>();
  const sums = new SentSums();

  function leave({ transfer, timer }: Upload): void {
    clearTimeout(timer);
    uploads.delete(transfer.id);
  }

  /** What is being dropped, by `keyOf`: nothing of this name begins before. */
  const dropping = new Map<string, Promise<void>>();

  function drop(wish: UploadWish, work: Promise<void>): void {
    const key = keyOf(wish);
    const going: Promise<void> = work
      .catch(() => undefined)
      .finally(() => {
        if (dropping.get(key) === going) dropping.delete(key);
      });
    dropping.set(key, going);
  }

  function fail(upload: Upload, error: unknown): void {
    leave(upload);
    upload.order.end(error);
    upload.transfer.failed(error);
    const closed = upload.way.close();
    if (!upload.transfer.cancelled()) return;
    sums.forget(sumKey(upload));
    drop(
      upload.wish,
      closed.then(() => upload.image.drop(upload.way.of)),
    );
  }

  async function finish(upload: Upload): Promise<void> {
    const { image, way, sum, transfer, wish } = upload;
    upload.finishing = true;
    // Nothing more is waited for: a large image is read for longer than anybody is patient.
    clearTimeout(upload.timer);
    try {
      await way.finish();
      const sent = sum.whole();
      const found = await image.checksum('part', (read) => transfer.at(read, wish.bytes, true), transfer.signal);
      sums.forget(sumKey(upload));
      if (found.sum !== sent) {
        await image.drop(way.of);
        throw new HumError(notAsSent(wish.host, sent, found.sum));
      }
      await image.place(wish.bytes, sent, way.of);
      leave(upload);
      transfer.done();
    } catch (error) {
      fail(upload, error);
    }
  }

  /** From where on the file is to be sent. */
  function keep(wish: UploadWish, image: ImageHost, way: UploadWay, transfer: Transfer): number {
    const { offset, notBySftp } = way;
    const sum = sums.begin(sumKey({ wish, way }), offset);
    const timer = setTimeout(() => fail(upload, new HumError(nothingCame(wish.host))), patienceMs);
    timer.unref();
    const order = new PieceOrder(sum.from, () => new HumError(sentAlready(wish.name)));
    const upload: Upload = { wish, image, way, sum, transfer, timer, order, done: sum.from, finishing: false };
    uploads.set(transfer.id, upload);
    if (notBySftp !== undefined) transfer.notBySftp(notBySftp);
    transfer.at(sum.from, wish.bytes, sum.from < offset);
    transfer.signal.addEventListener('abort', () => {
      // What is read hears of it by itself; what is being placed is an image by then, or not.
      if (uploads.has(transfer.id) && !upload.finishing) fail(upload, transfer.signal.reason);
    });
    if (sum.from === wish.bytes) void finish(upload);
    return sum.from;
  }

  return {
    async begin(wish) {
      const { host, folder, name, bytes, modifiedAt } = wish;
      const running = [...uploads.values()].find((each) => imageKey(each.wish) === imageKey(wish));
      if (running !== undefined) {
        // The window that sent it was loaded anew, or another one goes on.
        const same = running.wish.bytes === bytes && running.wish.modifiedAt === modifiedAt;
        if (same && !running.finishing && running.wish.chosen !== wish.chosen) {
          // Size and time do not tell that it is the same file: it is read from its beginning, and what has arrived is compared with that.
          fail(running, new HumError(sentAlready(name)));
          await running.way.close();
          return this.begin(wish);
        }
        if (same && !running.finishing) {
          const offset = await running.order.takenOver();
          if (uploads.has(running.transfer.id) && !running.finishing) return { transfer: running.transfer.id, offset };
        }
        throw new HumError(sentAlready(name));
      }
      const image = imageOf(host, folder, name);
      const transfer = transfers.open({ kind: 'upload', name, host, folder, from: null, fromFolder: null });
      try {
        await dropping.get(keyOf(wish));
        const way = await openWay(files(host), image, wish, transfer.signal);
        if (transfer.signal.aborted) {
          const closed = way.close();
          if (transfer.cancelled())
            drop(
              wish,
              closed.then(() => image.drop(way.of)),
            );
          await closed;
          throw transfer.signal.reason;
        }
        return { transfer: transfer.id, offset: keep(wish, image, way, transfer) };
      } catch (error) {
        transfer.failed(error);
        throw error;
      }
    },

    expects: (transfer) => uploads.has(transfer),

    async take({ transfer, offset, data }) {
      const upload = uploads.get(transfer);
      if (upload === undefined) throw new HumError(uploadEnded);
      const { wish, way, sum, timer } = upload;
      const end = offset + data.length;
      if (upload.finishing || data.length === 0 || end > wish.bytes) throw new HumError(sentAlready(wish.name));
      timer.refresh();
      await upload.order.turn(offset, end, async () => {
        sum.add(data);
        const first = Math.max(offset, way.offset);
        try {
          if (first < end) await way.write(first, data.subarray(first - offset));
        } catch (error) {
          if (uploads.has(transfer)) fail(upload, error);
          throw error;
        }
      });
      if (!uploads.has(transfer)) throw new HumError(uploadEnded);
      timer.refresh();
      upload.done += data.length;
      upload.transfer.at(upload.done, wish.bytes, upload.done <= way.offset);
      if (upload.done === wish.bytes) void finish(upload);
    },

    leave(transfer) {
      const upload = uploads.get(transfer);
      if (upload === undefined || upload.finishing) throw new HumError(uploadEnded);
      fail(upload, new HumError(notRead));
    },
  };
}

function imageKey({ host, folder, name }: UploadWish): string {
  return `${host} ${folder} ${name}`;
}

function sumKey({ wish, way }: Pick<Upload, 'wish' | 'way'>): string {
  return `${wish.chosen} ${wish.name} ${way.of}`;
}

const uploadEnded: Problem = {
  code: 'not-found',
  message: 'This upload has ended.',
  hint: 'The list of transfers says how. Choose the file again to go on.',
};

function sentAlready(name: string): Problem {
  return { code: 'conflict', message: `Another window sends ${name} to this host.`, hint: 'Wait for it, or cancel that upload first.' };
}

function notAsSent(host: string, sent: string, found: string): Problem {
  return {
    code: 'config-changed',
    message: 'What has arrived is not what was sent: the checksums differ. It was dropped.',
    hint: 'Upload it again. If it stays so, look at the disk and the memory of the host, and see whether the file here has changed.',
    host,
    detail: `sent ${sent}\nfound ${found}`,
  };
}

function nothingCame(host: string): Problem {
  return {
    code: 'request-timeout',
    message: 'The rest of the file did not come.',
    hint: 'Choose the same file again: the upload goes on where it was cut.',
    host,
  };
}

const notRead: Problem = {
  code: 'file-unreadable',
  message: 'The file could not be read to its end on the computer that it was chosen on.',
  hint: 'It may have been moved or changed meanwhile. Choose it again: the same file goes on where it was cut, another version begins anew.',
};
