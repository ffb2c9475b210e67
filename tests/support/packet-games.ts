/**
 * Somebody in the middle, on a free loopback port before a server, who cannot read what is encrypted and plays with the order of what the
 * server sends: the games of Terrapin (CVE-2023-48795) and their kin. The client has to have chosen AES-GCM, whose packets tell their
 * length in clear (RFC 5647 §7.3).
 */
import { connect, createServer, type Socket } from 'node:net';

/** What becomes of a packet of the server, whole as it came; `type` is undefined where it is encrypted, `index` counts within each part. */
export type Game = (packet: Buffer, place: { readonly type: number | undefined; readonly index: number }) => readonly Buffer[];

export interface Meddler {
  readonly port: number;
  close(): Promise<void>;
}

/** SSH_MSG_KEXINIT and SSH_MSG_NEWKEYS, RFC 4253 §12. */
export const message = { kexInit: 20, newKeys: 21 } as const;

/** A packet in clear (RFC 4253 §6), whatever is in it. */
export function clearPacket(payload: Buffer): Buffer {
  const padding = 16 - ((5 + payload.length) % 8);
  const packet = Buffer.alloc(5 + payload.length + padding);
  packet.writeUInt32BE(1 + payload.length + padding);
  packet[4] = padding;
  payload.copy(packet, 5);
  return packet;
}

/** Bytes of the tag after each packet of AES-GCM. */
const tagBytes = 16;

/** Starts one before a server; each connection begins the game anew. */
export async function meddler(server: { readonly port: number }, newGame: () => Game): Promise<Meddler> {
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
    const play = packets(newGame());
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk: Buffer) => {
      for (const packet of play(chunk)) if (near.writable) near.write(packet);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async close() {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Cuts what the server sends into its banner and its packets, and answers what is to be sent in their place. */
function packets(game: Game): (chunk: Buffer) => Buffer[] {
  let rest = Buffer.alloc(0);
  let greeted = false;
  let encrypted = false;
  let index = 0;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const out: Buffer[] = [];
    if (!greeted) {
      const end = rest.indexOf('\n') + 1;
      if (end === 0) return out;
      greeted = true;
      out.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    while (rest.length >= 4) {
      const whole = 4 + rest.readUInt32BE() + (encrypted ? tagBytes : 0);
      if (rest.length < whole) break;
      const packet = rest.subarray(0, whole);
      rest = rest.subarray(whole);
      const type = encrypted ? undefined : packet[5];
      out.push(...game(packet, { type, index }));
      index += 1;
      if (type === message.newKeys) [encrypted, index] = [true, 0];
    }
    return out;
  };
}
