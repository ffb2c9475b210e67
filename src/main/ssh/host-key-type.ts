/** The type that stands at the beginning of a public key blob (RFC 4253 §6.6); empty when it is no such blob. */
export function hostKeyType(key: Buffer): string {
  const length = key.length < 4 ? 0 : key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length);
}
