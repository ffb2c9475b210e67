import { createHash } from 'node:crypto';
import { hostKeyType } from './host-key-type.ts';

const columns = 17;
const rows = 9;
/** What stands for how often the bishop came by; the last two are where it began and ended. */
const marks = ' .o+=*BOX@%&#/^SE';

/**
 * The picture that OpenSSH draws of a key (sshkey.c, fingerprint_randomart), for eyes that compare shapes better than letters: a drunken
 * bishop walks over a board as the SHA256 of the key tells it.
 */
export function randomart(key: Buffer): string {
  const field = new Uint8Array(columns * rows);
  const last = marks.length - 1;
  let [x, y] = [(columns - 1) / 2, (rows - 1) / 2];
  for (const byte of createHash('sha256').update(key).digest()) {
    for (let shift = 0; shift < 8; shift += 2) {
      const step = byte >> shift;
      x = Math.min(columns - 1, Math.max(0, x + (step & 1 ? 1 : -1)));
      y = Math.min(rows - 1, Math.max(0, y + (step & 2 ? 1 : -1)));
      const at = y * columns + x;
      if ((field[at] ?? 0) < last - 2) field[at] = (field[at] ?? 0) + 1;
    }
  }
  field[((rows - 1) / 2) * columns + (columns - 1) / 2] = last - 1;
  field[y * columns + x] = last;
  const lines = Array.from(
    { length: rows },
    (_, row) => `|${Array.from({ length: columns }, (_, column) => marks[field[row * columns + column] ?? 0]).join('')}|`,
  );
  return [border(titleOf(key)), ...lines, border('[SHA256]')].join('\n');
}

function border(title: string): string {
  const shown = title.slice(0, columns);
  const left = Math.floor((columns - shown.length) / 2);
  return `+${'-'.repeat(left)}${shown}${'-'.repeat(columns - left - shown.length)}+`;
}

/** `[ED25519 256]`, or only the name where both do not fit. */
function titleOf(key: Buffer): string {
  const type = hostKeyType(key);
  if (type === 'ssh-ed25519') return '[ED25519 256]';
  const curve = /^ecdsa-sha2-nistp(\d+)$/.exec(type)?.[1];
  if (curve !== undefined) return `[ECDSA ${curve}]`;
  if (type === 'ssh-rsa') return `[RSA ${rsaBits(key)}]`;
  return '';
}

/** RFC 4253 §6.6: the type, the exponent, the modulus, each with its length before it. */
function rsaBits(key: Buffer): number {
  let at = 0;
  let length = 0;
  for (let skipped = 0; skipped < 3; skipped += 1) {
    at += length;
    if (at + 4 > key.length) return 0;
    length = key.readUInt32BE(at);
    at += 4;
  }
  const modulus = key.subarray(at, at + length);
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first - 1) * 8 + (32 - Math.clz32(modulus[first] ?? 0));
}
