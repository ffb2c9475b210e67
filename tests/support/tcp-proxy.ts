/**
 * A bad network between a client and a server, where the kernel has no netem: a TCP proxy on a free loopback port that delays, throttles,
 * swallows and resets.
 *
 *     const network = await tcpProxy({ port: sshd.port });
 *     network.set({ delayMs: 100 });     // each way
 *     network.set({ blackHole: true });  // connections stay open, nothing passes
 *     network.reset();                   // RST for all
 *     await network.close();
 */
import { connect, createServer, type Socket } from 'node:net';

export interface Weather {
  /** Each way, ms. Order is kept. */
  readonly delayMs?: number;
  /** Each way and connection. */
  readonly bytesPerSecond?: number;
  /** Takes everything and passes nothing on; new connections are accepted as well. */
  readonly blackHole?: boolean;
}

export interface TcpProxy {
  readonly port: number;
  /** Open connections at this moment. */
  readonly open: number;
  /** Since the start. */
  readonly connections: number;
  /** For all connections, from now on. */
  set(weather: Weather): void;
  /** Which port new connections are passed on to, from now on. */
  leadTo(port: number): void;
  /** What is open at this moment carries nothing any more, and neither end is told: a machine has slept, a router has lost its state. */
  forget(): void;
  /** Ends every connection with a TCP reset. */
  reset(): void;
  close(): Promise<void>;
}

/** The network runs in real time, also while a test simulates that of the console. */
const { setTimeout } = globalThis;
const realNow = performance.now.bind(performance);

/** Starts one before a server. */
export async function tcpProxy(server: { readonly port: number; readonly host?: string }, weather: Weather = {}): Promise<TcpProxy> {
  let now = weather;
  let farPort = server.port;
  let connections = 0;
  const sockets = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();

  /** Passes bytes on in their order, each not before its time. One timer for each way: two that are due in one millisecond may swap. */
  function pass(from: Socket, to: Socket): void {
    const queue: { readonly chunk: Buffer; readonly due: number }[] = [];
    let armed = false;
    let free = 0;
    let ended = false;
    let waiting = 0;
    const goOn = () => {
      const [next] = queue;
      if (next === undefined || armed) return;
      armed = true;
      setTimeout(drain, Math.max(0, next.due - realNow()));
    };
    const drain = () => {
      armed = false;
      for (let next = queue[0]; next !== undefined && next.due <= realNow(); next = queue[0]) {
        queue.shift();
        waiting -= next.chunk.length;
        if (to.writable) to.write(next.chunk);
      }
      if (waiting < 512 * 1024) from.resume();
      if (ended && waiting === 0) to.end();
      goOn();
    };
    from.on('data', (chunk: Buffer) => {
      const { delayMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY, blackHole = false } = now;
      if (blackHole || forgotten.has(from)) return;
      const start = Math.max(free, realNow());
      free = start + (chunk.length / bytesPerSecond) * 1000;
      waiting += chunk.length;
      // What is on the way fills no memory without end.
      if (waiting > 1024 * 1024) from.pause();
      queue.push({ chunk, due: free + delayMs });
      goOn();
    });
    from.on('end', () => {
      ended = true;
      if (waiting === 0 && now.blackHole !== true) to.end();
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      if (now.blackHole !== true) setTimeout(() => to.destroy(), (now.delayMs ?? 0) + 50);
    });
  }

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    connections += 1;
    const far = connect({ port: farPort, host: server.host ?? '127.0.0.1', noDelay: true, allowHalfOpen: true });
    for (const socket of [near, far]) sockets.add(socket);
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get open() {
      return sockets.size / 2;
    },
    get connections() {
      return connections;
    },
    set(next) {
      now = next;
    },
    leadTo(port) {
      farPort = port;
    },
    forget() {
      for (const socket of sockets) forgotten.add(socket);
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
