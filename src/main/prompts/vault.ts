import type { Remembering } from '../../shared/contract/prompts.ts';

/** Where answers are remembered. Each shell hands in its own; what is in it never leaves the main process. */
export interface Vault {
  readonly remembering: Remembering;
  get(key: string): readonly string[] | undefined;
  /** Does nothing where `remembering.refusal` says so. @throws HumError `settings-unwritable` */
  set(key: string, answers: readonly string[]): void;
  delete(key: string): void;
}

/** A vault that ends with the process: the web shell has no keychain to ask. */
export function memoryVault(): Vault {
  const kept = new Map<string, readonly string[]>();
  return {
    remembering: { where: 'memory', refusal: null },
    get: (key) => kept.get(key),
    set: (key, answers) => void kept.set(key, answers),
    delete: (key) => void kept.delete(key),
  };
}
