import { createSecretKey } from 'node:crypto';
import type { OnReadOpts, Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { AuthenticationType, Client } from 'ssh2';

/**
 * Short buffers share the memory of a pool, and one that lives as long as its connection, as several of ssh2's do, keeps the whole pool: of
 * 64 KiB each by Node's default.
 */
Buffer.poolSize = 8 * 1024;

/** As much as libuv asks the kernel for at once. */
const received = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Lets every socket receive into one buffer and hands on a copy as long as what came. Node's own way takes 64 KiB for each read and gives
 * back what is left over: with hundreds of hosts that answer in one moment, the heap of malloc is torn to pieces (40 kB a host).
 */
export function receiveShared(socket: () => Socket): OnReadOpts {
  return {
    buffer: received,
    // False makes the socket stop reading until the stream asks for more.
    callback: (length) => socket().push(Buffer.from(received.subarray(0, length))),
  };
}

/**
 * Sends what is written within one turn as one system call and one TCP segment. ssh2 writes each AES-GCM packet in three pieces
 * (lib/protocol/crypto.js, AESGCMCipherNative.encrypt), and with `noDelay` each piece would be a segment of its own.
 */
export function joinWrites(socket: Writable): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const uncork = () => socket.uncork();
  socket.write = ((...args: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(uncork);
    }
    return write(...args);
  }) as typeof socket.write;
}

/**
 * Hands OpenSSL the session keys of AES-GCM as key objects. ssh2 makes a cipher for each packet, and Node 24 spends three quarters of
 * that on looking whether a Buffer might be a key object (24 µs against 6 µs). Reaches into ssh2 1.17; where its insides look
 * different, nothing happens. To be called after each key exchange.
 */
export function keepKeysReady(client: Client): void {
  const protocol: unknown = Reflect.get(client, '_protocol');
  if (typeof protocol !== 'object' || protocol === null) return;
  prepare(Reflect.get(protocol, '_cipher'), '_encSSLName', '_encKey');
  prepare(Reflect.get(protocol, '_decipher'), '_decipherSSLName', '_decipherKey');
}

function prepare(cipher: unknown, nameField: string, keyField: string): void {
  if (typeof cipher !== 'object' || cipher === null) return;
  const name: unknown = Reflect.get(cipher, nameField);
  const key: unknown = Reflect.get(cipher, keyField);
  if (typeof name === 'string' && name.endsWith('-gcm') && Buffer.isBuffer(key)) Reflect.set(cipher, keyField, createSecretKey(key));
}

/**
 * Tells of every SSH_MSG_USERAUTH_FAILURE. ssh2 keeps the answer to an agent's key to itself (lib/client.js, USERAUTH_FAILURE), and with it
 * that the key was right and a password is wanted as well. To be called right after `connect`.
 */
export function hearLoginAnswers(client: Client, listener: (left: readonly AuthenticationType[], partial: boolean) => void): void {
  const handlers: unknown = Reflect.get(Object(Reflect.get(client, '_protocol')), '_handlers');
  const before: unknown = Reflect.get(Object(handlers), 'USERAUTH_FAILURE');
  if (typeof handlers !== 'object' || handlers === null || typeof before !== 'function') return;
  Reflect.set(handlers, 'USERAUTH_FAILURE', (protocol: unknown, left: readonly AuthenticationType[] | undefined, partial: boolean) => {
    listener(left ?? [], partial);
    before(protocol, left, partial);
  });
}
