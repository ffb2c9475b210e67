import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HumError } from '../../shared/errors.ts';
import type { Deadlines } from './deadlines.ts';
import { cancelled, connectFailure, connectTimeout, lookupFailure, lookupTimeout, shownPlace, wrongFamily } from './failures.ts';
import { guarded } from './guarded.ts';
import { openProxyCommand } from './proxy-command.ts';
import type { Target } from './session.ts';
import { receiveShared } from './thrift.ts';

/** Leads through jump hosts; handed in, because it connects to them in turn. */
export interface JumpWay {
  /**
   * A stream to the target's address and port, as the last jump host reaches it.
   * @throws HumError, KeyRefused or AnswerAwaited of a jump host
   */
  open(through: Target, to: Target, options: WayOptions): Promise<Duplex>;
  /** Sees whether the connection to this jump host, and to those before it, still stands; one that carries no answer for `ms` is ended. */
  check(through: Target, ms: number): void;
  /** Called when a connection to this jump host has come about. Returns the way to stop listening. */
  onUp(through: Target, listener: () => void): () => void;
}

export interface WayOptions {
  readonly signal: AbortSignal;
  readonly deadlines: Deadlines;
  /** A person wants it now, whatever was known a moment ago. */
  readonly byPerson: boolean;
  readonly jumps?: JumpWay | undefined;
  /** What was found: addresses, then where the connection leads. */
  readonly onResolved: (note: string) => void;
}

/** The open way to a host's SSH server, and what to call it. */
export interface OpenWay {
  readonly stream: Duplex;
  readonly note: string;
}

/**
 * Opens the way to a host, whichever it is.
 * @throws HumError, or what a jump host's connection throws
 */
export async function openWay(target: Target, options: WayOptions): Promise<OpenWay> {
  const { signal, deadlines, jumps, onResolved } = options;
  const { way } = target;
  if (way?.kind === 'command') {
    onResolved('by a ProxyCommand');
    return { stream: openProxyCommand(target, way), note: 'through a ProxyCommand' };
  }
  if (way?.kind === 'jump') {
    if (jumps === undefined) throw new Error('No way through jump hosts was handed in.');
    onResolved(`by ${shownPlace(way.through)}`);
    return { stream: await jumps.open(way.through, target, options), note: `through ${shownPlace(way.through)}` };
  }
  const addresses = await resolve(target, deadlines.lookup, signal);
  onResolved(addresses.map((each) => each.address).join(', '));
  const socket = await openSocket(target, addresses, target.connectTimeoutMs ?? deadlines.connect, signal);
  return { stream: socket, note: `${socket.remoteAddress ?? ''} port ${target.port}` };
}

interface Address {
  readonly address: string;
  readonly family: number;
}

async function resolve(target: Target, ms: number, signal: AbortSignal): Promise<readonly Address[]> {
  const family = isIP(target.address);
  if (family !== 0 && target.family !== undefined && family !== target.family) throw wrongFamily(target, target.family);
  if (family !== 0) return [{ address: target.address, family }];
  let late: HumError | undefined;
  const guard = guarded(ms, signal, (timedOut) => {
    late = timedOut ? lookupTimeout(target, ms) : cancelled(target);
    return late;
  });
  try {
    // getaddrinfo(3) cannot be called back: it ends by itself in libuv's pool, which the launcher makes large enough (UV_THREADPOOL_SIZE).
    const found = await Promise.race([lookup(target.address, { all: true, verbatim: true, family: target.family ?? 0 }), guard.promise]);
    if (found.length === 0) throw new Error('no address');
    return found;
  } catch (error) {
    throw late ?? lookupFailure(target, error);
  } finally {
    guard.end();
  }
}

async function openSocket(target: Target, addresses: readonly Address[], ms: number, signal: AbortSignal): Promise<Socket> {
  const socket: Socket = connectTcp({
    host: target.address,
    port: target.port,
    // ssh2 leaves Nagle's algorithm on: a request would wait for the acknowledgement of the one before (48 ms against 2.4 ms).
    noDelay: true,
    onread: receiveShared(() => socket),
    autoSelectFamily: addresses.length > 1,
    lookup: (_name, options, callback) => {
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family);
    },
  });
  const guard = guarded(ms, signal, (timedOut) => (timedOut ? connectTimeout(target, ms) : cancelled(target)));
  try {
    const open = new Promise<void>((done, fail) => {
      socket.once('connect', done);
      socket.once('error', (error) => fail(connectFailure(target, error)));
    });
    await Promise.race([open, guard.promise]);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  } finally {
    guard.end();
  }
}
