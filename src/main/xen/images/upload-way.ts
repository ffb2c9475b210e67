import { createHash } from 'node:crypto';
import { HumError, type Problem } from '../../../shared/errors.ts';
import { goesOnAt } from '../../../shared/file-limits.ts';
import type { FileAccess, RemoteFile, RemoteFiles } from '../../ssh/session.ts';
import { imageFailure } from './image-failures.ts';
import type { ImageHost } from './image-host.ts';

/** A file of the person's computer that is to become an image. `modifiedAt`, epoch ms, tells its versions apart. */
export interface UploadWish {
  readonly host: string;
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: number;
  /** Drawn by the page each time a file is chosen. */
  readonly chosen: string;
}

/** How the pieces of an upload come into the part that lies on the host. */
export interface UploadWay {
  /** What the part is said to be of. */
  readonly of: string;
  /** Where it goes on. */
  readonly offset: number;
  /** Why it is not SFTP. */
  readonly notBySftp?: Problem;
  /** Writes what follows the piece before, which may still be under way. @throws HumError as `RemoteFile`, `disk-full`, and `conflict` where somebody else has written to the part */
  write(offset: number, piece: Buffer): Promise<void>;
  /** Everything is written. @throws HumError as `RemoteFile` */
  finish(): Promise<void>;
  /** Ends it, and what is being written. Resolves, and never rejects, when the host has ended it too. */
  close(): Promise<void>;
}

/** The zeros that images.sh makes holes of come in as many. */
const holeBytes = 64 * 1024;

/** What stands in the way of SFTP alone: the host has none, its folder is closed to the account, or the account sees other files by SFTP. */
const ofSftpAlone: ReadonlySet<string> = new Set(['program-missing', 'not-permitted', 'not-found']);

/**
 * Makes room for an upload and opens the way for it: SFTP, into a part that root has made and lends to the account until it is placed; where that
 * cannot be, root's script takes the pieces, each in a channel of its own.
 * @throws HumError as `ImageHost.begin` and `FileAccess.files`
 */
export async function openWay(access: FileAccess, image: ImageHost, wish: UploadWish, signal: AbortSignal): Promise<UploadWay> {
  const files = await orWhyNot(access.files());
  if (!('open' in files)) return byScript(image, wish, files, signal);
  try {
    const of = wordOf(wish, 'sftp');
    const there = await image.begin(wish.bytes, wish.bytes, of, 'account');
    const file = await orWhyNot(files.open(image.part, 'write'));
    if ('code' in file) {
      await files.close();
      const why = file.code === 'not-found' ? elsewhere : closed;
      return await byScript(image, wish, { ...why, host: wish.host, detail: file.message }, signal);
    }
    const offset = goesOnAt(there);
    if (offset < there) await file.resize(offset);
    return bySftp(files, file, image.part, { of, offset, host: wish.host });
  } catch (error) {
    void files.close();
    throw error;
  }
}

async function orWhyNot<T>(asked: Promise<T>): Promise<T | Problem> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof HumError && ofSftpAlone.has(error.problem.code)) return error.problem;
    throw error;
  }
}

/** The same for the same file, host and way, and for no other Hum: the id of a host is random. What another has begun is not gone on with. */
function wordOf({ host, bytes, modifiedAt }: UploadWish, way: 'sftp' | 'script'): string {
  return createHash('sha256').update(`${way} ${host} ${bytes} ${modifiedAt}`).digest('hex').slice(0, 32);
}

function bySftp(
  files: RemoteFiles,
  file: RemoteFile,
  part: string,
  { of, offset, host }: Pick<UploadWay, 'of' | 'offset'> & Pick<UploadWish, 'host'>,
): UploadWay {
  /** A server says "failure" of a full disk and of much else. */
  async function orFull(error: unknown, needed: number): Promise<unknown> {
    if (!(error instanceof HumError) || error.problem.code !== 'command-failed') return error;
    const room = await files.room(part);
    if (room === undefined || room >= needed) return error;
    return new HumError({ ...imageFailure({ code: 84, stderr: Buffer.from(error.problem.detail ?? '') }), host });
  }

  const underWay = new Set<Promise<unknown>>();
  /** Where the part ended that somebody else has written to. */
  let cutAt: number | undefined;

  /** How long the part was before the piece came: what is asked for is answered in this order (draft-ietf-secsh-filexfer-02 §4.1). */
  async function lengthBefore(at: number, piece: Buffer): Promise<number | undefined> {
    const runs = withoutHoles(piece);
    const there = files.linkStat(part);
    const writes = runs.map(([from, to]) => file.write(at + from, piece.subarray(from, to)));
    if (runs.at(-1)?.[1] !== piece.length) writes.push(file.resize(at + piece.length));
    const asked = Promise.all([there, ...writes]);
    underWay.add(asked);
    try {
      await asked;
    } finally {
      underWay.delete(asked);
    }
    return (await there)?.bytes;
  }

  return {
    of,
    offset,
    async write(at, piece) {
      try {
        if ((await lengthBefore(at, piece)) === at) return;
        cutAt ??= at;
        await Promise.allSettled(underWay);
        await file.resize(cutAt);
        throw new HumError(notWritten(host));
      } catch (error) {
        throw await orFull(error, piece.length);
      }
    },
    async finish() {
      await file.close();
      await files.close();
    },
    close: () => files.close(),
  };
}

async function byScript(image: ImageHost, wish: UploadWish, notBySftp: Problem, signal: AbortSignal): Promise<UploadWay> {
  const of = wordOf(wish, 'script');
  const offset = await image.begin(wish.bytes, wish.bytes, of);
  let before = Promise.resolve();
  return {
    of,
    offset,
    notBySftp,
    write(at, piece) {
      before = before.then(async () => {
        if ((await image.receive(at, piece, signal)) !== at + piece.length) throw new HumError(notWritten(wish.host));
      });
      return before;
    },
    finish: async () => undefined,
    close: async () => undefined,
  };
}

/** From where to where there is something to write; zeros are left out, in as many as `holeBytes`. */
export function withoutHoles(piece: Buffer): readonly (readonly [from: number, to: number])[] {
  const runs: (readonly [from: number, to: number])[] = [];
  for (let from = 0; from < piece.length; from += holeBytes) {
    const to = Math.min(piece.length, from + holeBytes);
    if (zeros.compare(piece, from, to, 0, to - from) === 0) continue;
    const last = runs.at(-1);
    if (last?.[1] === from) runs[runs.length - 1] = [last[0], to];
    else runs.push([from, to]);
  }
  return runs;
}

const zeros = Buffer.alloc(holeBytes);

const closed: Problem = {
  code: 'not-permitted',
  message: 'The folder of images is closed to the account that Hum logs in as.',
  hint: 'Let the account pass through it and the folders above: chmod o+x.',
};

const elsewhere: Problem = {
  code: 'not-found',
  message: 'By SFTP the account does not see the folder of images.',
  hint: 'Look for ChrootDirectory in sshd_config.',
};

function notWritten(host: string): Problem {
  return {
    code: 'conflict',
    message: 'The host has not written what it was sent.',
    hint: 'Somebody else may be sending an image of this name. Choose the file again: what is there is looked at anew.',
    host,
  };
}
