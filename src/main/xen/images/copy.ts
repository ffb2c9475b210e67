import { createHash, randomBytes } from 'node:crypto';
import { HumError, type Problem } from '../../../shared/errors.ts';
import { pause } from '../../stream.ts';
import type { ImageHost, ImageStat } from './image-host.ts';
import type { Transfer } from './transfers.ts';

/** Where an image comes from and where it goes: inventory ids, and the image as each of them has it. */
export interface Route {
  readonly from: string;
  readonly source: ImageHost;
  readonly to: string;
  readonly target: ImageHost;
  /** How ssh reaches the target, where the source is to try that. */
  readonly address: Address | undefined;
}

export interface Address {
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

/** Between two looks how much has arrived, ms. */
const lookEveryMs = 1000;

/**
 * Copies an image from one host to another: directly by rsync where they reach each other, else through this machine. Goes on from what has arrived
 * of it before; it becomes the image only when both hosts read the same checksum.
 * @throws HumError why it did not
 */
export async function copyImage(route: Route, transfer: Transfer): Promise<void> {
  const { from, source, to, target } = route;
  const before = await source.look();
  const { bytes } = before;
  const of = fingerprint(before);
  const offset = await target.begin(bytes, before.allocated, of);
  try {
    transfer.at(offset, bytes);
    if (offset < bytes && !(await sentDirectly(route, bytes, transfer))) await sendThrough(route, bytes, transfer);
    const [theirs, ours] = await Promise.all([
      source.checksum('image', () => undefined, transfer.signal),
      target.checksum('part', (read) => transfer.at(read, bytes, true), transfer.signal),
    ]);
    const unchanged = fingerprint(await source.look()) === of;
    if (!unchanged || theirs.sum !== ours.sum) {
      await target.drop(of);
      throw new HumError(unchanged ? notTheSame(to) : changedMeanwhile(from));
    }
    if (theirs.noted === '') {
      await target.drop(of);
      throw new HumError(noteNotUnderstood(from));
    }
    if (theirs.noted !== null && theirs.noted !== theirs.sum) {
      await target.drop(of);
      throw new HumError(notAsNoted(from, theirs.sum, theirs.noted));
    }
    await target.place(bytes, ours.sum, of);
  } catch (error) {
    if (transfer.cancelled()) await target.drop(of).catch(() => undefined);
    throw error;
  }
}

/** A word that tells one version of a file from another. */
export function fingerprint({ bytes, modifiedAt }: Pick<ImageStat, 'bytes' | 'modifiedAt'>): string {
  return createHash('sha256').update(`${bytes} ${modifiedAt}`).digest('hex').slice(0, 32);
}

/** What is said of an image whose checksum is another one than its note tells. */
export function notAsNoted(host: string, sum: string, noted: string): Problem {
  return {
    code: 'config-changed',
    message: 'The image is not what its note says: its checksum is another one.',
    hint: 'It is damaged, or was changed on purpose. Upload or copy it again; or remove the file beside it that ends in .sha256, and verify it anew.',
    host,
    detail: `noted ${noted}\nfound ${sum}`,
  };
}

export function changedWhileRead(host: string): Problem {
  return {
    code: 'config-changed',
    message: 'The image was changed while it was read: nothing was compared.',
    hint: 'Wait until whoever writes it has finished, and verify it again.',
    host,
  };
}

export function noteNotUnderstood(host: string): Problem {
  return {
    code: 'bad-answer',
    message: 'The file beside the image that ends in .sha256 has no SHA-256 in its first line: nothing was compared.',
    hint: 'Write it as sha256sum does, or remove it and verify the image anew.',
    host,
  };
}

/** Whether rsync between the hosts did it. Where they do not reach each other, nothing was begun. */
async function sentDirectly({ source, target, address }: Route, bytes: number, { at, signal }: Transfer): Promise<boolean> {
  // Both become words of a command on the source.
  if (address === undefined || !/^[\w.:-]+$/.test(address.address) || !/^[A-Za-z_][\w.-]*$/.test(address.user)) return false;
  const who = `${address.user}@${address.address.includes(':') ? `[${address.address}]` : address.address}`;
  const mark = randomBytes(8).toString('hex');
  const over = new AbortController();
  try {
    await target.sign(mark);
    try {
      if (!(await source.way(address.port, who, mark, target.folder, signal))) return false;
    } finally {
      await target.unsign(mark);
    }
    const looking = watchArrival(target, (arrived) => at(Math.min(arrived, bytes), bytes), over.signal);
    await source.direct(address.port, who, target.folder, signal).finally(() => {
      over.abort();
      return looking;
    });
    return (await target.arrived()) === bytes;
  } catch (error) {
    if (signal.aborted || !(error instanceof HumError)) throw error;
    // Another way may do it, and says what is wrong if it does not.
    return false;
  }
}

async function watchArrival(target: ImageHost, tell: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(lookEveryMs, signal);
    if (signal.aborted) return;
    try {
      tell(await target.arrived());
    } catch (error) {
      // The copy itself says what is wrong.
      if (!(error instanceof HumError)) throw error;
    }
  }
}

/** Through this machine, a chunk at a time: the source waits until the target has room. */
async function sendThrough({ source, target }: Route, bytes: number, transfer: Transfer): Promise<void> {
  const from = await target.arrived();
  const { readable, writable } = new TransformStream<Buffer, Buffer>();
  const writer = writable.getWriter();
  const failed = new AbortController();
  const signal = AbortSignal.any([transfer.signal, failed.signal]);
  let sent = from;
  const take = async (chunk: Buffer) => {
    // The chunk is the session's again when this resolves, and the other session may hold it longer.
    await writer.write(Buffer.from(chunk));
    sent += chunk.length;
    transfer.at(Math.min(sent, bytes), bytes);
  };
  const both = [source.send(from, take, signal).then(() => writer.close()), target.receive(from, readable, signal)];
  try {
    await Promise.all(both);
  } catch (error) {
    // The first that failed says why; the other only follows.
    failed.abort();
    await writer.abort(error).catch(() => undefined);
    await Promise.allSettled(both);
    throw error;
  }
}

function notTheSame(host: string): Problem {
  return {
    code: 'config-changed',
    message: 'What has arrived is not what was sent: the checksums differ. It was dropped.',
    hint: 'Copy it again. If it stays so, look at the disks and the memory of both hosts.',
    host,
  };
}

function changedMeanwhile(host: string): Problem {
  return {
    code: 'config-changed',
    message: 'The image was changed while it was copied; what had arrived was dropped.',
    hint: 'Wait until whoever writes it has finished, and copy it again.',
    host,
  };
}
