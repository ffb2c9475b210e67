import { createPrivateKey, type KeyObject } from 'node:crypto';

/** PKCS #8 (RFC 5958), which OpenSSH reads through OpenSSL and ssh2 does not read at all. */
export function isPkcs8(text: Buffer | string): boolean {
  return /^\s*-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text.toString().slice(0, 200));
}

/** The same key in a format that ssh2 reads: PKCS #1, SEC 1, or OpenSSH's own for Ed25519. Encrypted and without a fitting passphrase: an error that says so. */
export function fromPkcs8(text: string, passphrase: string | undefined): string | Error {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    if (text.includes('BEGIN ENCRYPTED')) return new Error('The key is encrypted, and no passphrase fits.');
    return error instanceof Error ? error : new Error('The key cannot be read.');
  }
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }).toString();
    case 'ed25519':
      return openSshEd25519(key);
    default:
      return new Error(`A key of the type ${key.asymmetricKeyType ?? 'unknown'} is of no use with SSH.`);
  }
}

/** PROTOCOL.key in OpenSSH's sources, without encryption. */
function openSshEd25519(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const [seed, publicKey] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const type = Buffer.from('ssh-ed25519');
  const secret = Buffer.concat([
    Buffer.alloc(8), // Twice the same check number: any will do.
    field(type),
    field(publicKey),
    field(Buffer.concat([seed, publicKey])),
    field(Buffer.alloc(0)),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field(Buffer.from('none')),
    field(Buffer.from('none')),
    field(Buffer.alloc(0)),
    Buffer.from([0, 0, 0, 1]),
    field(Buffer.concat([field(type), field(publicKey)])),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

function field(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}
