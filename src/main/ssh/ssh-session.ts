import { type HumError, type ProblemCode, problemOf } from '../../shared/errors.ts';
import type { Asker } from './ask.ts';
import { retryDelay } from './backoff.ts';
import { AnswerAwaited, connect, KeyRefused } from './connect.ts';
import { type Deadlines, usualDeadlines } from './deadlines.ts';
import { failure, notConnected, shownPlace } from './failures.ts';
import type { HandshakeGate } from './handshake-gate.ts';
import { viewOfferedKey } from './host-key.ts';
import type { RefusedKey } from './host-key-failures.ts';
import { keepingOf, knownName } from './known-hosts.ts';
import { createLink, type Link } from './link.ts';
import type { SeenKeys } from './seen-keys.ts';
import type { Session, SessionStatus, Target } from './session.ts';
import type { JumpWay } from './way.ts';

export interface SessionDeps {
  /** Shared by all sessions. */
  readonly gate: HandshakeGate;
  readonly deadlines?: Deadlines;
  /** Absent where nobody can be asked. */
  readonly asker?: Asker | undefined;
  /** Needed where a target has jump hosts before it. */
  readonly jumps?: JumpWay | undefined;
  /** What the files of ssh_config(5) say about the target at this moment; asked before each attempt. */
  readonly follow?: ((target: Target, signal: AbortSignal) => Promise<Target>) | undefined;
  /** When a host key was seen first. */
  readonly seenKeys?: SeenKeys | undefined;
  /** 0 ≤ n < 1, for the jitter. */
  readonly random?: () => number;
  readonly log?: (entry: { readonly host: string; readonly event: string; readonly code?: ProblemCode; readonly detail?: string }) => void;
}

/** A connection that held for this long starts the count of failures anew. */
const steadyMs = 60_000;

/** The session of one host. It does nothing until `start`. */
export function createSession(
  given: Target,
  { gate, deadlines = usualDeadlines, asker, jumps, follow, seenKeys, random = Math.random, log }: SessionDeps,
): Session {
  const listeners = new Set<(status: SessionStatus) => void>();
  let status: SessionStatus = { state: 'idle' };
  let link: Link | undefined;
  let attempt: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  /** As the person's configuration has it, from the newest attempt on. */
  let target = given;
  let refused: RefusedKey | undefined;
  let stopWatching: (() => void) | undefined;

  function become(next: SessionStatus): void {
    status = next;
    log?.({ host: target.id, event: next.state, ...('problem' in next ? { code: next.problem.code, detail: next.problem.message } : {}) });
    for (const listener of [...listeners]) listener(next);
  }

  function clearWaiting(): void {
    clearTimeout(timer);
    timer = undefined;
    stopWatching?.();
    stopWatching = undefined;
  }

  async function tryNow(byPerson = false): Promise<void> {
    clearWaiting();
    const current = new AbortController();
    attempt = current;
    refused = undefined;
    const since = Date.now();
    become({ state: 'connecting', since });
    const onWaiting = (waiting: HumError | undefined) => {
      if (attempt === current) become({ state: 'connecting', since, ...(waiting === undefined ? {} : { waiting: waiting.problem }) });
    };
    try {
      if (follow !== undefined) target = await follow(given, current.signal);
      const onKey = (place: Target, key: Buffer) => seenKeys?.saw(place, key);
      const connection = await connect(target, { gate, signal: current.signal, deadlines, asker, byPerson, onWaiting, onKey, jumps });
      const fresh = createLink(target, connection, deadlines);
      if (current.signal.aborted) {
        await fresh.close();
        return;
      }
      attempt = undefined;
      link = fresh;
      const onlineSince = Date.now();
      become({ state: 'online', since: onlineSince });
      void fresh.ended.then((reason) => {
        if (link !== fresh) return;
        link = undefined;
        failures = Date.now() - onlineSince >= steadyMs ? 1 : failures + 1;
        if (reason !== undefined) waitToRetry(reason);
      });
    } catch (error) {
      if (attempt !== current) return;
      if (error instanceof AnswerAwaited) {
        onWaiting(error.error);
        await error.settled;
        if (attempt === current) void tryNow(byPerson);
        return;
      }
      attempt = undefined;
      failures++;
      if (error instanceof KeyRefused) waitForPerson(error.refused);
      else waitToRetry(error);
    }
  }

  function waitToRetry(error: unknown): void {
    const problem = problemOf(error);
    const state = isLoginProblem(problem.code) ? 'auth-failed' : 'unreachable';
    if (isForPerson(problem.code)) {
      become({ state, since: Date.now(), problem, retryAt: undefined });
      return;
    }
    const delay = retryDelay(state, failures, random);
    timer = setTimeout(() => void tryNow(), delay);
    // Whoever gets through first calls the others.
    if (problem.code === 'jump-host-down' && target.way?.kind === 'jump')
      stopWatching = jumps?.onUp(target.way.through, () => void tryNow());
    become({ state, since: Date.now(), problem, retryAt: Date.now() + delay });
  }

  /** A host key is a person's decision: no retry. When known_hosts learns it, here or for another host of the same name, go on. */
  function waitForPerson(key: RefusedKey): void {
    refused = key;
    const problem = { ...key.error.problem, host: target.id };
    const since = Date.now();
    const { knownHosts } = key.target;
    const name = knownName(key.target);
    stopWatching = knownHosts.onAppend(() => {
      if (knownHosts.check(name.address, name.port, key.key).kind === 'known') void tryNow();
    });
    const offeredKey = viewOfferedKey(key.key, key.target === target ? undefined : shownPlace(key.target));
    if (problem.code === 'host-key-unknown' && key.target.strict !== 'yes')
      become({ state: 'host-key-unknown', since, problem, offeredKey });
    else {
      const knownKeys = key.knownKeys.map((known) => ({ ...known, firstSeen: seenKeys?.firstSeen(key.target, known.fingerprint) ?? null }));
      become({ state: 'host-key-changed', since, problem, retryAt: undefined, offeredKey, knownKeys });
    }
  }

  async function stop(): Promise<void> {
    clearWaiting();
    attempt?.abort();
    attempt = undefined;
    refused = undefined;
    failures = 0;
    const open = link;
    link = undefined;
    if (status.state !== 'idle') become({ state: 'idle' });
    await open?.close();
  }

  return {
    get target() {
      return target;
    },
    get status() {
      return status;
    },
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (status.state === 'idle') void tryNow();
    },
    stop,
    wake() {
      if (target.way?.kind === 'jump') jumps?.check(target.way.through, deadlines.channel);
      if (link !== undefined) void link.check(deadlines.channel);
      else if (timer !== undefined) void tryNow();
    },
    retryNow() {
      if (status.state !== 'idle' && status.state !== 'online' && status.state !== 'connecting') void tryNow(true);
    },
    async trustOfferedKey(fingerprint, once) {
      const key = refused;
      if (status.state !== 'host-key-unknown' || key === undefined || key.offered.fingerprint !== fingerprint) {
        throw failure(
          target,
          'conflict',
          `${shownPlace(target)} does not offer the key ${fingerprint.slice(0, 100)} any more.`,
          'Look at the host again: what it shows now may have to be decided anew.',
        );
      }
      // The append tells every session that waits for this key, this one included.
      const name = knownName(key.target);
      await key.target.knownHosts.append(name.address, name.port, key.key, once ? 'in-memory' : keepingOf(key.target));
      if (refused === key && status.state === 'host-key-unknown') void tryNow();
    },
    async forgetKnownKeys() {
      const key = refused;
      if (status.state !== 'host-key-changed' || status.problem.code !== 'host-key-changed' || key === undefined) {
        throw failure(target, 'conflict', `${shownPlace(target)} offers no changed key any more.`, 'Look at the host again.');
      }
      await key.target.knownHosts.remove(key.knownKeys);
      if (refused === key) void tryNow(true);
    },
    run: (script, args, options) => (link === undefined ? Promise.reject(notConnected(target)) : link.run(script, args, options)),
    open: (script, args, options) => (link === undefined ? Promise.reject(notConnected(target)) : link.open(script, args, options)),
    terminal: (script, args, options, listener) =>
      link === undefined ? Promise.reject(notConnected(target)) : link.terminal(script, args, options, listener),
    files: () => (link === undefined ? Promise.reject(notConnected(target)) : link.files()),
    shell: (options, listener) => (link === undefined ? Promise.reject(notConnected(target)) : link.shell(options, listener)),
  };
}

const loginProblems: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'auth-failed',
  'no-credentials',
  'key-unreadable',
  'key-encrypted',
  'not-answered',
  'answer-wrong',
]);

function isLoginProblem(code: ProblemCode): boolean {
  return loginProblems.has(code);
}

/** Another try would only ask the same again. */
function isForPerson(code: ProblemCode): boolean {
  return code === 'not-answered' || code === 'answer-wrong';
}
