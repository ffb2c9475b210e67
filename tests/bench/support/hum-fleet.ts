import { createFleet, type Fleet } from '../../../src/main/fleet/fleet.ts';
import { readMemory } from '../../../src/main/memory/memory.ts';
import { readNetwork } from '../../../src/main/network/network.ts';
import { createHandshakeGate } from '../../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../../src/main/ssh/known-hosts.ts';
import type { Runner } from '../../../src/main/ssh/session.ts';
import { createSession } from '../../../src/main/ssh/ssh-session.ts';
import type { InventoryHost } from '../../../src/shared/contract/inventory.ts';

/** Where the hosts are and how to get in, for Hum and for its peers. */
export interface Place {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  readonly knownHosts: string;
}

const patienceMs = 60_000;

/** The console's own fleet, wired as console.ts wires it, without a shell. */
export class HumFleet {
  /** From nothing to the first sample of each host. */
  readonly coldMs: number;
  readonly #fleet: Fleet;

  private constructor(fleet: Fleet, coldMs: number) {
    this.#fleet = fleet;
    this.coldMs = coldMs;
  }

  /** Connects to the first `count` addresses and waits until each has been sampled. */
  static async cold(place: Place, count = place.addresses.length): Promise<HumFleet> {
    const began = performance.now();
    const gate = createHandshakeGate();
    const knownHosts = createKnownHosts({ files: [place.knownHosts], appendTo: place.knownHosts });
    const fleet = createFleet({
      openSession: ({ id, address, port, user }) =>
        createSession({ id, address, port, user, keyFiles: [place.keyFile], explicitKeys: true, agent: undefined, knownHosts }, { gate }),
      readers: { memory: readMemory, network: readNetwork },
    });
    fleet.setHosts(place.addresses.slice(0, count).map((address, index) => inventoryHost(place, address, index)));
    const missing = new Set(fleet.rows().map((row) => row.host.id));
    while (missing.size > 0) {
      if (performance.now() - began > patienceMs) {
        const [id = ''] = missing;
        throw new Error(`${missing.size} hosts have not answered; ${id}: ${JSON.stringify(fleet.row(id)?.status)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (const id of missing) if (fleet.row(id)?.live) missing.delete(id);
    }
    return new HumFleet(fleet, performance.now() - began);
  }

  /** Samples every host once more; how long it took, ms. */
  async sweep(): Promise<number> {
    const began = Date.now();
    const clock = performance.now();
    await this.#fleet.sweep();
    const took = performance.now() - clock;
    for (const { host, live } of this.#fleet.rows()) {
      if (!live || live.sampledAt < began - 1) throw new Error(`${host.name} did not answer`);
    }
    return took;
  }

  /** The ids of its hosts. */
  get hosts(): readonly string[] {
    return this.#fleet.rows().map(({ host }) => host.id);
  }

  runner(host: string): Runner {
    return this.#fleet.runner(host);
  }

  end(): Promise<void> {
    return this.#fleet.stop();
  }
}

function inventoryHost(place: Place, address: string, index: number): InventoryHost {
  return {
    id: `bench-${index}`,
    name: address,
    address,
    port: place.port,
    user: place.user,
    keyFile: place.keyFile,
    group: null,
    tags: [],
    enabled: true,
    origin: 'manual',
  };
}
