import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import ssh2, { type Client } from 'ssh2';
import type { HumError } from '../../shared/errors.ts';
import { offeredAlgorithms } from './algorithms.ts';
import type { Asker } from './ask.ts';
import { type Asking, type Login, prepareLogin } from './authentication.ts';
import { type Deadlines, usualDeadlines } from './deadlines.ts';
import { cancelled, connectFailure, connectTimeout, failure, lookupFailure, lookupTimeout } from './failures.ts';
import { type HandshakeTrace, handshakeFailure, handshakeTimeout } from './handshake-failures.ts';
import type { HandshakeGate } from './handshake-gate.ts';
import { viewHostKey } from './host-key.ts';
import { type RefusedKey, refusalOf } from './host-key-failures.ts';
import type { HostKeyVerdict } from './known-hosts.ts';
import { answerAwaited } from './login-failures.ts';
import type { Target } from './session.ts';
import { hearLoginAnswers, joinWrites, keepKeysReady, receiveShared } from './thrift.ts';

/** The stages of the way in, in their order. Each is told as it ends well; the one after the last told is the one that failed. */
export type ConnectStage = 'resolve' | 'connect' | 'handshake' | 'host-key' | 'login';

export interface ConnectOptions {
  readonly gate: HandshakeGate;
  readonly signal: AbortSignal;
  readonly deadlines?: Deadlines | undefined;
  /** Called for a key that known_hosts does not vouch for. True lets it pass this once; nothing is stored. */
  readonly allowKey?: ((verdict: HostKeyVerdict) => boolean) | undefined;
  readonly onStage?: ((stage: ConnectStage, note: string) => void) | undefined;
  /** Who asks a person for passphrases, passwords and codes. */
  readonly asker?: Asker | undefined;
  /** A person started this attempt. */
  readonly byPerson?: boolean | undefined;
  /** A person is being asked, or has answered. */
  readonly onWaiting?: ((waiting: HumError | undefined) => void) | undefined;
}

/** A socket and the client of ssh2 on it, logged in, without listeners of ours. */
export interface Connection {
  readonly client: Client;
  readonly socket: Socket;
}

/** A host key stopped the handshake. */
export class KeyRefused extends Error {
  readonly refused: RefusedKey;

  constructor(refused: RefusedKey) {
    super(refused.error.message);
    this.refused = refused;
  }
}

/** The host gave up waiting for an answer that would do for the next connection as well. */
export class AnswerAwaited extends Error {
  readonly error: HumError;
  /** When it is answered, or will not be. */
  readonly settled: Promise<void>;

  constructor(error: HumError, settled: Promise<void>) {
    super(error.message);
    this.error = error;
    this.settled = settled;
  }
}

/**
 * Opens one connection and logs in. Looking up the name and TCP run freely, so that a host that does not answer holds nobody up; key
 * exchange and login, which cost CPU, pass through the gate.
 * @throws HumError, KeyRefused, or AnswerAwaited
 */
export async function connect(target: Target, options: ConnectOptions): Promise<Connection> {
  const { gate, signal, deadlines = usualDeadlines, onStage } = options;
  if (signal.aborted) throw cancelled(target);

  const addresses = await resolve(target, deadlines.lookup, signal);
  onStage?.('resolve', addresses.map((each) => each.address).join(', '));

  const socket = await openSocket(target, addresses, deadlines.connect, signal);
  joinWrites(socket);
  try {
    onStage?.('connect', `${socket.remoteAddress ?? ''} port ${target.port}`);
    const firstWords = await hearGreeting(target, socket, deadlines.greeting, signal);
    const leave = await gate.enter(signal).catch(() => {
      throw cancelled(target);
    });
    // A place in the gate is for work: a host that keeps us waiting gives it back and may go on.
    const impatient = setTimeout(leave, gatePatienceMs);
    try {
      return { client: await handshake(target, socket, firstWords, options), socket };
    } finally {
      clearTimeout(impatient);
      leave();
    }
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const gatePatienceMs = 3000;

interface Address {
  readonly address: string;
  readonly family: number;
}

async function resolve(target: Target, ms: number, signal: AbortSignal): Promise<readonly Address[]> {
  const family = isIP(target.address);
  if (family !== 0) return [{ address: target.address, family }];
  let late: HumError | undefined;
  const guard = guarded(ms, signal, (timedOut) => {
    late = timedOut ? lookupTimeout(target, ms) : cancelled(target);
    return late;
  });
  try {
    // getaddrinfo(3) cannot be called back: it ends by itself in libuv's pool, which the launcher makes large enough (UV_THREADPOOL_SIZE).
    const found = await Promise.race([lookup(target.address, { all: true, verbatim: true }), guard.promise]);
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

/** Waits for the host's first bytes, which stay in the socket: sshd speaks first. */
async function hearGreeting(target: Target, socket: Socket, ms: number, signal: AbortSignal): Promise<string> {
  const silent: HandshakeTrace = { firstWords: undefined, encrypted: false };
  const guard = guarded(ms, signal, (timedOut) => (timedOut ? handshakeTimeout(target, ms, silent) : cancelled(target)));
  let onEnd = () => {};
  let onError = (_error: Error) => {};
  let onReadable = () => {};
  const spoken = new Promise<string>((done, fail) => {
    onEnd = () => fail(handshakeFailure(target, 'closed', silent));
    onError = (error) => fail(connectFailure(target, error));
    onReadable = () => {
      const chunk: unknown = socket.read();
      if (!Buffer.isBuffer(chunk)) return;
      // Each unshift announces itself as readable: a listener that stays would be called for ever.
      socket.off('readable', onReadable);
      socket.unshift(chunk);
      done(chunk.toString('latin1', 0, firstWordsLength));
    };
    socket.once('end', onEnd).once('close', onEnd).on('error', onError).on('readable', onReadable);
  });
  try {
    return await Promise.race([spoken, guard.promise]);
  } finally {
    guard.end();
    socket.off('end', onEnd).off('close', onEnd).off('readable', onReadable);
    socket.on('error', () => undefined).off('error', onError);
  }
}

const firstWordsLength = 255;

/** ssh2 answers a dead peer after `keepaliveCountMax` unanswered questions. */
const keepalive = { keepaliveInterval: 15_000, keepaliveCountMax: 3 } as const;

async function handshake(target: Target, socket: Socket, firstWords: string, options: ConnectOptions): Promise<Client> {
  const { signal, deadlines = usualDeadlines, onStage, allowKey, asker, byPerson, onWaiting } = options;
  const { address, port, knownHosts } = target;
  const trace = { firstWords, encrypted: false };
  const gone = new AbortController();
  let known = false;

  const guard = guarded(deadlines.handshake, signal, (timedOut) =>
    timedOut ? handshakeTimeout(target, deadlines.handshake, trace) : cancelled(target),
  );
  const onAsking = (asking: Asking | undefined) => {
    if (asking === undefined) guard.goOn();
    else guard.hold();
    onWaiting?.(asking && answerAwaited(target, asking.what));
  };

  const client = new ssh2.Client();
  let accepted: Buffer | undefined;
  let refused: RefusedKey | undefined;
  let exchanged = '';

  const verify = (key: Buffer): boolean => {
    // Each key exchange asks again; within one connection the key must stay the same.
    if (accepted !== undefined) return accepted.equals(key);
    const verdict = knownHosts.check(address, port, key);
    const offered = viewHostKey(key);
    refused = refusalOf(target, key, offered, verdict);
    if (refused !== undefined && allowKey?.(verdict) !== true) return false;
    known = verdict.kind === 'known';
    exchanged = `${offered.type} ${offered.fingerprint}${known ? '' : ', not in known_hosts yet'}`;
    accepted = Buffer.from(key);
    refused = undefined;
    return true;
  };

  try {
    const login = await prepareLogin(target, { asker, byPerson, signal, gone: gone.signal, mayGiveSecrets: () => known, onAsking });
    if (socket.destroyed) throw handshakeFailure(target, new Error('The host closed the connection.'), { firstWords, encrypted: false });
    const ready = new Promise<void>((done, fail) => {
      client.on('ready', done);
      client.on('handshake', (negotiated) => {
        keepKeysReady(client);
        if (trace.encrypted) return;
        trace.encrypted = true;
        onStage?.('handshake', `${firstWords.split(/[\r\n]/, 1)[0] ?? ''}, ${negotiated.kex}, ${negotiated.cs.cipher}`);
        onStage?.('host-key', exchanged);
      });
      client.on('error', (error) => {
        // The agent refused to sign with one key, or a key stayed locked; ssh2 goes on to the next.
        if (error.level === 'agent') return;
        if (refused !== undefined) {
          onStage?.('handshake', firstWords.split(/[\r\n]/, 1)[0] ?? '');
          fail(new KeyRefused(refused));
        } else if (error.level === 'client-authentication') fail(login.failure());
        else if (/too many authentication failures/i.test(error.message)) fail(login.failure(error.message));
        else fail(stillAsking(target, login) ?? handshakeFailure(target, error, trace));
      });
      client.on('close', () =>
        fail(stillAsking(target, login) ?? handshakeFailure(target, new Error('The host closed the connection.'), trace)),
      );
      client.connect({
        ...keepalive,
        sock: socket,
        username: target.user,
        ident: 'Hum',
        readyTimeout: 0,
        algorithms: offeredAlgorithms(knownHosts.keyTypesFor(address, port)),
        hostVerifier: verify,
        authHandler: (_left, _partial, next) => {
          login.next().then(
            // ssh2's own documentation: `false` ends the attempts. Its types leave that out.
            (method) => socket.destroyed || (next as (method: unknown) => void)(method),
            fail,
          );
        },
      });
      hearLoginAnswers(client, login.answered);
    });
    await Promise.race([ready, guard.promise]);
    onStage?.('login', `${target.user}, ${login.current}`);
    client.removeAllListeners().on('error', () => undefined);
    client.on('handshake', () => keepKeysReady(client));
    return client;
  } catch (error) {
    client.removeAllListeners().on('error', () => undefined);
    socket.destroy();
    throw error;
  } finally {
    gone.abort();
    guard.end();
  }
}

/** The connection ended while a person was asked: by LoginGraceTime of sshd_config(5), after two minutes, or because the network did. */
function stillAsking(target: Target, login: Login): HumError | AnswerAwaited | undefined {
  const { asking } = login;
  if (asking === undefined) return undefined;
  const error = answerAwaited(target, asking.what);
  if (!asking.bound) return new AnswerAwaited(error, asking.settled);
  return failure(
    target,
    'not-answered',
    `${error.message} It closed the connection before anybody answered.`,
    'Choose "Reconnect" to be asked again.',
  );
}

/**
 * A promise that only rejects: with the deadline, or with the signal. The deadline does not run between `hold` and `goOn`, and begins anew
 * after.
 */
function guarded(
  ms: number,
  signal: AbortSignal,
  error: (timedOut: boolean) => HumError,
): { promise: Promise<never>; hold(): void; goOn(): void; end(): void } {
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  let expire = () => {};
  let onAbort = () => {};
  const promise = new Promise<never>((_, reject) => {
    expire = () => reject(error(true));
    onAbort = () => reject(error(false));
  });
  promise.catch(() => undefined);
  const hold = () => clearTimeout(timer);
  const goOn = () => {
    clearTimeout(timer);
    if (!over) timer = setTimeout(expire, ms);
  };
  goOn();
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    promise,
    hold,
    goOn,
    end() {
      over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
