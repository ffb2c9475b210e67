import { HumError } from '../../shared/errors.ts';
import { connectionFlooded, flooded, requestTimeout } from './channel-failures.ts';
import type { Connection } from './connect.ts';
import { type Deadlines, usualDeadlines } from './deadlines.ts';
import { makeDoor, makeTerminalDoor, noiseLimit } from './door.ts';
import { cancelled, connectionLost, keepaliveLost, notConnected, type Place } from './failures.ts';
import { startLoginShell } from './login-shell.ts';
import { type Script, type ScriptEvents, startScript, type TypedScript } from './script.ts';
import type {
  FileAccess,
  LoginShells,
  RemoteFiles,
  Runner,
  RunOptions,
  RunResult,
  ScriptChannel,
  TerminalChannel,
  TerminalListener,
  TerminalOptions,
} from './session.ts';
import { startSftp } from './sftp.ts';

/** One connection that has logged in. It does not come back once it has ended. */
export interface Link extends Runner, LoginShells, FileAccess {
  /** Resolves when the connection has ended: with the reason, or undefined after `close`. */
  readonly ended: Promise<HumError | undefined>;
  /** Sees whether the host still answers; a connection that carries nothing back for `ms` is ended. */
  check(ms: number): Promise<void>;
  close(): Promise<void>;
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 8 * 1024 * 1024;
/** What may come without anybody taking it in: a full window (2 MiB) for each closed channel, keepalives, key exchanges, and much to spare. */
const mostUnasked = 32 * 1024 * 1024;
/** How long a host may take to say goodbye. */
const farewellMs = 500;

/** Takes over a connection that has just logged in. */
export function createLink(place: Place, { client, stream }: Connection, deadlines: Deadlines = usualDeadlines): Link {
  let over: HumError | undefined;
  let closing = false;

  const ended = new Promise<HumError | undefined>((resolve) => {
    client.on('error', (error) => {
      if (error.level === 'agent') return;
      over ??= error.level === 'client-timeout' ? keepaliveLost(place) : connectionLost(place, error.message);
      // After an error of the protocol ssh2 only half-closes; a hostile peer would keep the other half.
      stream.destroy();
    });
    client.on('close', () => {
      over ??= connectionLost(place);
      resolve(closing ? undefined : over);
    });
    if (stream.destroyed) {
      over = connectionLost(place);
      resolve(over);
    }
  });

  let received = 0;
  /** What had been received when a script last took something in. */
  let takenAt = 0;
  stream.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received - takenAt <= mostUnasked) return;
    over ??= connectionFlooded(place);
    stream.destroy();
  });

  /** ssh2 1.17 leaves the channel open whose subsystem was refused, and a host gives ten: it is asked once. A connection keeps its sshd_config. */
  let withoutSftp: HumError | undefined;

  const context = { place, client, over: () => over, deadlines };

  function run(script: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    const { timeoutMs = defaultTimeoutMs, signal, stdin, onStdout, maxBytes = defaultMaxBytes, root } = options;
    return new Promise((resolve, reject) => {
      if (over !== undefined) throw notConnected(place);
      if (signal?.aborted === true) throw cancelled(place);
      const stdout = new BoundedBuffer(maxBytes);
      const stderr = new BoundedBuffer(maxBytes);
      let stopFeeding: (() => void) | undefined;
      /** Settles when `onStdout` has taken everything that came so far. */
      let taking: Promise<void> = Promise.resolve();
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        stopFeeding?.();
      };
      const giveUp = (error: unknown) => {
        settle();
        running.hangUp();
        reject(error);
      };
      const take = (buffer: BoundedBuffer, chunk: Buffer) => {
        takenAt = received;
        if (!buffer.add(chunk)) giveUp(flooded(place, maxBytes));
      };
      const handOn = (chunk: Buffer, receive: (chunk: Buffer) => void | Promise<void>) => {
        takenAt = received;
        running.pause();
        taking = taking.then(() => receive(chunk)).then(() => running.resume());
        taking.catch(giveUp);
      };
      const onAbort = () => giveUp(cancelled(place));
      // A timer cannot be set to Infinity.
      const late = () => giveUp(requestTimeout(place, timeoutMs, 'finish a command'));
      const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(late, timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      const running: Script = startScript(context, makeDoor(script, args, { root }), {
        ready() {
          if (stdin === undefined || typeof stdin === 'string' || Buffer.isBuffer(stdin)) running.finish(stdin);
          else stopFeeding = feed(running, stdin, giveUp);
        },
        stdout: (chunk) => (onStdout === undefined ? take(stdout, chunk) : handOn(chunk, onStdout)),
        stderr: (chunk) => take(stderr, chunk),
        closed(code, name) {
          settle();
          const result = { code, signal: name, stdout: stdout.whole(), stderr: stderr.whole() };
          taking.then(() => resolve(result), reject);
        },
        failed(error) {
          settle();
          reject(error);
        },
      });
    });
  }

  function drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        stream.off('drain', done);
        stream.off('close', done);
        resolve();
      };
      stream.on('drain', done);
      stream.on('close', done);
    });
  }

  /** Sends the pieces one after the other, and then the end of the input. Answers the way to stop. */
  function feed(running: Script, pieces: AsyncIterable<Buffer>, failed: (error: unknown) => void): () => void {
    const source = pieces[Symbol.asyncIterator]();
    let stopped = false;
    const send = async () => {
      for (let piece = await source.next(); !stopped && piece.done !== true; piece = await source.next()) {
        const data = piece.value;
        await new Promise<void>((sent) => running.write(data, sent));
        // The host's window may be as wide as it likes: what has not left this machine counts as well.
        if (stream.writableNeedDrain) await drained();
      }
      if (!stopped) running.finish(undefined);
    };
    send().catch((error: unknown) => {
      if (!stopped) failed(error);
    });
    return () => {
      if (stopped) return;
      stopped = true;
      // The script is over: what its source has to say about that is nobody's concern.
      source.return?.().catch(() => {});
    };
  }

  function open(
    script: string,
    args: readonly string[] = [],
    options: Pick<RunOptions, 'timeoutMs' | 'root'> = {},
  ): Promise<ScriptChannel> {
    return new Promise((resolve, reject) => {
      if (over !== undefined) throw notConnected(place);
      const closeListeners: (() => void)[] = [];
      let listener: ((chunk: Buffer) => void) | undefined;
      /** What the script says before anybody listens. */
      let early: Buffer[] = [];
      let earlyBytes = 0;
      let opened = false;
      let closed = false;
      const close = () => {
        if (closed) return;
        closed = true;
        early = [];
        for (const each of closeListeners) each();
      };
      const { timeoutMs = Number.POSITIVE_INFINITY } = options;
      const sooner = { channel: Math.min(deadlines.channel, timeoutMs), shell: Math.min(deadlines.shell, timeoutMs) };
      const running: Script = startScript({ ...context, deadlines: sooner }, makeDoor(script, args, { root: options.root }), {
        ready() {
          opened = true;
          resolve(channel);
        },
        stdout(chunk) {
          takenAt = received;
          if (listener !== undefined) {
            listener(chunk);
            return;
          }
          early.push(chunk);
          earlyBytes += chunk.length;
          if (earlyBytes > noiseLimit) channel.close();
        },
        stderr: () => undefined,
        closed: close,
        failed(error) {
          if (opened) close();
          else reject(error);
        },
      });
      const channel: ScriptChannel = {
        write: (data) => running.write(data),
        onData(added) {
          const before = listener;
          listener = before === undefined ? added : (chunk) => [before, added].forEach((each) => void each(chunk));
          for (const chunk of early.splice(0)) added(chunk);
        },
        onClose(added) {
          if (closed) queueMicrotask(added);
          else closeListeners.push(added);
        },
        close() {
          running.hangUp();
          close();
        },
      };
    });
  }

  /** Starts what has a terminal of its own, and gives the way to speak to it once it is ready. */
  function onTerminal(start: (events: ScriptEvents) => TypedScript, listener: TerminalListener): Promise<TerminalChannel> {
    return new Promise((resolve, reject) => {
      if (over !== undefined) throw notConnected(place);
      let opened = false;
      const running: TypedScript = start({
        ready() {
          opened = true;
          const { write, resize, pause, resume, unsent, hangUp } = running;
          resolve({
            write,
            resize,
            pause,
            resume,
            close: hangUp,
            get unsent() {
              return unsent();
            },
          });
        },
        stdout(chunk) {
          takenAt = received;
          listener.data(chunk);
        },
        stderr: () => undefined,
        closed: (code, signal) => listener.end({ code, signal }),
        failed(error) {
          if (opened) listener.end({ error });
          else reject(error);
        },
      });
    });
  }

  function terminal(
    script: string,
    args: readonly string[],
    options: TerminalOptions,
    listener: TerminalListener,
  ): Promise<TerminalChannel> {
    return onTerminal((events) => startScript({ ...context, terminal: options }, makeTerminalDoor(script, args), events), listener);
  }

  function shell(options: TerminalOptions, listener: TerminalListener): Promise<TerminalChannel> {
    return onTerminal((events) => startLoginShell({ ...context, terminal: options }, events), listener);
  }

  function files(): Promise<RemoteFiles> {
    if (over !== undefined) return Promise.reject(notConnected(place));
    if (withoutSftp !== undefined) return Promise.reject(withoutSftp);
    const heard = () => {
      takenAt = received;
    };
    return startSftp({ ...context, heard }).catch((error: unknown) => {
      if (error instanceof HumError && error.problem.detail?.includes('subsystem')) withoutSftp = error;
      throw error;
    });
  }

  async function close(): Promise<void> {
    closing = true;
    over ??= notConnected(place);
    client.end();
    const late = setTimeout(() => stream.destroy(), farewellMs);
    await ended;
    clearTimeout(late);
  }

  async function check(ms: number): Promise<void> {
    const before = received;
    try {
      await run(':', [], { timeoutMs: ms });
    } catch {
      // Any answer will do, also that there is no session to be had.
      if (received !== before || over !== undefined) return;
      over = keepaliveLost(place);
      stream.destroy();
    }
  }

  return { ended, run, open, terminal, shell, files, check, close };
}

class BoundedBuffer {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when it would grow beyond the limit. */
  add(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limit) return false;
    this.#chunks.push(chunk);
    return true;
  }

  whole(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
