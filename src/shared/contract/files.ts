import { type } from '@orpc/contract';
import { z } from 'zod';
import { fileNamePattern, longestFileName, offerTokenPattern } from '../file-limits.ts';
import { hostId, procedure } from './base.ts';
import { shellDirectory } from './terminals.ts';

const fileName = z
  .string()
  .max(longestFileName)
  .regex(fileNamePattern, 'A file name has no slash and no control characters.')
  .refine((name) => new TextEncoder().encode(name).length <= longestFileName, `A file name has at most ${longestFileName} bytes.`);

/** A path on a host as a person typed it: absolute, from `~/`, or from a directory. */
const filePath = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[^\0]*$/, 'No path holds a NUL.');

export interface UploadBegun {
  readonly transfer: string;
  /** So many bytes are there already. */
  readonly offset: number;
  /** What it will be. */
  readonly path: string;
}

export interface DownloadBegun {
  readonly transfer: string;
  readonly path: string;
  /** 0 also for a file whose length is not known, as those of /proc. */
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** A file of a directory: hostile text. */
export interface ListedFile {
  readonly name: string;
  /** Null for a symbolic link, whose target is not looked at before it is asked for. */
  readonly bytes: number | null;
  readonly modifiedAt: number;
}

/** The files and symbolic links of a directory, in the host's order; no directories and devices. */
export interface FileListing {
  readonly directory: string;
  readonly files: readonly ListedFile[];
  /** There are more than are listed (`mostListedFiles`). */
  readonly more: boolean;
  /** So many have a name that cannot be asked for over SFTP: it is no UTF-8. */
  readonly unnamed: number;
}

/** How an offered file fares; the stream ends when it is delivered, and with a `PROBLEM` when it is not. */
export type OfferEvent =
  /** The browser has asked for it: the address is used up. */
  | { readonly kind: 'taken' }
  /** `bytes` as in `DownloadBegun`. */
  | { readonly kind: 'begun'; readonly path: string; readonly bytes: number }
  | { readonly kind: 'at'; readonly bytes: number };

/** Files to and from a host with the rights of its account, by SFTP on the session that is there. A transfer lives as long as the window that began it. */
export const files = {
  /**
   * Begins an upload into a directory (null: the account's home), or goes on with one of the same file that was cut. What has arrived lies in
   * `.hum-part-…` beside it until it is whole; no other file is overwritten. Its pieces go to `piecePath`; one of no bytes is there when this answers.
   */
  beginUpload: procedure
    .input(
      z.object({
        host: hostId,
        directory: shellDirectory.nullable(),
        name: fileName,
        bytes: z
          .int()
          .min(0)
          .max(2 ** 43),
        /** When it was last changed, epoch ms: what has arrived of another version is not gone on with. */
        modifiedAt: z.number().min(0).max(8.64e15),
      }),
    )
    .output(type<UploadBegun>()),
  /** Opens a file; `path` counts from `directory` (null: the account's home). */
  beginDownload: procedure
    .input(z.object({ host: hostId, directory: shellDirectory.nullable(), path: filePath }))
    .output(type<DownloadBegun>()),
  /** The piece at an offset, base64; shorter than `filePieceBytes` where the file ends. */
  download: procedure.input(z.object({ transfer: z.uuid(), offset: z.int().min(0) })).output(type<{ readonly data: string }>()),
  /** What lies in a directory (null: the account's home). */
  list: procedure.input(z.object({ host: hostId, directory: shellDirectory.nullable() })).output(type<FileListing>()),
  /**
   * Lets the browser fetch a file once from `offerPath` and the token, for a drag out of the page: whoever knows the token gets the file, so it goes
   * nowhere else. It lasts as long as its stream, and a few minutes where nobody comes for it.
   */
  offer: procedure
    .input(
      z.object({
        host: hostId,
        directory: shellDirectory.nullable(),
        path: filePath,
        token: z.string().regex(offerTokenPattern, 'This is no token.'),
      }),
    )
    .output(type<AsyncIteratorObject<OfferEvent, void, void>>()),
  /** Ends a transfer; what has arrived of an upload is removed. */
  end: procedure.input(z.object({ transfer: z.uuid() })).output(type<void>()),
};
