import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';
import { messageOf } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostKeyType } from './host-key.ts';
import { fromPkcs8, isPkcs8 } from './pkcs8.ts';

/** A private key file as it is: ready to log in with, or why not. */
export type KeyFile =
  | { readonly state: 'ready'; readonly path: string; readonly key: ParsedKey }
  | { readonly state: 'missing'; readonly path: string; readonly detail: string }
  | { readonly state: 'unreadable'; readonly path: string; readonly detail: string }
  /** `publicKey` is what the file or its `.pub` tells without the passphrase: the agent may hold the key, and the host says whether it would do. */
  | { readonly state: 'encrypted'; readonly path: string; readonly publicKey: ParsedKey | undefined }
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

/**
 * Opens an encrypted key file. `wrong` is a passphrase that does not fit; the key is derived again only for another file or passphrase,
 * because that costs a quarter of a second of CPU by design (bcrypt_pbkdf).
 */
export async function unlockKeyFile(path: string, passphrase: string): Promise<ParsedKey | 'wrong'> {
  const { mtimeMs, size, ino } = await stat(path);
  const id = createHash('sha256').update(`${path}\0${mtimeMs} ${size} ${ino}\0${passphrase}`).digest('hex');
  const known = unlocked.get(id);
  if (known !== undefined) return known;
  const key = parseKey(await readFile(path), passphrase);
  if (key === undefined || key instanceof Error || !key.isPrivateKey()) return 'wrong';
  if (unlocked.size >= cacheLimit) unlocked.clear();
  unlocked.set(id, key);
  return key;
}

const unlocked = new Map<string, ParsedKey>();

async function parseKeyFile(path: string, text: Buffer): Promise<KeyFile> {
  const key = parseKey(text);
  if (key === undefined) return { state: 'unusable', path, detail: 'It holds no key.' };
  if (key instanceof Error) {
    // ssh2 tells an encrypted key from a damaged one in words only (lib/protocol/keyParser.js).
    if (/encrypted|passphrase/i.test(key.message))
      return { state: 'encrypted', path, publicKey: publicPart(text) ?? (await publicHalf(path)) };
    return { state: 'unusable', path, detail: key.message };
  }
  if (!key.isPrivateKey()) return { state: 'unusable', path, detail: 'It holds a public key; the private one is needed.' };
  return { state: 'ready', path, key };
}

function parseKey(text: Buffer | string, passphrase?: string): ParsedKey | Error | undefined {
  const plain = isPkcs8(text) ? fromPkcs8(text.toString(), passphrase) : text;
  if (plain instanceof Error) return plain;
  try {
    const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(plain, passphrase);
    return Array.isArray(parsed) ? parsed[0] : parsed;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The public key that stands in clear at the beginning of OpenSSH's own format, whatever encrypts the rest (PROTOCOL.key). */
function publicPart(text: Buffer): ParsedKey | undefined {
  const body = /^-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text.toString('latin1'))?.[1];
  if (body === undefined) return undefined;
  const data = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (data.toString('latin1', 0, magic.length) !== magic) return undefined;
  let at = magic.length;
  const field = (): Buffer | undefined => {
    if (at + 4 > data.length) return undefined;
    const end = at + 4 + data.readUInt32BE(at);
    const found = end > data.length ? undefined : data.subarray(at + 4, end);
    at = end;
    return found;
  };
  // Cipher, key derivation, its options, the number of keys, the first key.
  for (let skipped = 0; skipped < 3; skipped += 1) field();
  at += 4;
  const blob = field();
  if (blob === undefined) return undefined;
  const key = parseKey(`${hostKeyType(blob)} ${blob.toString('base64')}`);
  return key instanceof Error ? undefined : key;
}

async function publicHalf(path: string): Promise<ParsedKey | undefined> {
  const file = `${path}.pub`;
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > largestKeyFile) return undefined;
  const text = await readFile(file).catch(() => undefined);
  const key = text === undefined ? undefined : parseKey(text);
  return key instanceof Error ? undefined : key;
}
