import type { Client, FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { HumError, messageOf } from '../../shared/errors.ts';
import { channelRefused, requestTimeout } from './channel-failures.ts';
import type { Deadlines } from './deadlines.ts';
import { connectionLost, type Place } from './failures.ts';
import type { FileStat, FolderEntry, RemoteFile, RemoteFiles } from './session.ts';
import { noSftp, sftpEnded, sftpFailure } from './sftp-failures.ts';

export interface SftpContext {
  readonly place: Place;
  readonly client: Client;
  /** Why the connection is over, or undefined while it stands. */
  readonly over: () => HumError | undefined;
  readonly deadlines: Pick<Deadlines, 'channel'>;
  /** Called with each answer that was asked for. */
  readonly heard: () => void;
}

/** What every server takes in one request (draft-ietf-secsh-filexfer-02 §3), and ssh2 sends as one. */
const blockBytes = 32 * 1024;
/** A disk that is asked for a block may have to wake up first, or a file server be waited for. */
const answerMs = 60_000;
/** How long a host is waited for that is to close a channel, ms. */
const farewellMs = 2_000;

/** SSH_FX_EOF (draft-ietf-secsh-filexfer-02 §7): a directory has no further names. */
const endOfFile = 1;
/** OpenSSH gives a hundred names in an answer; a server that gives none each time is not asked without end. */
const mostListAnswers = 1000;

/** What ssh2 says to whoever still waits when the channel goes (lib/protocol/SFTP.js, cleanupRequests). */
const unanswered = 'No response from server';

type Answer<T> = (error: Error | undefined | null, value: T) => void;

/**
 * Opens a channel and starts the SFTP subsystem on it (draft-ietf-secsh-filexfer-02, which OpenSSH speaks).
 * @throws HumError `connection-lost`, `channel-refused`, `request-timeout`, `program-missing`
 */
export async function startSftp({ place, client, over, deadlines, heard }: SftpContext): Promise<RemoteFiles> {
  const sftp = await started();
  let ended = false;
  const waiting = new Set<(error: HumError) => void>();
  const end = () => {
    ended = true;
    for (const fail of [...waiting]) fail(gone());
  };
  const closed = new Promise<void>((resolve) => sftp.once('close', resolve));
  sftp.on('close', end);
  sftp.on('end', end);
  // Its words are those of a parser; what waits is told that the channel has gone.
  sftp.on('error', end);

  function gone(): HumError {
    return over() ?? sftpEnded(place);
  }

  function started(): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        reject(requestTimeout(place, deadlines.channel, 'open a channel for files'));
      }, deadlines.channel);
      try {
        client.sftp((error, opened) => {
          clearTimeout(timer);
          if (error !== undefined) reject(over() ?? ('reason' in error ? channelRefused(place, error) : noSftp(place, messageOf(error))));
          else if (late) opened.end();
          else resolve(opened);
        });
      } catch (error) {
        // ssh2 throws when its socket has just gone.
        clearTimeout(timer);
        reject(over() ?? connectionLost(place, messageOf(error)));
      }
    });
  }

  /** One request and its answer. `path` is for the words of a refusal. */
  function ask<T>(path: string, send: (answer: Answer<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        waiting.delete(fail);
      };
      const fail = (error: HumError) => {
        settle();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(requestTimeout(place, answerMs, 'answer about a file'));
        sftp.end();
      }, answerMs);
      waiting.add(fail);
      if (ended || over() !== undefined) {
        fail(gone());
        return;
      }
      try {
        send((error, value) => {
          heard();
          if (error) fail(ended || over() !== undefined || error.message === unanswered ? gone() : sftpFailure(place, path, error));
          else {
            settle();
            resolve(value);
          }
        });
      } catch (error) {
        fail(over() ?? connectionLost(place, messageOf(error)));
      }
    });
  }

  function fileOf(path: string, handle: Buffer): RemoteFile {
    const block = (position: number, length: number) =>
      ask<Buffer>(path, (answer) =>
        sftp.read(handle, Buffer.allocUnsafe(length), 0, length, position, (error, count, data) => answer(error, data?.subarray(0, count))),
      );

    /** A server may give less than it was asked for before the end (§6.4). */
    async function wholeBlock(position: number, length: number): Promise<Buffer> {
      const parts: Buffer[] = [];
      for (let got = 0; got < length; ) {
        const part = await block(position + got, length - got);
        if (part.length === 0) break;
        parts.push(part);
        got += part.length;
      }
      return Buffer.concat(parts);
    }

    return {
      async read(position, length) {
        const blocks = await Promise.all(blocksOf(length).map(([at, size]) => wholeBlock(position + at, size)));
        // The file ends in the first that is short.
        const short = blocks.findIndex(({ length: got }, index) => got < Math.min(blockBytes, length - index * blockBytes));
        return Buffer.concat(short < 0 ? blocks : blocks.slice(0, short + 1));
      },
      async write(position, data) {
        await Promise.all(
          blocksOf(data.length).map(([at, size]) =>
            ask<unknown>(path, (answer) => sftp.write(handle, data, at, size, position + at, (error) => answer(error, undefined))),
          ),
        );
      },
      resize: (size) => ask<void>(path, (answer) => sftp.fsetstat(handle, { size }, (error) => answer(error, undefined))),
      stat: async () => statOf(await ask<Stats>(path, (answer) => sftp.fstat(handle, answer))),
      close: () => ask<void>(path, (answer) => sftp.close(handle, (error) => answer(error, undefined))),
    };
  }

  async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof HumError && error.problem.code === 'not-found') return undefined;
      throw error;
    }
  }

  return {
    async real(path) {
      const real = await ask<string>(path, (answer) => sftp.realpath(path, answer));
      if (real.startsWith('/') && real.length <= 4096 && !real.includes('\0')) return real;
      throw sftpFailure(place, path, new Error(`It says that it is at ${real.slice(0, 200)}.`));
    },
    stat: async (path) => {
      const stats = await orMissing(ask<Stats>(path, (answer) => sftp.stat(path, answer)));
      return stats && statOf(stats);
    },
    linkStat: async (path) => {
      const stats = await orMissing(ask<Stats>(path, (answer) => sftp.lstat(path, answer)));
      return stats && statOf(stats);
    },
    async list(path, most) {
      const handle = await ask<Buffer>(path, (answer) => sftp.opendir(path, answer));
      const entries: FolderEntry[] = [];
      for (let answers = 0; answers < mostListAnswers && entries.length <= most; answers++) {
        const names = await ask<readonly FileEntryWithStats[] | null>(path, (answer) =>
          sftp.readdir(handle, (error, list) => {
            if (error !== undefined && Reflect.get(error, 'code') === endOfFile) answer(undefined, null);
            else answer(error, list);
          }),
        );
        if (names === null) break;
        for (const { filename, attrs } of names) entries.push({ ...statOf(attrs), name: filename, link: attrs.isSymbolicLink() });
      }
      await ask<void>(path, (answer) => sftp.close(handle, (error) => answer(error, undefined)));
      return { entries: entries.slice(0, most), more: entries.length > most };
    },
    async open(path, how) {
      const flags = ({ read: 'r', write: 'r+', create: 'wx' } as const)[how];
      return fileOf(path, await ask<Buffer>(path, (answer) => sftp.open(path, flags, answer)));
    },
    async room(path) {
      try {
        const { f_bavail, f_frsize } = await ask<Record<string, unknown>>(path, (answer) => sftp.ext_openssh_statvfs(path, answer));
        const bytes = Number(f_bavail) * Number(f_frsize);
        return Number.isFinite(bytes) ? bytes : undefined;
      } catch {
        // An extension of OpenSSH's: others do not say.
        return undefined;
      }
    },
    rename: (from, to) => ask<void>(to, (answer) => sftp.rename(from, to, (error) => answer(error, undefined))),
    remove: (path) => ask<void>(path, (answer) => sftp.unlink(path, (error) => answer(error, undefined))),
    async close() {
      sftp.end();
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, farewellMs)))]);
      clearTimeout(timer);
    },
  };
}

function statOf(stats: Stats): FileStat {
  return { regular: stats.isFile(), bytes: stats.size, modifiedAt: stats.mtime * 1000 };
}

/** Offset and length of each block of so many bytes. */
function blocksOf(length: number): readonly (readonly [at: number, size: number])[] {
  return Array.from({ length: Math.ceil(length / blockBytes) }, (_, index) => {
    const at = index * blockBytes;
    return [at, Math.min(blockBytes, length - at)] as const;
  });
}
