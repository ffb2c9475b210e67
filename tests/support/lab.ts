/**
 * The Xen host of tests/lab through Hum's own sessions. Run with `npm run lab -- test [files]`.
 *
 *     const lab = await openLab();              // lab.root and lab.op are online; op may not run xl
 *     beforeEach(() => lab.tidy());             // only dom0 runs, /etc/xen is as it was
 *     await lab.startGuest('guest1');           // up: its network answers
 *     await lab.run('xl list "$1"', ['guest1']) // as root: { code, stdout, stderr }
 *     await lab.reset();                        // the plug pulled, back in seconds; sessions reconnect
 *     afterAll(() => lab.close());
 */
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import type { Session, Target } from '../../src/main/ssh/session.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { findLab, type LabHost, resetLabHost, startSecondLabHost, stopSecondLabHost } from './lab-host.ts';
import { fillDisk, freeDisk, killXenstored, stopSshdFor, tidy } from './lab-scripts.ts';
import { patienceMs } from './patience.ts';
import { reaches } from './sshd-target.ts';

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `guestN` is 10.0.2.10N. The image has three. */
export type Guest = `guest${number}`;

export interface Lab {
  readonly host: LabHost;
  /** Two sessions that reconnect by themselves. */
  readonly root: Session;
  readonly op: Session;
  /** The way to it, for a session or an inventory of the test's own. */
  target(user: 'root' | 'op'): Target;
  /** A POSIX script as root, whatever its exit status. Default limit: `patienceMs`. */
  run(script: string, args?: readonly string[], options?: { readonly timeoutMs?: number }): Promise<Said>;
  /** The same; answers stdout. @throws Error when its exit status is not 0 */
  sure(script: string, args?: readonly string[], options?: { readonly timeoutMs?: number }): Promise<string>;
  /** No domain but dom0, /etc/xen as built, saved domains and the filler of the disk gone. Resets a host that does not answer `xl`. */
  tidy(): Promise<void>;
  /** Waits until a guest answers a ping: its kernel and front ends run. */
  guestAnswers(name: Guest): Promise<void>;
  /** Starts a guest that /etc/xen has and waits until it answers. */
  startGuest(name: Guest): Promise<void>;
  /** Pulls the plug; the host comes back as it was when it had just come up, and both sessions are online again. */
  reset(): Promise<void>;
  readonly faults: {
    /** Nothing of Xen's toolstack answers any more, until `reset` (or `tidy`, which notices). */
    killXenstored(): Promise<void>;
    /** Leaves no byte on dom0's only file system, until `freeDisk` or `tidy`. */
    fillDisk(): Promise<void>;
    freeDisk(): Promise<void>;
    /** Ends sshd and every connection at once; new ones are refused for so many seconds. */
    stopSshdFor(seconds: number): Promise<void>;
  };
  close(): Promise<void>;
}

/** Opens the lab that runs. @throws Error when none does */
export async function openLab(): Promise<Lab> {
  return openHost(await findLab());
}

/** Boots a second host beside a lab's, which ends when it is closed. */
export async function openSecondHost({ host }: Lab): Promise<Lab> {
  const second = await openHost(await startSecondLabHost(host.name));
  return {
    ...second,
    async close() {
      await second.close();
      await stopSecondLabHost(host.name);
    },
  };
}

async function openHost(host: LabHost): Promise<Lab> {
  const gate = createHandshakeGate();

  const target = (user: 'root' | 'op'): Target => ({
    id: `lab-${user}`,
    address: '127.0.0.1',
    port: host.port,
    user,
    keyFiles: [host.key],
    explicitKeys: true,
    agent: undefined,
    knownHosts: createKnownHosts({ files: [host.knownHosts], appendTo: host.knownHosts }),
  });
  const sessions = { root: createSession(target('root'), { gate }), op: createSession(target('op'), { gate }) };
  for (const session of Object.values(sessions)) session.start();

  /** A session that waits between two attempts is told not to. */
  async function online(): Promise<void> {
    for (const session of Object.values(sessions)) {
      session.retryNow();
      await reaches(session, 'online', 2 * patienceMs);
    }
  }

  async function run(script: string, args: readonly string[] = [], { timeoutMs = patienceMs } = {}): Promise<Said> {
    const { code, stdout, stderr } = await sessions.root.run(script, args, { timeoutMs });
    return { code, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  async function sure(script: string, args?: readonly string[], options?: { readonly timeoutMs?: number }): Promise<string> {
    const said = await run(script, args, options);
    if (said.code !== 0) throw new Error(`exit status ${said.code} of ${script}\n${said.stdout}${said.stderr}`);
    return said.stdout;
  }

  async function guestAnswers(name: Guest): Promise<void> {
    // The guests' own addresses: tests/lab/image/dom0/etc/xen.
    const script = 'for try in $(seq 120); do ping -q -c 1 -W 1 "$1" >/dev/null && exit 0; done; exit 1';
    await sure(script, [`10.0.2.10${name.slice(-1)}`], { timeoutMs: 2 * patienceMs });
  }

  async function reset(): Promise<void> {
    await Promise.all(Object.values(sessions).map((session) => session.stop()));
    await resetLabHost(host.name);
    for (const session of Object.values(sessions)) session.start();
    await online();
  }

  await online();
  return {
    host,
    ...sessions,
    target,
    run,
    sure,
    guestAnswers,
    async tidy() {
      await online();
      const tidied = await run(tidy).catch(() => undefined);
      if (tidied?.code !== 0) await reset();
    },
    async startGuest(name) {
      await sure('xl create -q "/etc/xen/$1.cfg"', [name]);
      await guestAnswers(name);
    },
    reset,
    faults: {
      killXenstored: async () => void (await sure(killXenstored)),
      fillDisk: async () => void (await sure(fillDisk)),
      freeDisk: async () => void (await sure(freeDisk)),
      stopSshdFor: async (seconds) => void (await sure(stopSshdFor, [String(seconds)])),
    },
    close: async () => void (await Promise.all(Object.values(sessions).map((session) => session.stop()))),
  };
}
