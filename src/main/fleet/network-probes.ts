import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import type { NetworkProbes } from './outage.ts';

const arpWaitMs = 1500;
const resolverMs = 3000;

/** The network of this machine, looked at without a right that an ordinary account lacks. */
export const networkProbes: Omit<NetworkProbes, 'hop'> = {
  async gateway() {
    const routes = await readFile('/proc/net/route', 'latin1').catch(() => undefined);
    // Only Linux tells it in a file.
    if (routes === undefined) return undefined;
    const address = defaultGateway(routes);
    if (address === null) return null;
    await poke(address);
    await new Promise((resolve) => setTimeout(resolve, arpWaitMs));
    const answers = answersArp(await readFile('/proc/net/arp', 'latin1').catch(() => ''), address);
    return { address, answers };
  },
  async resolver() {
    const resolver = new Resolver({ timeout: resolverMs, tries: 1 });
    try {
      await resolver.resolveNs('.');
      return true;
    } catch (error) {
      // Any answer is an answer, also a refusal.
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      return code !== 'ETIMEOUT' && code !== 'ECONNREFUSED' && code !== 'ESERVFAIL';
    }
  },
};

/** The gateway in /proc/net/route: null when no line leads everywhere. A route without a gateway (a tunnel) has none to ask. */
export function defaultGateway(text: string): string | null {
  for (const line of text.split('\n').slice(1)) {
    const [, destination, gateway, flags, , , , mask] = line.split(/\s+/);
    // RTF_UP and RTF_GATEWAY of linux/route.h.
    if (destination !== '00000000' || mask !== '00000000' || (Number.parseInt(flags ?? '', 16) & 3) !== 3) continue;
    const bytes = Buffer.from(gateway ?? '', 'hex').reverse();
    if (bytes.length === 4) return [...bytes].join('.');
  }
  return null;
}

/** Whether /proc/net/arp has a complete entry for the address (ATF_COM of linux/if_arp.h). */
export function answersArp(text: string, address: string): boolean {
  return text.split('\n').some((line) => {
    const [ip, , flags] = line.split(/\s+/);
    return ip === address && (Number.parseInt(flags ?? '', 16) & 2) !== 0;
  });
}

/** A datagram to the discard port (RFC 863): the kernel has to find out the gateway's hardware address for it. */
function poke(address: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const done = () => {
      socket.close();
      resolve();
    };
    socket.on('error', done);
    socket.send(Buffer.of(0), 9, address, done);
  });
}
