import type { Duplex } from 'node:stream';
import ssh2, { type Client } from 'ssh2';
import { HumError } from '../../shared/errors.ts';
import { offeredAlgorithms } from './algorithms.ts';
import type { Asker } from './ask.ts';
import { type Asking, type Login, prepareLogin } from './authentication.ts';
import { type Deadlines, usualDeadlines } from './deadlines.ts';
import { cancelled, connectFailure, failure } from './failures.ts';
import { guarded } from './guarded.ts';
import { type HandshakeTrace, handshakeFailure, handshakeTimeout } from './handshake-failures.ts';
import type { HandshakeGate } from './handshake-gate.ts';
import { viewHostKey } from './host-key.ts';
import { type RefusedKey, refusalOf } from './host-key-failures.ts';
import { type HostKeyVerdict, keepingOf, knownName } from './known-hosts.ts';
import { answerAwaited } from './login-failures.ts';
import type { Target } from './session.ts';
import { hearLoginAnswers, joinWrites, keepKeysReady } from './thrift.ts';
import { type JumpWay, openWay } from './way.ts';

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
  /** Needed where a target has jump hosts before it. */
  readonly jumps?: JumpWay | undefined;
  /** A key that is known was shown, by the host or by a jump host before it. */
  readonly onKey?: ((target: Target, key: Buffer) => void) | undefined;
}

/** A way to the host and the client of ssh2 on it, logged in, without listeners of ours. */
export interface Connection {
  readonly client: Client;
  readonly stream: Duplex;
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
  const { gate, signal, deadlines = usualDeadlines, onStage, byPerson = false, jumps } = options;
  if (signal.aborted) throw cancelled(target);

  const onResolved = (note: string) => onStage?.('resolve', note);
  const { stream, note } = await openWay(target, { signal, deadlines, byPerson, jumps, onResolved });
  joinWrites(stream);
  try {
    onStage?.('connect', note);
    const firstWords = await hearGreeting(target, stream, deadlines.greeting, signal);
    const leave = await gate.enter(signal).catch(() => {
      throw cancelled(target);
    });
    // A place in the gate is for work: a host that keeps us waiting gives it back and may go on.
    const impatient = setTimeout(leave, gatePatienceMs);
    try {
      return { client: await handshake(target, stream, firstWords, options), stream };
    } finally {
      clearTimeout(impatient);
      leave();
    }
  } catch (error) {
    stream.on('error', () => undefined);
    stream.destroy();
    throw error;
  }
}

const gatePatienceMs = 3000;

/** Waits for the host's first bytes, which stay in the socket: sshd speaks first. */
async function hearGreeting(target: Target, socket: Duplex, ms: number, signal: AbortSignal): Promise<string> {
  const silent: HandshakeTrace = { firstWords: undefined, encrypted: false };
  const guard = guarded(ms, signal, (timedOut) => (timedOut ? handshakeTimeout(target, ms, silent) : cancelled(target)));
  let onEnd = () => {};
  let onError = (_error: Error) => {};
  let onReadable = () => {};
  const spoken = new Promise<string>((done, fail) => {
    onEnd = () => fail(handshakeFailure(target, 'closed', silent));
    onError = (error) => fail(error instanceof HumError ? error : connectFailure(target, error));
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
function keepaliveOf({ keepalive }: Target): { keepaliveInterval: number; keepaliveCountMax: number } {
  // A ServerAliveInterval of 0, OpenSSH's default, means that nobody asks: a console has to know.
  const intervalMs = keepalive?.intervalMs || usualKeepalive.intervalMs;
  return { keepaliveInterval: intervalMs, keepaliveCountMax: keepalive?.countMax ?? usualKeepalive.countMax };
}

const usualKeepalive = { intervalMs: 15_000, countMax: 3 } as const;

/** `accept-new` of ssh_config(5), and `no`, which would take changed keys as well: those are refused all the same. */
function takesNewKeys({ strict }: Target): boolean {
  return strict === 'accept-new' || strict === 'no';
}

async function handshake(target: Target, socket: Duplex, firstWords: string, options: ConnectOptions): Promise<Client> {
  const { signal, deadlines = usualDeadlines, onStage, allowKey, asker, byPerson, onWaiting, onKey } = options;
  const { knownHosts } = target;
  const name = knownName(target);
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
    const verdict = knownHosts.check(name.address, name.port, key);
    const offered = viewHostKey(key);
    const fresh = verdict.kind === 'unknown' && takesNewKeys(target);
    refused = fresh ? undefined : refusalOf(target, key, offered, verdict);
    if (refused !== undefined && allowKey?.(verdict) !== true) return false;
    known = verdict.kind === 'known' || fresh;
    if (fresh) void knownHosts.append(name.address, name.port, key, keepingOf(target)).catch(() => undefined);
    exchanged = `${offered.type} ${offered.fingerprint}${verdict.kind === 'known' ? '' : ', not in known_hosts yet'}`;
    accepted = Buffer.from(key);
    if (known) onKey?.(target, accepted);
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
        ...keepaliveOf(target),
        sock: socket,
        username: target.user,
        ident: 'Hum',
        // For channels that forward it; who logs in is our `authHandler`'s.
        ...(target.agent === undefined ? {} : { agent: target.agent }),
        readyTimeout: 0,
        algorithms: offeredAlgorithms(knownHosts.keyTypesFor(name.address, name.port), target.algorithms),
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
