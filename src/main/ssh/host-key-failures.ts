import type { HostKeyView } from '../../shared/contract/fleet.ts';
import type { HumError } from '../../shared/errors.ts';
import { failure, type Place, shownPlace } from './failures.ts';
import { hostKeyName } from './host-key.ts';
import { type HostKeyVerdict, type KnownKey, knownName } from './known-hosts.ts';
import { shownWord } from './quote.ts';
import type { Target } from './session.ts';

/** A key that was not accepted, and everything a person needs to judge it. */
export interface RefusedKey {
  readonly error: HumError;
  readonly key: Buffer;
  /** Whose key it is: the host, or a jump host before it. */
  readonly target: Target;
  readonly offered: HostKeyView;
  readonly knownKeys: readonly KnownKey[];
}

/** The refusal that a verdict means; undefined for a known key. */
export function refusalOf(place: Target, key: Buffer, offered: HostKeyView, verdict: HostKeyVerdict): RefusedKey | undefined {
  const about = { key, offered, target: place };
  switch (verdict.kind) {
    case 'known':
      return undefined;
    case 'unknown':
      return { ...about, error: unknownKey(place, offered), knownKeys: [] };
    case 'changed':
      return { ...about, error: changedKey(place, offered, verdict.knownKeys), knownKeys: verdict.knownKeys };
    case 'revoked':
      return { ...about, error: revokedKey(place, offered, verdict.knownKeys), knownKeys: verdict.knownKeys };
    case 'certificate':
      return { ...about, error: onlyCertificates(place, offered, verdict.where), knownKeys: [] };
  }
}

function unknownKey(place: Place, offered: HostKeyView): HumError {
  return failure(
    place,
    'host-key-unknown',
    `${shownPlace(place)} shows the ${offered.type} key ${offered.fingerprint}, which known_hosts does not have.`,
    'Compare it with what the host itself says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub (or the file of its type). Then trust it, or not.',
  );
}

function onlyCertificates(place: Place, offered: HostKeyView, where: string): HumError {
  return failure(
    place,
    'host-certificate',
    `For ${shownPlace(place)} only certificates of an authority are trusted (@cert-authority in ${where}), and Hum's SSH library cannot check certificates.`,
    `Hum refuses the host rather than trust its plain key (${offered.type} ${offered.fingerprint}). To let it in all the same, put that key into known_hosts as a line of its own.`,
  );
}

function changedKey(place: Target, offered: HostKeyView, known: readonly KnownKey[]): HumError {
  const { address, port } = knownName(place);
  const name = shownWord(hostKeyName(address, port));
  const file = shownWord((known[0]?.where ?? '').replace(/:\d+$/, ''));
  return failure(
    place,
    'host-key-changed',
    `The host key of ${shownPlace(place)} is not the one that known_hosts has.`,
    `Either the host was installed anew, or somebody sits in between. Only when the new key is right, forget the old one: ssh-keygen -f ${file} -R ${name}`,
    `offered ${offered.fingerprint} (${offered.type}); known ${shownKeys(known)}`,
  );
}

function revokedKey(place: Place, offered: HostKeyView, known: readonly KnownKey[]): HumError {
  return failure(
    place,
    'host-key-revoked',
    `${shownPlace(place)} shows the ${offered.type} key ${offered.fingerprint}, which is marked as revoked in ${known.map((key) => key.where).join(', ')}.`,
    'This key must not be trusted any more. Give the host a new key: ssh-keygen -A after removing the old one, then restart sshd.',
  );
}

function shownKeys(keys: readonly KnownKey[]): string {
  return keys
    .slice(0, 8)
    .map((key) => `${key.fingerprint} (${key.type}, ${key.where})`)
    .join(', ');
}
