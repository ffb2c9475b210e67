import { hostKeyName, viewHostKey } from './host-key.ts';
import { entriesFor, parseKnownHosts } from './known-hosts-file.ts';

/** `listed`: the text has this key for this host. `contradicted`: it has another key of that type for it. */
export type KeyListVerdict = 'listed' | 'contradicted' | 'silent';

/**
 * Reads a list of keys that a person trusts: lines of known_hosts (also from `ssh-keyscan`), which count for the hosts that they name, or
 * fingerprints (`SHA256:…`, also from `ssh-keygen -l`), which say of which key but not of whose, and count for every host.
 */
export function readKeyList(
  text: string,
): (host: { address: string; port: number }, key: { type: string; fingerprint: string }) => KeyListVerdict {
  const index = parseKnownHosts(text, 'pasted');
  const fingerprints = new Set(text.match(/SHA256:[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/])/g) ?? []);
  return ({ address, port }, { type, fingerprint }) => {
    if (fingerprints.has(fingerprint)) return 'listed';
    const entries = entriesFor(index, hostKeyName(address, port)).filter(
      (entry) => !entry.revoked && !entry.authority && entry.keyType === type,
    );
    if (entries.length === 0) return 'silent';
    const same = entries.some((entry) => viewHostKey(Buffer.from(entry.base64, 'base64')).fingerprint === fingerprint);
    return same ? 'listed' : 'contradicted';
  };
}
