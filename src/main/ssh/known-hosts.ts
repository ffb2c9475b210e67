import { readFileSync, statSync } from 'node:fs';
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostKeyView } from '../../shared/contract/fleet.ts';
import { HumError, messageOf } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostKeyName, hostKeyType } from './host-key.ts';
import {
  entriesFor,
  entryHolds,
  hashedName,
  type KnownHostsEntry,
  type KnownHostsIndex,
  parseKnownHosts,
  viewEntry,
} from './known-hosts-file.ts';
import { shownWord } from './quote.ts';

export type KnownKey = HostKeyView & { readonly where: string; readonly line: string };

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changed'; readonly knownKeys: readonly KnownKey[] }
  | { readonly kind: 'revoked'; readonly knownKeys: readonly KnownKey[] }
  /** Only certificates of an authority are trusted for this host (`@cert-authority`), and ssh2 knows none. `where`: `file:line`. */
  | { readonly kind: 'certificate'; readonly where: string };

/** Under which name known_hosts keeps the keys of a target. */
export function knownName({ address, port, hostKeyAlias }: { address: string; port: number; hostKeyAlias?: string | undefined }): {
  address: string;
  port: number;
} {
  return hostKeyAlias === undefined ? { address, port } : { address: hostKeyAlias, port: 22 };
}

/** How a key is kept: in a line that names the host, in one that hides its name (HashKnownHosts of ssh_config(5)), or in memory, until Hum ends. */
export type KeyKeeping = 'named' | 'hashed' | 'in-memory';

/** How a target's key is kept once it is trusted. */
export function keepingOf({ hashKnownHosts }: { hashKnownHosts?: boolean | undefined }): KeyKeeping {
  return hashKnownHosts === true ? 'hashed' : 'named';
}

/** The known_hosts files of this account, in OpenSSH's format and with its rules. */
export interface KnownHosts {
  /** Judges a key (its blob, RFC 4253 §6.6) as check_host_key in OpenSSH's sshconnect.c does. */
  check(address: string, port: number, key: Buffer): HostKeyVerdict;
  /** The types of the keys that are known for it and not revoked, so that those are asked for first (order_hostkeyalgs in sshconnect2.c). */
  keyTypesFor(address: string, port: number): readonly string[];
  /**
   * Keeps a key, unless it is known by now. Default: `named`.
   * @throws HumError `known-hosts-unwritable`
   */
  append(address: string, port: number, key: Buffer, keeping?: KeyKeeping): Promise<void>;
  /**
   * Takes these lines out, if they are still what they were, and leaves every other byte of the file.
   * @throws HumError `known-hosts-unwritable`, `conflict` when the file has changed
   */
  remove(lines: readonly Pick<KnownKey, 'where' | 'line'>[]): Promise<void>;
  /** Called after each key that `append` added. Returns the way to stop listening. */
  onAppend(listener: () => void): () => void;
}

/** More than any known_hosts holds; what is longer is read up to here. */
const largestFile = 32 * 1024 * 1024;

/** Files that are not there are empty. They are read again when their size or time of change differs. */
export function createKnownHosts({ files, appendTo }: { files: readonly string[]; appendTo: string }): KnownHosts {
  const sources = (files.includes(appendTo) ? files : [...files, appendTo]).map(createSource);
  const listeners = new Set<() => void>();
  let appending: Promise<void> = Promise.resolve();
  /** Keys that are trusted until Hum ends. A revoked or changed one never gets here: only unknown ones are asked about. */
  const inMemory = new Set<string>();

  const find = (name: string): KnownHostsEntry[] => sources.flatMap((source) => source(name));

  /** check_hostkeys_by_key_or_type in hostfile.c: where other keys are known, this one is a change, be it of another type. */
  function judge(name: string, key: Buffer): HostKeyVerdict {
    const all = find(name);
    const entries = all.filter((entry) => !entry.authority);
    const revoked = entries.filter((entry) => entry.revoked && entryHolds(entry, key));
    if (revoked.length > 0) return { kind: 'revoked', knownKeys: revoked.map(viewEntry) };
    const valid = entries.filter((entry) => !entry.revoked);
    if (valid.some((entry) => entryHolds(entry, key))) return { kind: 'known' };
    if (valid.length > 0) return { kind: 'changed', knownKeys: valid.map(viewEntry) };
    const [authority] = all.filter((entry) => entry.authority && !entry.revoked);
    if (authority !== undefined) return { kind: 'certificate', where: authority.where };
    return { kind: 'unknown' };
  }

  function check(address: string, port: number, key: Buffer): HostKeyVerdict {
    if (inMemory.has(memoryKey(address, port, key))) return { kind: 'known' };
    const verdict = judge(hostKeyName(address, port), key);
    if (verdict.kind !== 'unknown' || port === 22) return verdict;
    // sshconnect.c, "checking without port identifier": a host known by its bare name is known on its other ports too.
    const bare = judge(hostKeyName(address, 22), key);
    return bare.kind === 'known' || bare.kind === 'revoked' ? bare : verdict;
  }

  async function addLine(address: string, port: number, key: Buffer, keeping: KeyKeeping): Promise<void> {
    if (check(address, port, key).kind === 'known') return;
    const name = hostKeyName(address, port);
    const line = `${keeping === 'hashed' ? hashedName(name) : name} ${hostKeyType(key)} ${key.toString('base64')}\n`;
    try {
      await appendLine(appendTo, line);
    } catch (error) {
      throw unwritable(appendTo, `The host key could not be stored in ${appendTo}.`, error);
    }
    for (const listener of [...listeners]) listener();
  }

  return {
    check,
    keyTypesFor(address, port) {
      const entries = find(hostKeyName(address, port));
      const used = entries.length > 0 || port === 22 ? entries : find(hostKeyName(address, 22));
      const revoked = new Set(used.flatMap((entry) => (entry.revoked ? [entry.base64] : [])));
      const good = used.filter((entry) => !revoked.has(entry.base64) && !entry.authority);
      return [...new Set(good.map((entry) => entry.keyType))];
    },
    append(address, port, key, keeping = 'named') {
      if (keeping === 'in-memory') {
        if (check(address, port, key).kind === 'unknown') inMemory.add(memoryKey(address, port, key));
        for (const listener of [...listeners]) listener();
        return Promise.resolve();
      }
      const done = appending.then(() => addLine(address, port, key, keeping));
      appending = done.catch(() => undefined);
      return done;
    },
    remove(lines) {
      const done = appending.then(async () => {
        const byFile = Map.groupBy(lines, ({ where }) => where.replace(/:\d+$/, ''));
        for (const [file, those] of byFile) await takeOut(file, those);
      });
      appending = done.catch(() => undefined);
      return done;
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function memoryKey(address: string, port: number, key: Buffer): string {
  return `${hostKeyName(address, port)} ${key.toString('base64')}`;
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

/** Writes the file anew without these lines, and puts it in the place of the old one with the same owner and mode. */
async function takeOut(file: string, lines: readonly Pick<KnownKey, 'where' | 'line'>[]): Promise<void> {
  const gone = new Map(lines.map(({ where, line }) => [Number(where.slice(file.length + 1)), line]));
  let fresh: string | undefined;
  try {
    // The file itself, where somebody has put a link in its place.
    const real = await realpath(file);
    const { mode, uid, gid } = await stat(real);
    const before = (await readFile(real, 'latin1')).split('\n');
    for (const [number, line] of gone) if (before[number - 1] !== line) throw changedMeanwhile(file);
    fresh = `${real}.hum-${process.pid}`;
    const handle = await open(fresh, 'wx', mode & 0o777);
    try {
      await handle.chown(uid, gid);
      await handle.writeFile(before.filter((_, index) => !gone.has(index + 1)).join('\n'), 'latin1');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, real);
  } catch (error) {
    if (fresh !== undefined) await rm(fresh, { force: true }).catch(() => undefined);
    throw error instanceof HumError ? error : unwritable(file, `The old key could not be taken out of ${file}.`, error);
  }
}

function changedMeanwhile(file: string): HumError {
  return new HumError({
    code: 'conflict',
    message: `${visibleText(file)} has changed since the key was looked at; nothing was taken out.`,
    hint: 'Reconnect the host, and look again.',
  });
}

function unwritable(file: string, message: string, error: unknown): HumError {
  return new HumError(
    {
      code: 'known-hosts-unwritable',
      message: visibleText(message),
      hint: `Check who may write it: ls -ld ${shownWord(dirname(file))} ${shownWord(file)}`,
      detail: messageOf(error),
    },
    { cause: error },
  );
}
