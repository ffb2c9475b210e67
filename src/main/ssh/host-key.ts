import { createHash } from 'node:crypto';
import type { HostKeyView } from '../../shared/contract/fleet.ts';

/** The type that stands at the beginning of a public key blob (RFC 4253 §6.6); empty when it is no such blob. */
export function hostKeyType(key: Buffer): string {
  const length = key.length < 4 ? 0 : key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length);
}

/** The key as OpenSSH shows it: type and `SHA256:…`, base64 without padding. */
export function viewHostKey(key: Buffer): HostKeyView {
  return { type: hostKeyType(key), fingerprint: `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}` };
}

/** How a person and a file name the place that a key belongs to: `name`, or `[name]:port` (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export function hostKeyName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}
