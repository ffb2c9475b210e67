import type { HostRow, OfferedKeyView } from '../../shared/contract/fleet.ts';

type HostAndStatus = Pick<HostRow, 'host' | 'status'>;

/** A host whose key waits for a person's decision. */
export interface UnknownKey {
  readonly id: string;
  readonly name: string;
  /** Whose key it is, `address:port`: the host, or a jump host before it. */
  readonly place: string;
  readonly jump: boolean;
  readonly type: string;
  readonly fingerprint: string;
  readonly art: string;
}

/** Those of the rows that offer a key nobody has trusted yet. */
export function unknownKeys(rows: readonly HostAndStatus[]): readonly UnknownKey[] {
  return rows.flatMap(({ host, status }) =>
    status.state === 'host-key-unknown' && status.offeredKey
      ? [{ id: host.id, name: host.name, ...placeOf(host, status.offeredKey.of), ...pick(status.offeredKey) }]
      : [],
  );
}

/** The key of a jump host is one key, however many hosts are behind it: the first of them stands for all. */
export function withoutRepeats(keys: readonly UnknownKey[]): readonly UnknownKey[] {
  const seen = new Set<string>();
  return keys.filter(({ place, fingerprint, jump }) => {
    if (!jump) return true;
    const known = seen.has(`${place} ${fingerprint}`);
    seen.add(`${place} ${fingerprint}`);
    return !known;
  });
}

function placeOf(host: { readonly address: string; readonly port: number }, of: string | undefined): { place: string; jump: boolean } {
  const own = `${host.address.includes(':') ? `[${host.address}]` : host.address}:${host.port}`;
  return { place: of ?? own, jump: of !== undefined };
}

function pick({ type, fingerprint, art }: OfferedKeyView): { type: string; fingerprint: string; art: string } {
  return { type, fingerprint, art };
}

/** A fingerprint as its algorithm and groups of four characters, so that an eye can keep its place. Joined they are the fingerprint. */
export function fingerprintGroups(fingerprint: string): { readonly algorithm: string; readonly groups: readonly string[] } {
  const colon = fingerprint.indexOf(':') + 1;
  return { algorithm: fingerprint.slice(0, colon), groups: fingerprint.slice(colon).match(/.{1,4}/gsu) ?? [] };
}

/** The host's own key file that `ssh-keygen -lf` is to read, by key type. Null for a type that OpenSSH keeps in no file of its own. */
export function hostKeyFile(type: string): string | null {
  if (type === 'ssh-ed25519') return '/etc/ssh/ssh_host_ed25519_key.pub';
  if (type === 'ssh-rsa' || type.startsWith('rsa-sha2-')) return '/etc/ssh/ssh_host_rsa_key.pub';
  if (type.startsWith('ecdsa-sha2-')) return '/etc/ssh/ssh_host_ecdsa_key.pub';
  return null;
}

/**
 * The commands that forget the old keys, one for each known_hosts file that has one. ssh-keygen(1) `-R`; an address on another port than
 * 22 is written `[address]:port` there (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
 */
export function forgetKeyCommands(row: HostAndStatus): readonly string[] {
  const { address, port } = row.host;
  const name = port === 22 ? address : `[${address}]:${port}`;
  const files = new Set((row.status.knownKeys ?? []).map((key) => key.where.replace(/:\d+$/, '')));
  return [...files].map((file) => `ssh-keygen -f ${quoted(file)} -R ${quoted(name)}`);
}

function quoted(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
