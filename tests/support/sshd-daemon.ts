import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { patienceMs } from './patience.ts';
import { descendants } from './processes.ts';

const logBytes = 256 * 1024;

const running = new Set<Daemon>();
process.on('exit', () => {
  for (const daemon of running) daemon.kill();
});

/** The processes of one server: listeners and, below them, a process or two for each connection. */
export class Daemon {
  readonly #commands: readonly (readonly string[])[];
  readonly #addresses: readonly string[];
  readonly #port: number;
  #children: ChildProcess[] = [];
  #log = '';

  constructor(commands: readonly (readonly string[])[], addresses: readonly string[], port: number) {
    this.#commands = commands;
    this.#addresses = addresses;
    this.#port = port;
  }

  /** What the server has written to stderr, the newest 256 KiB. */
  get log(): string {
    return this.#log;
  }

  /** Of the listeners and everything below them, this moment. */
  get pids(): number[] {
    const listeners = this.#children.flatMap((child) => (child.pid === undefined ? [] : [child.pid]));
    return [...listeners, ...descendants(listeners)];
  }

  /** Starts the listeners and waits until each address accepts connections. */
  async start(): Promise<void> {
    running.add(this);
    this.#children = this.#commands.map(([program = '', ...args]) => {
      const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-logBytes);
      });
      child.on('error', (error) => {
        this.#log += `${program}: ${error.message}\n`;
      });
      return child;
    });
    const deadline = Date.now() + patienceMs;
    for (const address of this.#addresses) {
      while (!(await accepts(address, this.#port))) {
        const dead = this.#children.find((child) => child.exitCode !== null || child.pid === undefined);
        if (dead !== undefined || Date.now() > deadline) {
          await this.stop();
          throw new Error(`The server does not accept connections on ${address}:${this.#port}. It said:\n${this.#log}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Ends the listeners and every connection, without a farewell. */
  async stop(): Promise<void> {
    const alive = this.#children.filter((child) => child.exitCode === null && child.signalCode === null && child.pid !== undefined);
    const gone = alive.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    this.#signal('SIGKILL');
    await Promise.all(gone);
    this.#children = [];
    running.delete(this);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends the connections; the listeners stay. */
  dropConnections(): void {
    const listeners = this.#children.flatMap((child) => (child.pid === undefined ? [] : [child.pid]));
    signalAll(descendants(listeners), 'SIGKILL');
  }

  /** SIGSTOP to all of it: the kernel still accepts connections and acknowledges packets, nobody answers. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** For the end of the process. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    signalAll(this.pids, signal);
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone already.
    }
  }
}

function accepts(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
    socket.setTimeout(2000, () => answer(false));
  });
}
