import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { HumError, type ProblemCode } from '../../shared/errors.ts';
import { retryDelay } from './backoff.ts';
import { type Connection, type ConnectOptions, connect } from './connect.ts';
import { usualDeadlines } from './deadlines.ts';
import { cancelled, failure, seconds, shownPlace } from './failures.ts';
import { guarded } from './guarded.ts';
import type { Target } from './session.ts';
import type { JumpWay, WayOptions } from './way.ts';
import { Wire } from './wire.ts';

/** The connections to jump hosts: one for each, shared by all hosts behind it, for as long as one of them is used. */
export interface JumpHosts extends JumpWay {
  /** Whether the jump host before this target answers, be it that the target is out of its reach; undefined where that did not come out in time. */
  answers(to: Target): Promise<boolean | undefined>;
  /** Ends them all, and what leads through them. */
  stop(): void;
}

/** How long a connection outlives its last user: a fleet that reconnects finds it. */
const idleMs = 30_000;

/** How long a jump host may take to say anything about a way onwards. */
const answerMs = 3_000;

interface Jump {
  connection: Connection | undefined;
  connecting: Promise<Connection> | undefined;
  /** Ends the attempt when nobody waits for it any more. */
  attempt: AbortController;
  waiting: number;
  users: number;
  failures: number;
  /** Until when the last failure is taken for the answer: hundreds of hosts behind one that is down must not ask it one by one. */
  down: { readonly error: unknown; readonly until: number } | undefined;
  idle: NodeJS.Timeout | undefined;
  checking: boolean;
  readonly listeners: Set<() => void>;
}

/** Builds the pool. `options` are those of the sessions: the same gate, the same person to ask. */
export function createJumpHosts(
  options: Pick<ConnectOptions, 'gate' | 'deadlines' | 'asker' | 'onKey'>,
  random: () => number = Math.random,
): JumpHosts {
  const jumps = new Map<string, Jump>();

  function jumpOf(through: Target): Jump {
    const key = keyOf(through);
    const known = jumps.get(key);
    if (known !== undefined) return known;
    const fresh: Jump = {
      connection: undefined,
      connecting: undefined,
      attempt: new AbortController(),
      waiting: 0,
      users: 0,
      failures: 0,
      down: undefined,
      idle: undefined,
      checking: false,
      listeners: new Set(),
    };
    jumps.set(key, fresh);
    return fresh;
  }

  async function start(jump: Jump, through: Target, byPerson: boolean): Promise<Connection> {
    jump.attempt = new AbortController();
    try {
      const connection = await connect(through, { ...options, signal: jump.attempt.signal, byPerson, jumps: pool });
      jump.connection = connection;
      jump.failures = 0;
      jump.down = undefined;
      connection.client.on('close', () => {
        if (jump.connection === connection) jump.connection = undefined;
      });
      if (connection.stream.destroyed) jump.connection = undefined;
      restIfUnused(jump);
      for (const listener of [...jump.listeners]) listener();
      return connection;
    } catch (error) {
      if (!jump.attempt.signal.aborted && error instanceof HumError) {
        jump.failures += 1;
        jump.down = { error, until: performance.now() + retryDelay('unreachable', jump.failures, random) };
      }
      throw error;
    } finally {
      jump.connecting = undefined;
    }
  }

  /** The connection, together with everybody who wants it at this moment. */
  async function ready(jump: Jump, through: Target, to: Target, { signal, byPerson }: WayOptions): Promise<Connection> {
    if (jump.connection !== undefined) return jump.connection;
    if (jump.connecting === undefined && !byPerson && jump.down !== undefined && jump.down.until > performance.now()) throw jump.down.error;
    jump.connecting ??= start(jump, through, byPerson);
    jump.connecting.catch(() => undefined);
    jump.waiting += 1;
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(cancelled(to));
      signal.addEventListener('abort', leave, { once: true });
    });
    left.catch(() => undefined);
    try {
      return await Promise.race([jump.connecting, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      jump.waiting -= 1;
      if (jump.waiting === 0 && jump.connection === undefined) jump.attempt.abort();
    }
  }

  function restIfUnused(jump: Jump): void {
    clearTimeout(jump.idle);
    if (jump.users > 0 || jump.connection === undefined) return;
    jump.idle = setTimeout(() => {
      if (jump.users === 0 && jump.waiting === 0) jump.connection?.client.end();
    }, idleMs);
    jump.idle.unref();
  }

  const pool: JumpHosts = {
    async open(through, to, wayOptions) {
      const jump = jumpOf(through);
      let connection: Connection;
      try {
        connection = await ready(jump, through, to, wayOptions);
      } catch (error) {
        throw error instanceof HumError && error.problem.code !== 'cancelled' ? jumpFailure(through, to, error) : error;
      }
      jump.users += 1;
      clearTimeout(jump.idle);
      let released = false;
      const release = () => {
        if (released) return;
        released = true;
        jump.users -= 1;
        restIfUnused(jump);
      };
      try {
        const channel = await forward(connection, through, to, wayOptions, () => pool.check(through, wayOptions.deadlines.channel));
        channel.on('close', release);
        const stream: Duplex = new Wire(channel, channel, () => {
          channel.close();
          release();
        });
        return stream;
      } catch (error) {
        release();
        throw error;
      }
    },
    async answers(to) {
      if (to.way?.kind !== 'jump') return undefined;
      const { connection } = jumpOf(to.way.through);
      if (connection !== undefined) return (await isAlive(connection, answerMs)) || undefined;
      const signal = AbortSignal.timeout(answerMs);
      try {
        (
          await pool.open(to.way.through, to, {
            signal,
            deadlines: options.deadlines ?? usualDeadlines,
            byPerson: false,
            onResolved: () => {},
          })
        ).destroy();
        return true;
      } catch (error) {
        if (signal.aborted) return undefined;
        return !(error instanceof HumError && error.problem.code === 'jump-host-down');
      }
    },
    check(through, ms) {
      if (through.way?.kind === 'jump') pool.check(through.way.through, ms);
      const jump = jumpOf(through);
      const { connection } = jump;
      if (connection === undefined || jump.checking) return;
      jump.checking = true;
      void isAlive(connection, ms).then((alive) => {
        jump.checking = false;
        if (!alive) connection.stream.destroy();
      });
    },
    onUp(through, listener) {
      const { listeners } = jumpOf(through);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      for (const jump of jumps.values()) {
        clearTimeout(jump.idle);
        jump.attempt.abort();
        jump.connection?.stream.destroy();
      }
      jumps.clear();
    },
  };
  return pool;
}

/** Two ways are one when they lead through the same accounts of the same hosts, with the same keys: a key may allow less than another (PermitOpen). */
function keyOf({ user, address, port, hostKeyAlias, keyFiles, agent, way }: Target): string {
  const before = way === undefined ? '' : way.kind === 'jump' ? keyOf(way.through) : way.command;
  return JSON.stringify([before, user, address.toLowerCase(), port, hostKeyAlias, keyFiles, agent]);
}

/** Whether anything comes back: sshd(8) answers each global request (RFC 4254 §4), here to end what was never begun. */
function isAlive({ client, stream }: Connection, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), ms);
    const answered = (yes: boolean) => {
      clearTimeout(late);
      resolve(yes);
    };
    try {
      // ssh2 calls back as well when the connection ends.
      client.unforwardIn('127.0.0.1', 1, () => answered(!stream.destroyed));
    } catch {
      answered(false);
    }
  });
}

async function forward(
  { client }: Connection,
  through: Target,
  to: Target,
  { signal, deadlines }: WayOptions,
  onSilence: () => void,
): Promise<ClientChannel> {
  let given = false;
  const ms = to.connectTimeoutMs ?? deadlines.connect;
  const guard = guarded(ms, signal, (timedOut) => {
    if (!timedOut) return cancelled(to);
    onSilence();
    return unreached(through, to, `It did not answer within ${seconds(ms)}.`);
  });
  const opened = new Promise<ClientChannel>((done, fail) => {
    // RFC 4254 §7.2 wants to know from where the connection comes; we are no socket's other end.
    client.forwardOut('127.0.0.1', 0, to.address, to.port, (error, channel) => {
      if (error === undefined) {
        if (given) channel.close();
        else done(channel);
      } else fail(unreached(through, to, error.message, Reflect.get(error, 'reason')));
    });
  });
  try {
    return await Promise.race([opened, guard.promise]);
  } finally {
    given = true;
    guard.end();
  }
}

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, RFC 4254 §5.1. */
const prohibited = 1;

/** The jump host stands, and does not reach the host, or may not. */
function unreached(through: Target, to: Target, words: string, reason?: unknown): HumError {
  if (reason === prohibited) {
    return failure(
      to,
      'channel-refused',
      `The jump host ${shownPlace(through)} does not allow a connection to ${shownPlace(to)}.`,
      'Allow it in sshd_config of the jump host: AllowTcpForwarding and PermitOpen.',
      words,
    );
  }
  return failure(
    to,
    /refused/i.test(words) ? 'connection-refused' : 'network-unreachable',
    `The jump host ${shownPlace(through)} does not reach ${shownPlace(to)}.`,
    `Check the host, and look from the jump host: ssh ${shownPlace(through)} nc -vz ${to.address} ${to.port}`,
    words,
  );
}

/** Problems of a jump host that only say that it is not there. */
const absent: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'name-unresolved',
  'connection-refused',
  'connect-timeout',
  'network-unreachable',
  'handshake-timeout',
  'connection-lost',
  'not-ssh',
  'jump-host-down',
  'proxy-command-failed',
]);

function jumpFailure(through: Target, to: Target, { problem }: HumError): HumError {
  const down = absent.has(problem.code);
  return new HumError({
    ...problem,
    code: down ? 'jump-host-down' : problem.code,
    message:
      problem.code === 'jump-host-down'
        ? problem.message
        : `The jump host ${shownPlace(through)} ${down ? 'is down' : 'lets nobody through'}: ${problem.message}`,
    host: to.id,
  });
}
