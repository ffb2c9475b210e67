import { HumError, type Problem } from '../../shared/errors.ts';
import { piecePath, piecesAtOnce, uploadPieceBytes } from '../../shared/file-limits.ts';
import { connectionLost, isProblem, problemFrom } from '../app/problem.ts';

/** What an upload asks of the console, and of the connection to it. */
export interface UploadRoad {
  readonly begin: () => Promise<{ readonly transfer: string; readonly offset: number }>;
  /** Resolves when the host has the piece. */
  readonly send: (transfer: string, offset: number, piece: Blob, signal: AbortSignal) => Promise<void>;
  /** Resolves when what the file goes to can be reached, again. */
  readonly reachable: (signal: AbortSignal) => Promise<void>;
  /** Whether a lost connection is one that `reachable` waits for. */
  readonly comesBack: (lost: Problem) => boolean;
}

/** A file as a browser gives it. */
export type UploadFile = Pick<Blob, 'size' | 'slice'>;

/** So often an upload is begun again without a byte more on the host. */
const mostInVain = 5;

/**
 * Sends a file piece by piece, beginning where an earlier upload of it was cut. A connection that is lost in the middle is waited for, and it is
 * asked how much has arrived. `onTransfer` hears each id under which it runs.
 * @throws what the console refused; the abort of `signal` as `AbortError`; `NotReadableError` where the file cannot be read
 */
export async function sendFile(file: UploadFile, road: UploadRoad, onTransfer: (id: string) => void, signal: AbortSignal): Promise<void> {
  let [reached, inVain] = [-1, 0];
  for (;;) {
    try {
      await road.reachable(signal);
      const { transfer, offset } = await road.begin();
      onTransfer(transfer);
      inVain = offset > reached ? 0 : inVain + 1;
      reached = Math.max(reached, offset);
      await sendFrom(file, offset, (at, piece, either) => road.send(transfer, at, piece, either), signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      const problem = problemFrom(error);
      if (problem.code !== 'connection-lost' || inVain === mostInVain || !road.comesBack(problem)) throw error;
    }
  }
}

/** Some pieces are on their way side by side, so that neither the host nor the file is waited for. What fails first ends the others. */
async function sendFrom(
  file: UploadFile,
  first: number,
  send: (offset: number, piece: Blob, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const underWay: Promise<void>[] = [];
  try {
    for (let offset = first; offset < file.size; offset += uploadPieceBytes) {
      if (underWay.length === piecesAtOnce) await underWay.shift();
      signal.throwIfAborted();
      const sent = send(offset, file.slice(offset, Math.min(file.size, offset + uploadPieceBytes)), either);
      // That it fails is heard of in its turn.
      sent.catch(() => undefined);
      underWay.push(sent);
    }
    for (const sent of underWay) await sent;
    signal.throwIfAborted();
  } catch (error) {
    failed.abort();
    await Promise.allSettled(underWay);
    throw error;
  }
}

/** Of all uploads of this window. A browser makes six connections to one server, and the page needs some for itself. */
const mostAtOnce = 4;
let atOnce = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (atOnce === mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else atOnce += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) atOnce -= 1;
    else next();
  }
}

/**
 * Hands a piece to the console. The browser reads it from the disk and sends it by itself: through a WebSocket each byte would pass through the page.
 */
export function sendPiece(transfer: string, offset: number, piece: Blob, signal: AbortSignal): Promise<void> {
  return inTurn(() => put(`${piecePath}${transfer}/${offset}`, piece, signal));
}

async function put(address: string, piece: Blob, signal: AbortSignal): Promise<void> {
  const send = (body: Blob | ArrayBuffer) => fetch(address, { method: 'PUT', body, signal });
  let again = false;
  const answer = await send(piece).catch(async (error: unknown) => {
    if (signal.aborted) throw error;
    // A request does not say whether it was the file that failed. Reading it does; what was read can be sent by any shell.
    const read = await piece.arrayBuffer();
    again = true;
    return send(read).catch((failure: unknown) => {
      throw signal.aborted ? failure : new HumError(connectionLost);
    });
  });
  if (answer.status === 204) return;
  const problem: unknown = await answer.json().catch(() => undefined);
  // It may have been taken the first time, and only the answer been lost: the console is asked where to go on.
  if (again && isProblem(problem) && problem.code === 'conflict') throw new HumError(connectionLost);
  throw isProblem(problem) ? new HumError(problem) : new Error(`The console answered ${answer.status}.`);
}
