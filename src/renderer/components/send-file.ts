import type { Problem } from '../../shared/errors.ts';
import { filePieceBytes } from '../../shared/file-limits.ts';
import { problemFrom } from '../app/problem.ts';
import { base64Of } from './base64.ts';

/** What an upload asks of the console, and of the connection to it. */
export interface UploadRoad {
  readonly begin: () => Promise<{ readonly transfer: string; readonly offset: number }>;
  readonly send: (transfer: string, offset: number, data: string) => Promise<void>;
  /** Resolves when what the file goes to can be reached, again. */
  readonly reachable: (signal: AbortSignal) => Promise<void>;
  /** Whether a lost connection is one that `reachable` waits for. */
  readonly comesBack: (lost: Problem) => boolean;
}

/** A file as a browser gives it. */
export type UploadFile = Pick<Blob, 'size' | 'slice'>;

/**
 * Sends a file piece by piece, beginning where an earlier upload of it was cut. A connection that is lost in the middle is waited for, and it is
 * asked how much has arrived. `onTransfer` hears each id under which it runs.
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
      const problem = problemFrom(error);
      if (problem.code !== 'connection-lost' || !road.comesBack(problem)) throw error;
    }
  }
}

async function sendFrom(
  file: UploadFile,
  first: number,
  send: (offset: number, data: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const read = async (offset: number) =>
    base64Of(new Uint8Array(await file.slice(offset, Math.min(file.size, offset + filePieceBytes)).arrayBuffer()));
  if (first >= file.size) return;
  let reading = read(first);
  for (let offset = first; offset < file.size; offset += filePieceBytes) {
    const data = await reading;
    signal.throwIfAborted();
    // The next is read while this one is on its way. That it cannot be is heard of in its turn.
    reading = read(offset + filePieceBytes);
    reading.catch(() => undefined);
    await send(offset, data);
    signal.throwIfAborted();
  }
}
