import type { Problem } from '../../shared/errors.ts';
import { problemFrom } from '../app/problem.ts';
import { base64Of } from './base64.ts';

/** What an upload asks of the console, and of the connection to it. */
export interface UploadRoad {
  readonly begin: () => Promise<{ readonly transfer: string; readonly offset: number }>;
  readonly send: (transfer: string, offset: number, data: string) => Promise<void>;
  /** Resolves when the console can be reached again. */
  readonly reachable: (signal: AbortSignal) => Promise<void>;
}

/** A file as a browser gives it. */
export type UploadFile = Pick<Blob, 'size' | 'slice'>;

/** As large as the contract takes after base64, less a margin. */
const pieceBytes = 1024 ** 2;

/**
 * Sends a file piece by piece, beginning where an earlier upload of it was cut. A connection that is lost in the middle is waited for, and the
 * console asked how much has arrived. `onTransfer` hears each id under which it runs.
 * @throws what the console refused; the abort of `signal` as `AbortError`
 */
export async function sendFile(file: UploadFile, road: UploadRoad, onTransfer: (id: string) => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await road.reachable(signal);
      const { transfer, offset } = await road.begin();
      onTransfer(transfer);
      await sendFrom(file, offset, (at, data) => road.send(transfer, at, data), signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (problemFrom(error).code !== 'connection-lost') throw error;
    }
  }
}

async function sendFrom(
  file: UploadFile,
  first: number,
  send: (offset: number, data: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let offset = first; offset < file.size; offset += pieceBytes) {
    const piece = file.slice(offset, Math.min(file.size, offset + pieceBytes));
    const data = base64Of(new Uint8Array(await piece.arrayBuffer()));
    signal.throwIfAborted();
    await send(offset, data);
    signal.throwIfAborted();
  }
}

/** Why a chosen file cannot be uploaded under this name, before anything is asked of a host; null where nothing speaks against it. */
export function whyNotUpload(
  file: { readonly name: string; readonly size: number },
  name: string | null,
  there: ReadonlySet<string>,
): Problem | null {
  if (name === null) {
    return {
      code: 'bad-input',
      message: 'The name of this file has no letter and no digit.',
      hint: 'Rename it to what the image is to be called: letters, digits and . _ + -.',
      detail: file.name,
    };
  }
  if (file.size === 0) {
    return { code: 'bad-input', message: 'This file is empty.', hint: 'Choose the image of a disk.', detail: file.name };
  }
  if (there.has(name)) {
    return {
      code: 'conflict',
      message: 'There is an image of this name on the host.',
      hint: 'Remove that one first, or rename your file.',
      detail: name,
    };
  }
  return null;
}
