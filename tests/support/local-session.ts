/**
 * A Session whose "host" is a local sh: it runs the very script that a host would run, without a network between. For tests of what stands
 * above sessions; `become` and `children` let a test play the network's part and the host's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { ScriptChannel, Session, SessionStatus } from '../../src/main/ssh/session.ts';
import { HumError, type Problem } from '../../src/shared/errors.ts';

export interface LocalHostOptions {
  /** What the host has for `/proc`; its answers name it `/proc`. */
  readonly proc?: string;
  /** What the host has below `/etc`, `/sys` and `/var`. */
  readonly root?: string;
  /** Folders of programs that the host has before those of this machine. */
  readonly path?: string;
  /** Holds back everything that the host sends, ms: a slow network. */
  delayMs?: number;
  /** Runs instead of the script that is asked for: a host that is not as it should be. */
  script?: string;
}

export interface LocalSession extends Session {
  /** The scripts that run, oldest first. */
  readonly children: readonly ChildProcess[];
  /** The requests that were written to the host, and when (performance.now()). */
  readonly requests: readonly { readonly at: number; readonly line: string }[];
  /** How many answers have come from it, before any delay. */
  readonly answers: number;
  /** Channels opened so far. */
  readonly opened: number;
  /** How often it was told that the machine slept. */
  readonly woken: number;
  /** The most requests that ever waited for their answer at once. */
  readonly mostWaiting: number;
  /** The connection is in this state from now on. A state other than `online` ends every script. */
  become(status: SessionStatus): void;
}

/** The session of a host that is this machine. `options` may change while it runs. */
export function localSession(id: string, options: LocalHostOptions = {}): LocalSession {
  const listeners = new Set<(status: SessionStatus) => void>();
  const children = new Set<ChildProcess>();
  const requests: { at: number; line: string }[] = [];
  let status: SessionStatus = { state: 'idle' };
  let opened = 0;
  let answers = 0;
  let mostWaiting = 0;
  let woken = 0;

  function become(next: SessionStatus): void {
    status = next;
    if (next.state !== 'online') for (const child of children) child.kill('SIGKILL');
    for (const listener of listeners) listener(next);
  }

  const connect = () => {
    become({ state: 'connecting', since: Date.now() });
    become({ state: 'online', since: Date.now() });
  };

  return {
    target: {
      id,
      address: 'localhost',
      port: 22,
      user: 'nobody',
      keyFiles: [],
      explicitKeys: false,
      agent: undefined,
      get knownHosts(): never {
        throw new Error('A local session has no host keys.');
      },
    },
    get status() {
      return status;
    },
    get children() {
      return [...children];
    },
    get requests() {
      return requests;
    },
    get answers() {
      return answers;
    },
    get opened() {
      return opened;
    },
    get woken() {
      return woken;
    },
    get mostWaiting() {
      return mostWaiting;
    },
    become,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: connect,
    retryNow: connect,
    async stop() {
      const gone = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
      become({ state: 'idle' });
      await Promise.all(gone);
    },
    wake() {
      woken += 1;
    },
    forgetKnownKeys: () => Promise.reject(new Error('not here')),
    trustOfferedKey: () => Promise.reject(new HumError(refused(id))),
    run: () => Promise.reject(new HumError(refused(id))),
    terminal: () => Promise.reject(new HumError(refused(id))),
    shell: () => Promise.reject(new HumError(refused(id))),
    files: () => Promise.reject(new HumError(refused(id))),
    open(script, args = []) {
      if (status.state !== 'online') return Promise.reject(new HumError(refused(id)));
      opened += 1;
      const [nonce = '', proc = '', root = '', ...rest] = args;
      const child = spawn('sh', ['-c', options.script ?? script, 'sh', nonce, options.proc ?? proc, options.root ?? root, ...rest], {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { ...process.env, PATH: `${options.path ?? ''}:${process.env.PATH}` },
      });
      let waiting = 0;
      let tail = '';
      children.add(child);
      child.once('exit', () => children.delete(child));
      child.stdin.on('error', () => undefined);
      child.stdout.on('data', (chunk: Buffer) => {
        const text = tail + chunk.toString('latin1');
        const ends = text.split(`\n${nonce} end `).length - 1;
        answers += ends;
        waiting -= ends;
        tail = text.slice(-nonce.length - 5);
      });
      const channel: ScriptChannel = {
        write(data) {
          requests.push({ at: performance.now(), line: data.trimEnd() });
          waiting += 1;
          mostWaiting = Math.max(mostWaiting, waiting);
          child.stdin.write(data);
        },
        onData(listener) {
          child.stdout.on('data', (chunk: Buffer) => {
            const shown = options.proc === undefined ? chunk : Buffer.from(chunk.toString().replaceAll(`${options.proc}/`, `${proc}/`));
            if (options.delayMs === undefined) listener(shown);
            else setTimeout(() => listener(shown), options.delayMs);
          });
        },
        onClose(listener) {
          child.once('close', listener);
        },
        close() {
          child.kill('SIGKILL');
        },
      };
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('spawn', () => resolve(channel));
      });
    },
  };
}

function refused(host: string): Problem {
  return { code: 'connection-lost', message: 'There is no connection.', hint: 'This is a test.', host };
}
