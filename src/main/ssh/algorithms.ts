import { getCiphers } from 'node:crypto';
import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { assembleAlgorithms } from './config-values.ts';
import type { AlgorithmWishes } from './session.ts';

/**
 * AES-GCM first: ssh2 has it in OpenSSL, with the MAC inside (measured: 742–772 MiB/s). chacha20-poly1305 last: without
 * ssh2's native binding its Poly1305 is WebAssembly. Right name: what this crypto library calls it; Electron's BoringSSL lacks some.
 */
const ciphers: readonly (readonly [CipherAlgorithm, string])[] = [
  ['aes128-gcm@openssh.com', 'aes-128-gcm'],
  ['aes256-gcm@openssh.com', 'aes-256-gcm'],
  ['aes128-ctr', 'aes-128-ctr'],
  ['aes192-ctr', 'aes-192-ctr'],
  ['aes256-ctr', 'aes-256-ctr'],
  ['chacha20-poly1305@openssh.com', 'chacha20'],
];

/** The signature algorithms of each type of key; RSA signs with SHA-2 (RFC 8332), with SHA-1 only for hosts that know no better. */
const signatures: ReadonlyMap<string, readonly ServerHostKeyAlgorithm[]> = new Map<string, readonly ServerHostKeyAlgorithm[]>([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']],
]);

let supportedCiphers: CipherAlgorithm[] | undefined;

/**
 * What to offer a host. Key types that known_hosts has for it come first, as in OpenSSH's order_hostkeyalgs: else a host with several
 * keys would look new. Key exchange and MACs are ssh2's own; since 1.15 it also offers strict key exchange
 * (kex-strict-c-v00@openssh.com), which closes Terrapin, CVE-2023-48795, with every server that knows it.
 */
export function offeredAlgorithms(knownKeyTypes: readonly string[], wishes: AlgorithmWishes = {}): Algorithms {
  if (supportedCiphers === undefined) {
    const here = new Set(getCiphers());
    supportedCiphers = ciphers.flatMap(([name, native]) => (here.has(native) ? [name] : []));
  }
  const types = [...new Set([...knownKeyTypes.filter((type) => signatures.has(type)), ...signatures.keys()])];
  const serverHostKey = types.flatMap((type) => signatures.get(type) ?? []);
  return {
    cipher: wished(supportedCiphers, wishes.ciphers, supportedCiphers),
    serverHostKey: wished(serverHostKey, wishes.hostKeys, serverHostKey),
    ...(wishes.kex === undefined ? {} : { kex: wished(keyExchanges, wishes.kex, [...keyExchanges, ...oldKeyExchanges]) }),
    ...(wishes.macs === undefined ? {} : { hmac: wished(macs, wishes.macs, [...macs, ...oldMacs]) }),
  };
}

/** ssh2's own defaults (lib/protocol/constants.js), and what it can do besides, for hosts of another age. */
const keyExchanges: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group15-sha512',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group17-sha512',
  'diffie-hellman-group18-sha512',
];
const oldKeyExchanges: readonly KexAlgorithm[] = [
  'diffie-hellman-group-exchange-sha1',
  'diffie-hellman-group14-sha1',
  'diffie-hellman-group1-sha1',
];
const macs: readonly MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha1-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
  'hmac-sha1',
];
const oldMacs: readonly MacAlgorithm[] = [
  'hmac-md5',
  'hmac-sha2-256-96',
  'hmac-sha2-512-96',
  'hmac-ripemd160',
  'hmac-sha1-96',
  'hmac-md5-96',
];

/** Of what the person wishes what the library can do, in their order. Where it can do none of it, the handshake says so: nothing else is offered. */
function wished<T extends string>(defaults: readonly T[], text: string | undefined, possible: readonly T[]): T[] {
  const names = new Set(assembleAlgorithms(defaults, text));
  const ordered = [...names].flatMap((name) => possible.find((each) => each === name) ?? []);
  if (ordered.length > 0) return ordered;
  throw new HumError({
    code: 'no-common-algorithm',
    message: `ssh_config asks for algorithms that Hum does not have: ${visibleText(text ?? '', 200)}.`,
    hint: `What Hum has: ${possible.join(', ')}.`,
  });
}
