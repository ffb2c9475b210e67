import { once } from 'node:events';
import { createHandshakeGate } from '../../../src/main/ssh/handshake-gate.ts';
import type { Session, Target } from '../../../src/main/ssh/session.ts';
import { createSession } from '../../../src/main/ssh/ssh-session.ts';
import { XenHostMonitor } from '../../../src/main/xen/xen-host-monitor.ts';
import type { HostFacts } from '../../../src/shared/contract/fleet.ts';

const facts: HostFacts & { readonly toolstack: 'xl' } = {
  ...{ hostName: 'bench', kernel: 'Linux', distribution: '', architecture: 'x86_64', cores: 2, bootId: 'b', bootedAt: 0 },
  toolstack: 'xl',
};
const patienceMs = 60_000;
/** It asks when it is told to, and at no other time. */
const neverMs = 3_600_000;

/** The part of the console that follows domains, wired as createXen wires it: a monitor for each host, over a session of the bench's own. */
export class HumXen {
  /** Bytes that the probes have answered with. */
  bytes = 0;
  readonly monitors: readonly XenHostMonitor[];
  readonly #sessions: readonly Session[];

  private constructor(sessions: readonly Session[]) {
    this.#sessions = sessions;
    let revision = 0;
    this.monitors = sessions.map((session) => {
      const monitor = new XenHostMonitor(session.target.id, '', facts, Date.now, () => ++revision);
      monitor.connect(this.#counted(session), neverMs);
      return monitor;
    });
  }

  /** Connects to each, and waits for its first answer. Hosts that do not let anybody in are left out. */
  static async open(targets: readonly Target[]): Promise<HumXen> {
    const gate = createHandshakeGate();
    const sessions = targets.map((target) => createSession(target, { gate }));
    for (const session of sessions) session.start();
    await Promise.all(sessions.map(settled));
    const online: Session[] = [];
    for (const session of sessions) {
      if (session.status.state === 'online') online.push(session);
      else await session.stop();
    }
    const hum = new HumXen(online);
    await Promise.all(hum.monitors.map((monitor) => monitor.refresh()));
    return hum;
  }

  /** Asks every host for the load of its domains once; how long it took, ms. @throws Error when a host did not answer */
  async sweep(): Promise<number> {
    const began = Date.now();
    const clock = performance.now();
    await Promise.all(this.monitors.map((monitor) => monitor.sampleNow()));
    const took = performance.now() - clock;
    for (const { id, state } of this.monitors) {
      if (!state.row || state.row.at < began - 1) throw new Error(`${id} did not answer: ${JSON.stringify(state.row?.problem)}`);
    }
    return took;
  }

  /** The session of a host, to ask it for other things. */
  session(index: number): Session | undefined {
    return this.#sessions[index];
  }

  async end(): Promise<void> {
    for (const monitor of this.monitors) monitor.disconnect();
    await Promise.all(this.#sessions.map((session) => session.stop()));
  }

  #counted(session: Session): Session {
    const count = (chunk: Buffer) => {
      this.bytes += chunk.length;
    };
    return new Proxy(session, {
      get(target, key) {
        if (key === 'open') {
          return async (...args: Parameters<Session['open']>) => {
            const channel = await target.open(...args);
            channel.onData(count);
            return channel;
          };
        }
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

/** Until it is online, or only a person could help. */
async function settled(session: Session): Promise<void> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), patienceMs);
  const done = new EventTarget();
  const look = () => {
    if (session.status.state !== 'idle' && session.status.state !== 'connecting') done.dispatchEvent(new Event('settled'));
  };
  const wait = once(done, 'settled', { signal: over.signal });
  const off = session.onStatus(look);
  look();
  try {
    await wait;
  } finally {
    off();
    clearTimeout(timer);
  }
}
