import ssh2 from 'ssh2';

export interface KeyPair {
  /** In OpenSSH's format. */
  readonly private: string;
  /** `ssh-ed25519 AAAA…` */
  readonly public: string;
}

/** A fresh ed25519 key pair. One in two hundred that ssh2 1.17 makes it cannot read itself ("Malformed OpenSSH private key"): those are thrown away. */
export function newKeyPair(): KeyPair {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    const [first, second] = [ssh2.utils.parseKey(pair.private), ssh2.utils.parseKey(pair.public)];
    if (!(first instanceof Error) && !(second instanceof Error)) return pair;
  }
  throw new Error('ssh2 makes no readable ed25519 keys here');
}

/** The public keys of a new SSH server, each as `TYPE BASE64`. */
export function newHostKeys(): readonly string[] {
  const ecdsa = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  return [ecdsa.public, newKeyPair().public].map((line) => line.split(' ', 2).join(' '));
}
