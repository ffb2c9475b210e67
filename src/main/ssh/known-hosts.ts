import { readFileSync, statSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostKeyView } from '../../shared/contract/fleet.ts';
import { HumError, messageOf } from '../../shared/errors.ts';
import { hostKeyName, hostKeyType } from './host-key.ts';
import { entriesFor, entryHolds, type KnownHostsEntry, type KnownHostsIndex, parseKnownHosts, viewEntry } from './known-hosts-file.ts';
import { shownWord } from './quote.ts';

export type KnownKey = HostKeyView & { readonly where: string };

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  /** `otherTypes`: keys of other types that known_hosts has for this host. OpenSSH calls the host new then, and says so; so do we. */
  | { readonly kind: 'unknown'; readonly otherTypes: readonly KnownKey[] }
  | { readonly kind: 'changed'; readonly knownKeys: readonly KnownKey[] }
  | { readonly kind: 'revoked'; readonly knownKeys: readonly KnownKey[] };

/** The known_hosts files of this account, in OpenSSH's format and with its rules. */
export interface KnownHosts {
  /** Judges a key (its blob, RFC 4253 §6.6) as check_host_key in OpenSSH's sshconnect.c does. */
  check(address: string, port: number, key: Buffer): HostKeyVerdict;
  /** The types of the keys that are known for it, so that those are asked for first. */
  keyTypesFor(address: string, port: number): readonly string[];
  /**
   * Adds one line, unless the key is known by now.
   * @throws HumError `known-hosts-unwritable`
   */
  append(address: string, port: number, key: Buffer): Promise<void>;
  /** Called after each line that `append` added. Returns the way to stop listening. */
  onAppend(listener: () => void): () => void;
}

/** More than any known_hosts holds; what is longer is read up to here. */
const largestFile = 32 * 1024 * 1024;

/** Files that are not there are empty. They are read again when their size or time of change differs. */
export function createKnownHosts({ files, appendTo }: { files: readonly string[]; appendTo: string }): KnownHosts {
  const sources = (files.includes(appendTo) ? files : [...files, appendTo]).map(createSource);
  const listeners = new Set<() => void>();
  let appending: Promise<void> = Promise.resolve();

  const find = (name: string): KnownHostsEntry[] => sources.flatMap((source) => source(name));

  /** check_host_keys_by_key_or_type in hostfile.c: a key of the same type that differs is a change; other types do not count. */
  function judge(name: string, key: Buffer): HostKeyVerdict {
    const type = hostKeyType(key);
    const entries = find(name);
    const revoked = entries.filter((entry) => entry.revoked && entryHolds(entry, key));
    if (revoked.length > 0) return { kind: 'revoked', knownKeys: revoked.map(viewEntry) };
    const valid = entries.filter((entry) => !entry.revoked);
    const same = valid.filter((entry) => entry.keyType === type);
    if (same.some((entry) => entryHolds(entry, key))) return { kind: 'known' };
    if (same.length > 0) return { kind: 'changed', knownKeys: same.map(viewEntry) };
    return { kind: 'unknown', otherTypes: valid.map(viewEntry) };
  }

  function check(address: string, port: number, key: Buffer): HostKeyVerdict {
    const verdict = judge(hostKeyName(address, port), key);
    if (verdict.kind !== 'unknown' || port === 22) return verdict;
    // sshconnect.c, "checking without port identifier": a host known by its bare name is known on its other ports too.
    const bare = judge(hostKeyName(address, 22), key);
    return bare.kind === 'known' || bare.kind === 'revoked' ? bare : verdict;
  }

  async function addLine(address: string, port: number, key: Buffer): Promise<void> {
    if (check(address, port, key).kind === 'known') return;
    const line = `${hostKeyName(address, port)} ${hostKeyType(key)} ${key.toString('base64')}\n`;
    try {
      await appendLine(appendTo, line);
    } catch (error) {
      throw new HumError(
        {
          code: 'known-hosts-unwritable',
          message: `The host key could not be stored in ${appendTo}.`,
          hint: `Check who may write it: ls -ld ${shownWord(dirname(appendTo))} ${shownWord(appendTo)}`,
          detail: messageOf(error),
        },
        { cause: error },
      );
    }
    for (const listener of [...listeners]) listener();
  }

  return {
    check,
    keyTypesFor(address, port) {
      const entries = find(hostKeyName(address, port));
      const used = entries.length > 0 || port === 22 ? entries : find(hostKeyName(address, 22));
      return [...new Set(used.filter((entry) => !entry.revoked).map((entry) => entry.keyType))];
    },
    append(address, port, key) {
      const done = appending.then(() => addLine(address, port, key));
      appending = done.catch(() => undefined);
      return done;
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** One file as a function from a name to its lines, read again only when it has changed. */
function createSource(file: string): (name: string) => readonly KnownHostsEntry[] {
  let version = '';
  let index: KnownHostsIndex = parseKnownHosts('', file);
  // A name costs one HMAC for each hashed line, and is asked for twice in each handshake.
  let found = new Map<string, readonly KnownHostsEntry[]>();
  return (name) => {
    const now = fileVersion(file);
    if (now !== version) {
      version = now;
      index = parseKnownHosts(readText(file), file);
      found = new Map();
    }
    const known = found.get(name) ?? entriesFor(index, name);
    found.set(name, known);
    return known;
  };
}

function fileVersion(file: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(file, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch {
    return '';
  }
}

function readText(file: string): string {
  try {
    // Somebody may have pointed it at /dev/null, or at a pipe that never ends.
    return statSync(file).isFile() ? readFileSync(file, 'latin1').slice(0, largestFile) : '';
  } catch {
    // As OpenSSH: a file that cannot be read knows no host, and the person is asked.
    return '';
  }
}

async function appendLine(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    // One write with O_APPEND: no other program's line ends up inside ours.
    await handle.appendFile(size > 0 && last[0] !== 0x0a ? `\n${line}` : line);
  } finally {
    await handle.close();
  }
}
