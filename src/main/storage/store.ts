import { HumError, messageOf } from '../../shared/errors.ts';

/**
 * One settings file of the console: a JSON object on disk, replaced atomically on each `set`.
 * The desktop shell hands in electron-store, the web shell its base `conf`; both have this shape.
 */
export interface Store {
  get(key: string): unknown;
  /** Returns after the file is on disk. Throws the file system's error when it cannot be written. */
  set(key: string, value: unknown): void;
  /** Where the file is. */
  readonly path: string;
}

/** Opens `<dir>/<name>.json`. Throws when the file is there but is no JSON: set it aside first (damaged.ts). */
export type OpenStore = (name: 'inventory' | 'settings' | 'host-keys' | 'trash' | 'snippets' | 'channels', dir: string) => Store;

/**
 * Runs `write`, which sets values in a store.
 * @throws HumError `settings-unwritable` with this message when the file cannot be written
 */
export function save(store: Store, message: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const hint = `Check the free space and the permissions of ${store.path}.`;
    throw new HumError({ code: 'settings-unwritable', message, hint, detail: messageOf(error) }, { cause: error });
  }
}
