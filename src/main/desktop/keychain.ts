import type { SafeStorage } from 'electron';
import { z } from 'zod';
import type { Vault } from '../prompts/vault.ts';
import { type Store, save } from '../storage/store.ts';

/** Of Electron's safeStorage what the vault needs. */
export type Keychain = Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> &
  Partial<Pick<SafeStorage, 'getSelectedStorageBackend'>>;

const kept = z.record(z.string(), z.string());
const answersSchema = z.array(z.string());

/**
 * Passphrases and passwords in a file that only the keychain of this account can read. Where Electron has no keychain (on Linux without
 * one it would use a password that everybody knows, `basic_text`), nothing is written, and the reason is told. The keychain is not asked
 * before the first question: it may have to be unlocked, and the first paint does not wait for that.
 */
export function keychainVault(keychain: Keychain, store: Store): Vault {
  const all = (): Readonly<Record<string, string>> => kept.safeParse(store.get('secrets')).data ?? {};
  let refusal: string | null | undefined;
  /** Proven wrong, even if the file could not be written to say so. */
  const dropped = new Set<string>();
  function refused(): string | null {
    refusal ??= whyNot(keychain);
    return refusal;
  }
  return {
    get remembering() {
      return { where: 'keychain', refusal: refused() } as const;
    },
    get(key) {
      const secret = all()[key];
      if (secret === undefined || dropped.has(key) || refused() !== null) return undefined;
      try {
        return answersSchema.parse(JSON.parse(keychain.decryptString(Buffer.from(secret, 'base64'))));
      } catch {
        // Written under another keychain: worth nothing here.
        return undefined;
      }
    },
    set(key, answers) {
      if (refused() !== null) return;
      const secret = keychain.encryptString(JSON.stringify(answers)).toString('base64');
      save(store, 'The answer was used, but could not be remembered.', () => store.set('secrets', { ...all(), [key]: secret }));
      dropped.delete(key);
    },
    delete(key) {
      const { [key]: gone, ...rest } = all();
      if (gone === undefined) return;
      dropped.add(key);
      try {
        store.set('secrets', rest);
      } catch {
        // It stays in the file, encrypted, and is not used again until Hum ends.
      }
    },
  };
}

function whyNot(keychain: Keychain): string | null {
  if (keychain.getSelectedStorageBackend?.() === 'basic_text') {
    return 'This desktop has no keychain (GNOME Keyring or KWallet) that Hum could use, and without one everybody who can read the file could read the secret.';
  }
  return keychain.isEncryptionAvailable() ? null : 'The keychain of this account cannot be used: it is locked, or not there.';
}
