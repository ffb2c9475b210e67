import Conf from 'conf';
import type { OpenStore } from '../storage/store.ts';

/** Settings files by `conf`, the base of electron-store: importing electron-store itself in plain Node tries to fetch Electron. */
export const openConfStore: OpenStore = (name, dir) =>
  new Conf<Record<string, unknown>>({
    cwd: dir,
    configName: name,
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
  });
