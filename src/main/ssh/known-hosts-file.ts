import { createHmac, randomBytes } from 'node:crypto';
import type { HostKeyView } from '../../shared/contract/fleet.ts';
import { hostKeyType, viewHostKey } from './host-key.ts';
import { isPlainName, matchesPatternList } from './pattern.ts';

/** One line of known_hosts that holds a key. */
export interface KnownHostsEntry {
  readonly revoked: boolean;
  /** `@cert-authority`: the key is of one who signs the host's certificates. */
  readonly authority: boolean;
  readonly keyType: string;
  readonly base64: string;
  /** `file:line`, counted from 1. */
  readonly where: string;
  /** As it stands there. */
  readonly line: string;
}

/** The parsed text of one file: names at hand, patterns and hashes to be tried. */
export interface KnownHostsIndex {
  readonly byName: ReadonlyMap<string, readonly KnownHostsEntry[]>;
  readonly byPattern: readonly { readonly patterns: readonly string[]; readonly entry: KnownHostsEntry }[];
  readonly byHash: readonly { readonly salt: Buffer; readonly hash: string; readonly entry: KnownHostsEntry }[];
}

/** An RSA key of 16384 bits, OpenSSH's largest, is 2,800 characters of base64. */
const longestLine = 16 * 1024;

/** Reads sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT". A line that is none is passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownHostsIndex {
  const byName = new Map<string, KnownHostsEntry[]>();
  const byPattern: { patterns: string[]; entry: KnownHostsEntry }[] = [];
  const byHash: { salt: Buffer; hash: string; entry: KnownHostsEntry }[] = [];

  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.length > longestLine) continue;
    const fields = line.trim().split(/[ \t]+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [names, keyType, base64] = fields;
    if (names === undefined || keyType === undefined || base64 === undefined || names.startsWith('#')) continue;
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') continue;
    if (!isWholeKey(keyType, base64)) continue;
    const entry: KnownHostsEntry = {
      revoked: marker === '@revoked',
      authority: marker === '@cert-authority',
      keyType,
      base64,
      where: `${file}:${number}`,
      line,
    };

    if (names.startsWith('|')) {
      const [, magic, salt, hash] = names.split('|');
      if (magic === '1' && salt !== undefined && hash !== undefined) byHash.push({ salt: Buffer.from(salt, 'base64'), hash, entry });
      continue;
    }
    const patterns = names.toLowerCase().split(',');
    if (patterns.every(isPlainName)) {
      for (const name of patterns) {
        const entries = byName.get(name);
        if (entries === undefined) byName.set(name, [entry]);
        else entries.push(entry);
      }
    } else {
      byPattern.push({ patterns, entry });
    }
  }
  return { byName, byPattern, byHash };
}

/**
 * Whether a key is there to its end: fields of a length and as many bytes (RFC 4253 §6.6), the first of them the type. A full disk leaves
 * the first part of a line behind, which is no other key of the host.
 */
function isWholeKey(keyType: string, base64: string): boolean {
  const key = Buffer.from(base64, 'base64');
  let at = 0;
  while (at + 4 <= key.length) at += 4 + key.readUInt32BE(at);
  return at === key.length && hostKeyType(key) === keyType;
}

/** The lines that are about this name, `name` or `[name]:port`, in lower case. */
export function entriesFor(index: KnownHostsIndex, name: string): KnownHostsEntry[] {
  const found = [...(index.byName.get(name) ?? [])];
  for (const { patterns, entry } of index.byPattern) if (matchesPatternList(name, patterns)) found.push(entry);
  for (const { salt, hash, entry } of index.byHash) if (hashOf(name, salt) === hash) found.push(entry);
  return found;
}

/** The first field of a line that hides its name, HashKnownHosts of ssh_config(5): |1|salt|HMAC-SHA1(salt, name). */
export function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${hashOf(name, salt)}`;
}

function hashOf(name: string, salt: Buffer): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

/** Whether the line's key is this one, compared as blobs (RFC 4253 §6.6). */
export function entryHolds(entry: KnownHostsEntry, key: Buffer): boolean {
  return key.equals(Buffer.from(entry.base64, 'base64'));
}

/** The line's key as people compare it. Its type is what the line says. */
export function viewEntry(entry: KnownHostsEntry): HostKeyView & { readonly where: string; readonly line: string } {
  return { ...viewHostKey(Buffer.from(entry.base64, 'base64')), type: entry.keyType, where: entry.where, line: entry.line };
}
