import { open } from 'node:fs/promises';
import type { Channel, NagiosSource, SecretState } from '../../shared/contract/channels.ts';
import { HumError, messageOf } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** Where secrets are kept: the vault of the shell, of which this is what is needed (prompts/vault.ts). */
export interface SecretVault {
  readonly remembering: { readonly where: 'keychain' | 'memory'; readonly refusal: string | null };
  get(key: string): readonly string[] | undefined;
  set(key: string, answers: readonly string[]): void;
  delete(key: string): void;
}

/** Whose secret it is: of a channel or of a Nagios that is read. */
export type Owner = Channel | NagiosSource;

/** The secrets of channels. None of them is ever handed to the page. */
export interface ChannelSecrets {
  state(owner: Owner): SecretState;
  /** Keeps a secret, until Hum ends where the vault cannot. @throws HumError `settings-unwritable` */
  keep(owner: Owner, secret: string): void;
  /** The secret to send with; undefined where none is needed. @throws HumError `secret-missing`, `file-unreadable` */
  read(owner: Owner): Promise<string | undefined>;
  forget(owner: Owner): void;
  /** Forgets the secret of what an owner was before, where that belonged to another address. */
  moved(before: Owner, after: Owner): void;
}

const longestSecret = 4096;

export function createChannelSecrets(vault: SecretVault): ChannelSecrets {
  /** Of those that the vault does not take. */
  const untilTheEnd = new Map<string, string>();
  /** Which the vault has: its keychain is not asked for each look at the page. */
  const present = new Map<string, boolean>();
  const kept = (owner: Owner) => vault.get(keyOf(owner))?.[0] ?? untilTheEnd.get(keyOf(owner));
  function forget(owner: Owner): void {
    untilTheEnd.delete(keyOf(owner));
    present.delete(keyOf(owner));
    vault.delete(keyOf(owner));
  }
  return {
    state(owner) {
      if (!needsSecret(owner)) return 'unneeded';
      if (fileOf(owner) !== '') return 'file';
      if (untilTheEnd.has(keyOf(owner))) return 'memory';
      const known = present.get(keyOf(owner)) ?? vault.get(keyOf(owner)) !== undefined;
      present.set(keyOf(owner), known);
      return known ? vault.remembering.where : 'missing';
    },
    keep(owner, secret) {
      const key = keyOf(owner);
      if (vault.remembering.refusal !== null) untilTheEnd.set(key, secret);
      else vault.set(key, [secret]);
      present.delete(key);
    },
    async read(owner) {
      if (!needsSecret(owner)) return undefined;
      const file = fileOf(owner);
      const secret = file === '' ? kept(owner) : await firstLine(file);
      if (secret !== undefined) return secret;
      throw new HumError({
        code: 'secret-missing',
        message: `Hum does not have the secret of “${visibleText(owner.name, 80)}”.`,
        hint:
          vault.remembering.where === 'memory'
            ? 'Enter it again: this shell keeps secrets until it ends. Or let it be read from a file.'
            : 'Enter it in the channel. It belongs to the address that it was entered for.',
      });
    },
    forget,
    moved(before, after) {
      if (keyOf(before) !== keyOf(after) || !needsSecret(after)) forget(before);
    },
  };
}

export function needsSecret(owner: Owner): boolean {
  switch (owner.kind) {
    case 'feed':
    case 'webhook':
      return owner.signIn.kind !== 'none';
    case 'nrdp':
    case 'slack':
      return true;
    case 'mail':
    case 'cgi':
      return owner.user !== '';
    default:
      return false;
  }
}

/**
 * The vault's name of a secret. It holds the address that the secret was entered for: a page that changes the address does not thereby send the
 * secret there.
 */
function keyOf(owner: Owner): string {
  return `channel ${owner.id} ${addressOf(owner)}`;
}

function addressOf(owner: Owner): string {
  switch (owner.kind) {
    case 'feed':
    case 'webhook':
    case 'nrdp':
    case 'cgi':
      return new URL(owner.url).origin;
    case 'mail':
      return `${owner.server.toLowerCase()}:${owner.port} ${owner.security}`;
    default:
      return '';
  }
}

function fileOf(owner: Owner): string {
  return 'secretFile' in owner ? owner.secretFile : '';
}

/** Of a regular file: a pipe or a device would never end. */
async function firstLine(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      if (!(await file.stat()).isFile()) throw new Error('It is no regular file.');
      const { buffer, bytesRead } = await file.read(Buffer.alloc(longestSecret + 1), 0, longestSecret + 1, 0);
      const [line = ''] = buffer.subarray(0, bytesRead).toString('utf8').split(/\r?\n/);
      const secret = line.trim();
      if (secret === '' || secret.length > longestSecret || /\p{Cc}/u.test(secret)) throw new Error('Its first line is no secret.');
      return secret;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new HumError(
      {
        code: 'file-unreadable',
        message: `The secret cannot be read from ${visibleText(path, 300)}.`,
        hint: 'Its first line is the secret. Check that it is there and that the account of Hum may read it.',
        detail: visibleText(messageOf(error)),
      },
      { cause: error },
    );
  }
}
