import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HumError, messageOf } from '../../shared/errors.ts';

export interface DataDir {
  readonly path: string;
  release(): void;
}

/**
 * Makes the data folder, mode 0700. The shells need it, for their log above all, before there is a console to claim it.
 * @throws HumError `settings-unwritable` when it cannot be made or written to.
 */
export function makeDataDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw unusable(path, error);
  }
}

/**
 * Makes the data folder and claims it for this process. The claim is a lock that SQLite holds on a file: the operating system drops it
 * when the process ends, however it ends, so a `kill -9` leaves nothing to clean up.
 * @throws HumError `conflict` when another Hum holds it, `settings-unwritable` when the folder cannot be used.
 */
export function claimDataDir(path: string): DataDir {
  makeDataDir(path);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(path, 'lock.sqlite'), { timeout: 0 });
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (error instanceof Error && /locked/.test(error.message)) {
      throw new HumError({
        code: 'conflict',
        message: `Another Hum is using the data folder ${path}.`,
        hint: 'Close it first, or start this one with --data and another folder.',
      });
    }
    throw unusable(path, error);
  }
  const held = lock;
  removeHalfWritten(path);
  return { path, release: () => held.close() };
}

/** What a killed Hum was writing when it ended: `conf` writes to `<file>.tmp-<number>` first. The file itself is whole. */
function removeHalfWritten(path: string): void {
  for (const name of readdirSync(path)) {
    if (/^(?:inventory|settings)\.json\.tmp-[0-9a-f]+$/.test(name)) rmSync(join(path, name), { force: true });
  }
}

function unusable(path: string, error: unknown): HumError {
  return new HumError(
    {
      code: 'settings-unwritable',
      message: `The data folder ${path} cannot be used.`,
      hint: 'Check its owner and permissions and the free space, or start Hum with --data and another folder.',
      detail: messageOf(error),
    },
    { cause: error },
  );
}
