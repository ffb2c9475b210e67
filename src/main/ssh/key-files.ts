import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';
import { messageOf } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** A private key file as it is: ready to log in with, or why not. */
export type KeyFile =
  | { readonly state: 'ready'; readonly path: string; readonly key: ParsedKey }
  | { readonly state: 'missing'; readonly path: string; readonly detail: string }
  | { readonly state: 'unreadable'; readonly path: string; readonly detail: string }
  /** `publicKey` is what its `.pub` file says, when there is one: the agent may hold the key. */
  | { readonly state: 'encrypted'; readonly path: string; readonly publicKey: Buffer | undefined }
  /** No private key, or of a type that Hum cannot use, such as one in a security token. */
  | { readonly state: 'unusable'; readonly path: string; readonly detail: string };

/**
 * The files that OpenSSH tries when none is named, in its order (ssh(1), `-i`), without the types that need a security token
 * (`_sk`), which ssh2 cannot use, and without DSA, which OpenSSH has dropped.
 */
export function defaultKeyFiles(home: string = homedir()): string[] {
  return ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => join(home, '.ssh', name));
}

/** `~/…` where the path is below the home directory: how people know their keys. */
export function shownPath(path: string, home: string = homedir()): string {
  return visibleText(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
}

/** An RSA key of 16384 bits is 12 kB in PEM. */
const largestKeyFile = 64 * 1024;

/** Hundreds of hosts share a few keys: each is parsed once, and again when its file changes. */
const cache = new Map<string, { readonly version: string; readonly file: KeyFile }>();
const cacheLimit = 256;

/** Reads a key file. Never throws: what is wrong with it is its state. */
export async function loadKeyFile(path: string): Promise<KeyFile> {
  try {
    const found = await stat(path);
    const { mtimeMs, size, ino } = found;
    // A device or a pipe may have no end, and its size says nothing.
    if (!found.isFile()) return { state: 'unusable', path, detail: 'It is not a regular file.' };
    if (size > largestKeyFile) return { state: 'unusable', path, detail: 'It is too large for a key.' };
    const version = `${mtimeMs} ${size} ${ino}`;
    const cached = cache.get(path);
    if (cached?.version === version) return cached.file;
    const file = await parseKeyFile(path, await readFile(path));
    if (cache.size >= cacheLimit) cache.clear();
    cache.set(path, { version, file });
    return file;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { state: code === 'ENOENT' ? 'missing' : 'unreadable', path, detail: messageOf(error) };
  }
}

async function parseKeyFile(path: string, text: Buffer): Promise<KeyFile> {
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined) return { state: 'unusable', path, detail: 'It holds no key.' };
  if (key instanceof Error) {
    // ssh2 tells an encrypted key from a damaged one in words only (lib/protocol/keyParser.js).
    if (/encrypted|passphrase/i.test(key.message)) return { state: 'encrypted', path, publicKey: await publicHalf(path) };
    return { state: 'unusable', path, detail: key.message };
  }
  if (!key.isPrivateKey()) return { state: 'unusable', path, detail: 'It holds a public key; the private one is needed.' };
  return { state: 'ready', path, key };
}

async function publicHalf(path: string): Promise<Buffer | undefined> {
  const file = `${path}.pub`;
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > largestKeyFile) return undefined;
  const text = await readFile(file).catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key === undefined || key instanceof Error ? undefined : key.getPublicSSH();
}
