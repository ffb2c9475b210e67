import ElectronStore from 'electron-store';
import type { Store } from '../storage/store.ts';

/** Settings files by electron-store: the console's, `window` for where the window stood, `secrets` for what only the keychain can read. Damaged ones throw, as storage/store.ts says. */
export function openElectronStore(
  name: 'inventory' | 'settings' | 'host-keys' | 'trash' | 'snippets' | 'channels' | 'window' | 'secrets',
  dir: string,
): Store {
  return new ElectronStore<Record<string, unknown>>({
    cwd: dir,
    name,
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: name === 'window' || name === 'secrets',
  });
}
