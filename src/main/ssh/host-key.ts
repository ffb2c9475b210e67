import { createHash } from 'node:crypto';
import type { HostKeyView, OfferedKeyView } from '../../shared/contract/fleet.ts';
import { hostKeyType } from './host-key-type.ts';
import { randomart } from './randomart.ts';

export { hostKeyType };

/** The key as OpenSSH shows it: type and `SHA256:…`, base64 without padding. */
export function viewHostKey(key: Buffer): HostKeyView {
  return { type: hostKeyType(key), fingerprint: `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}` };
}

/** How a person and a file name the place that a key belongs to: `name`, or `[name]:port` (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export function hostKeyName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** The key as a person is to judge it. `of`: the jump host that offers it. */
export function viewOfferedKey(key: Buffer, of?: string): OfferedKeyView {
  return { ...viewHostKey(key), art: randomart(key), ...(of === undefined ? {} : { of }) };
}
