import { getCiphers } from 'node:crypto';
import type { Algorithms, CipherAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';

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
export function offeredAlgorithms(knownKeyTypes: readonly string[]): Algorithms {
  if (supportedCiphers === undefined) {
    const here = new Set(getCiphers());
    supportedCiphers = ciphers.flatMap(([name, native]) => (here.has(native) ? [name] : []));
  }
  const types = [...new Set([...knownKeyTypes.filter((type) => signatures.has(type)), ...signatures.keys()])];
  return { cipher: supportedCiphers, serverHostKey: types.flatMap((type) => signatures.get(type) ?? []) };
}
