import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import type { Session, SessionStatus, Target } from '../../src/main/ssh/session.ts';
import { createSession, type SessionDeps } from '../../src/main/ssh/ssh-session.ts';
import { listenersCounted } from './leaks.ts';
import { patienceMs } from './patience.ts';
import { type KeyPair, knownHostsName, type Rig, type Server } from './sshd.ts';

let serial = 0;

/** A way to a server of the rig: with this key alone, and a known_hosts file of its own that knows the server, unless told otherwise. */
export async function targetFor(
  rig: Rig,
  server: Pick<Server, 'port'> & Partial<Server>,
  options: { key?: KeyPair; known?: string; address?: string } & Partial<Target> = {},
): Promise<Target> {
  const { key, known, address = server.addresses?.[0] ?? '127.0.0.1', ...rest } = options;
  const file = join(rig.dir, `known_hosts-${++serial}`);
  const lines = (server.hostKeys ?? []).map((each) => `${knownHostsName(address, server.port)} ${each.public}\n`).join('');
  await writeFile(file, known ?? lines);
  return {
    id: `host-${serial}`,
    address,
    port: server.port,
    user: rig.user,
    keyFiles: key === undefined ? [] : [key.path],
    explicitKeys: key !== undefined,
    agent: undefined,
    knownHosts: listenersCounted(createKnownHosts({ files: [file], appendTo: file })),
    ...rest,
  };
}

/** A session that is stopped by `stopSessions`. */
export function sessionFor(target: Target, deps: Partial<SessionDeps> = {}): Session {
  const session = createSession(target, { gate: createHandshakeGate(), random: () => 0, ...deps });
  sessions.push(session);
  return session;
}

const sessions: Session[] = [];

/** Stops every session that `sessionFor` made since the last call. */
export async function stopSessions(): Promise<void> {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
}

/** Resolves with the first status of this state, now or later. Rejects after `ms`, with the status that it has then. */
export function reaches<S extends SessionStatus['state']>(
  session: Session,
  state: S,
  ms = patienceMs,
): Promise<SessionStatus & { readonly state: S }> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(late);
      off();
    };
    const late = setTimeout(() => {
      end();
      reject(new Error(`still not ${state}: ${JSON.stringify(session.status)}`));
    }, ms);
    const check = (status: SessionStatus) => {
      if (status.state !== state) return;
      end();
      resolve(status as SessionStatus & { readonly state: S });
    };
    const off = session.onStatus(check);
    if (session.status.state === state) check(session.status);
  });
}

/** Starts it and waits until it is online. */
export async function online(session: Session): Promise<Session> {
  session.start();
  await reaches(session, 'online');
  return session;
}

/** The problem of the first state that is neither `connecting` nor `online`. */
export function firstProblem(
  session: Session,
  ms = patienceMs,
): Promise<Exclude<SessionStatus, { state: 'idle' | 'connecting' | 'online' }>> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no problem: ${JSON.stringify(session.status)}`)), ms);
    const off = session.onStatus((status) => {
      if (!('problem' in status)) return;
      clearTimeout(late);
      off();
      resolve(status);
    });
    session.start();
  });
}
