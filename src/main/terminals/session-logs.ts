import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LogPiece, SessionLogView, TerminalSize } from '../../shared/contract/terminals.ts';
import { logNamePattern } from '../../shared/contract/terminals.ts';
import { HumError, messageOf, type Problem } from '../../shared/errors.ts';
import { logBroken, logGone, logUnreadable, logUnwritable, logWritten, tooManyLogs } from './failures.ts';
import { openSessionLog, type SessionLog } from './session-log.ts';

/** The logs of terminals that lie in a folder of this machine. Nothing removes one but a person. */
export interface SessionLogs {
  readonly folder: string;
  /** Begins one. @throws HumError `settings-unwritable`, `conflict` where there are too many */
  begin(title: string, size: TerminalSize, onEnd: (why: Problem) => void): Promise<SessionLog>;
  /** Newest first. @throws HumError `file-unreadable` */
  list(): Promise<readonly SessionLogView[]>;
  /** Whole lines from an offset on, 1 MiB at most. @throws HumError `not-found`, `file-unreadable` */
  read(name: string, offset: number): Promise<LogPiece>;
  /** @throws HumError `conflict` while it is written, `not-found`, `settings-unwritable` */
  remove(name: string): Promise<void>;
}

/** With 64 MiB each at most. */
const mostLogs = 500;
/** Longer than any line: a piece of 32 KiB whose every character is escaped takes 192 KiB. */
const pieceBytes = 2 ** 20;
const headBytes = 4096;

const header = z.object({ timestamp: z.number().min(0).max(8.64e12), title: z.string().catch('') });

export function openSessionLogs(folder: string): SessionLogs {
  const writing = new Set<string>();

  async function names(): Promise<readonly string[]> {
    try {
      return (await readdir(folder)).filter((name) => logNamePattern.test(name));
    } catch (error) {
      if (isMissing(error)) return [];
      throw new HumError(logUnreadable(messageOf(error)));
    }
  }

  async function viewOf(name: string): Promise<SessionLogView | null> {
    try {
      const [{ size: bytes, birthtimeMs }, head] = await Promise.all([stat(join(folder, name)), readAt(name, 0, headBytes)]);
      const read = headerOf(head);
      return {
        name,
        title: read?.title ?? '',
        startedAt: read === null ? birthtimeMs : read.timestamp * 1000,
        bytes,
        open: writing.has(name),
      };
    } catch {
      // It went away meanwhile, or is no file: it is not among them.
      return null;
    }
  }

  async function readAt(name: string, offset: number, length: number): Promise<Buffer> {
    const file = await open(join(folder, name));
    try {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  return {
    folder,
    async begin(title, size, onEnd) {
      if ((await names()).length >= mostLogs) throw new HumError(tooManyLogs(mostLogs, folder));
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
      } catch (error) {
        throw new HumError(logUnwritable(messageOf(error)));
      }
      const name = nameFor(title, new Date());
      const log = openSessionLog({ folder, name, title, size, onEnd });
      writing.add(name);
      return {
        ...log,
        async close() {
          await log.close();
          writing.delete(name);
        },
      };
    },
    async list() {
      const views = await Promise.all((await names()).slice(0, 2 * mostLogs).map(viewOf));
      return views
        .filter((view) => view !== null)
        .sort((left, right) => right.startedAt - left.startedAt || (left.name < right.name ? 1 : -1));
    },
    async read(name, offset) {
      const bytes = await readAt(name, offset, pieceBytes).catch((error: unknown) => {
        throw new HumError(isMissing(error) ? logGone : logUnreadable(messageOf(error)));
      });
      const length = bytes.lastIndexOf(0x0a) + 1;
      if (length === 0 && bytes.length === pieceBytes) throw new HumError(logBroken(name));
      return { text: bytes.toString('utf8', 0, length), next: bytes.length < pieceBytes ? null : offset + length };
    },
    async remove(name) {
      if (writing.has(name)) throw new HumError(logWritten);
      try {
        await rm(join(folder, name));
      } catch (error) {
        throw new HumError(isMissing(error) ? logGone : logUnwritable(messageOf(error)));
      }
    },
  };
}

function headerOf(head: Buffer): z.infer<typeof header> | null {
  try {
    return header.parse(JSON.parse(head.toString('utf8', 0, head.indexOf(0x0a))));
  } catch {
    return null;
  }
}

/** `2026-11-29T10-23-07-web01-3f9a.cast`: sorts by time, says of what, and is never there already. */
function nameFor(title: string, now: Date): string {
  const when = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const what = title.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 60);
  return `${when}-${what}-${randomBytes(3).toString('hex')}.cast`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
