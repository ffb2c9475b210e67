/**
 * Sessions to 1,000 real sshd addresses: what a connection costs, directly and behind one jump host, and how all come back after a cut.
 *
 * The servers are a few sshd of this machine, which share its processors with Hum: times are those of both, the CPU is Hum's alone. Another
 * number of hosts: `npm run bench -- sessions 100`. The exec is `true` on one host, as a script over Hum's open session and as `ssh` over the
 * socket of a ControlMaster, which is a process each time. Nothing here fails because of a time.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHandshakeGate, type HandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createJumpHosts } from '../../src/main/ssh/jump-hosts.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import type { Session, Target } from '../../src/main/ssh/session.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { loopback, openRig } from '../support/sshd.ts';
import { median, printTable } from './support/figures.ts';

const hostCount = Number(process.argv[2] ?? 1000);
const execs = 25;
/** A hang is told as one; what is slow is measured. */
const patienceMs = 900_000;

interface Figures {
  readonly allOnlineS: number;
  /** Of Hum's process, for each host. */
  readonly cpuMs: number;
  readonly peakHandshakes: number;
  /** Of Hum's process, with all that it was before. */
  readonly peakRssMb: number;
}

// The rig takes its accounts and servers along when the process exits, not when a signal ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
if (!Number.isInteger(hostCount) || hostCount < 1 || hostCount > 10_000) throw new Error('How many hosts? A number from 1 to 10000.');

const rig = await openRig();
try {
  const key = await rig.clientKey();
  const server = await rig.sshd({ listen: loopback(hostCount), settings: { LogLevel: 'ERROR' } });
  const bastion = await rig.sshd({ settings: { LogLevel: 'ERROR' } });
  const { name: user } = await rig.account({ shell: '/bin/dash' });
  const file = join(rig.dir, 'known_hosts');
  writeFileSync(file, rig.knownHosts(server) + rig.knownHosts(bastion));
  const common = {
    user,
    keyFiles: [key.path],
    explicitKeys: true,
    agent: undefined,
    knownHosts: createKnownHosts({ files: [file], appendTo: file }),
  };
  const hosts = server.addresses.map((address, index): Target => ({ ...common, id: `bench-${index}`, address, port: server.port }));
  const through: Target = { ...common, id: 'bench-bastion', address: bastion.addresses[0] ?? '127.0.0.1', port: bastion.port };

  // Once with a few hosts: code that is loaded and compiled only once is no cost of a host.
  const warm = createHandshakeGate();
  await stopAll(
    (
      await allOnline(
        hosts.slice(0, 8).map((host) => createSession(host, { gate: warm })),
        watched(warm),
      )
    ).sessions,
  );

  progress('direct');
  const gate = watched(createHandshakeGate());
  const direct = await allOnline(
    hosts.map((host) => createSession(host, { gate })),
    gate,
  );
  progress('a cut of all connections');
  const storm = await afterCut(direct.sessions, gate, () => server.daemon.dropConnections());
  progress('exec over one session, and over a ControlMaster');
  const hum = await humExec(direct.sessions[0]);
  await stopAll(direct.sessions);
  const master = await masterExec(hosts[0], key.path, file);

  progress('behind one jump host');
  const innerGate = watched(createHandshakeGate());
  const jumps = createJumpHosts({ gate: innerGate });
  const behind = await allOnline(
    hosts.map((host) => createSession({ ...host, way: { kind: 'jump', through } }, { gate: innerGate, jumps })),
    innerGate,
  );
  progress('a cut of the jump host');
  const innerStorm = await afterCut(behind.sessions, innerGate, () => bastion.daemon.dropConnections());
  await stopAll(behind.sessions);
  jumps.stop();

  const row = (name: string, { allOnlineS, cpuMs, peakHandshakes, peakRssMb }: Figures) => [
    name,
    `${allOnlineS} s`,
    `${cpuMs} ms`,
    String(peakHandshakes),
    `${peakRssMb} MB`,
  ];
  printTable([
    [`${hostCount} hosts on local sshd`, 'all online', 'CPU per host', 'peak handshakes', 'peak memory'],
    row('direct', direct.figures),
    row('direct, after a cut', storm),
    row('behind one jump host', behind.figures),
    row('behind it, after a cut', innerStorm),
    [`exec, median of ${execs}`, `Hum ${hum} ms`, `ssh ${master} ms`, '', ''],
  ]);
  process.stdout.write(
    `${JSON.stringify({
      connectCpuMs: direct.figures.cpuMs,
      allOnlineS: storm.allOnlineS,
      peakHandshakes: storm.peakHandshakes,
      peakRssMb: storm.peakRssMb,
      execVsControlMaster: Number((master / Math.max(hum, 0.1)).toFixed(2)),
      hosts: hostCount,
      connectS: direct.figures.allOnlineS,
      jumpConnectCpuMs: behind.figures.cpuMs,
      jumpConnectS: behind.figures.allOnlineS,
      jumpAllOnlineS: innerStorm.allOnlineS,
      jumpPeakHandshakes: innerStorm.peakHandshakes,
    })}\n`,
  );
} finally {
  await rig.close();
}

/** A gate that knows how many were inside at once. */
interface WatchedGate extends HandshakeGate {
  /** The most since the last call. */
  takePeak(): number;
}

function watched(gate: HandshakeGate): WatchedGate {
  let inside = 0;
  let peak = 0;
  return {
    async enter(signal) {
      const leave = await gate.enter(signal);
      inside += 1;
      peak = Math.max(peak, inside);
      let left = false;
      return () => {
        if (!left) inside -= 1;
        left = true;
        leave();
      };
    },
    takePeak() {
      const most = peak;
      peak = inside;
      return most;
    },
  };
}

async function allOnline(sessions: readonly Session[], gate: WatchedGate): Promise<{ sessions: readonly Session[]; figures: Figures }> {
  const figures = await measured(sessions, gate, () => {
    for (const session of sessions) session.start();
  });
  return { sessions, figures };
}

/** Cuts all connections; the clock runs from the cut, and until each session was lost and is online again. */
async function afterCut(sessions: readonly Session[], gate: WatchedGate, cut: () => void): Promise<Figures> {
  const lost = new Set(sessions);
  const offs = sessions.map((session) => session.onStatus(() => session.status.state !== 'online' && lost.delete(session)));
  try {
    return await measured(sessions, gate, cut, () => lost.size === 0);
  } finally {
    for (const off of offs) off();
  }
}

/** @throws Error when a host is not online after 15 minutes */
async function measured(sessions: readonly Session[], gate: WatchedGate, begin: () => void, also = () => true): Promise<Figures> {
  gate.takePeak();
  let rss = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  begin();
  for (;;) {
    rss = Math.max(rss, process.memoryUsage.rss());
    const away = sessions.find((session) => session.status.state !== 'online');
    if (away === undefined && also()) break;
    if (performance.now() - began > patienceMs) throw new Error(`Not all are online: ${JSON.stringify((away ?? sessions[0])?.status)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    allOnlineS: round((performance.now() - began) / 1000),
    cpuMs: round((user + system) / 1000 / sessions.length),
    peakHandshakes: gate.takePeak(),
    peakRssMb: Math.round(rss / 1e6),
  };
}

async function stopAll(sessions: readonly Session[]): Promise<void> {
  await Promise.all(sessions.map((session) => session.stop()));
}

/** Median, ms. */
async function humExec(session: Session | undefined): Promise<number> {
  return await medianOf(async () => {
    if ((await session?.run('true'))?.code !== 0) throw new Error('true is not true over the session of Hum');
  });
}

/** Median of `ssh host true` over an open ControlMaster, ms. */
async function masterExec(host: Target | undefined, keyFile: string, knownHosts: string): Promise<number> {
  if (host === undefined) return 0;
  const settings = ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${knownHosts}`];
  const options = [...settings, `ControlPath=${join(rig.dir, 'master')}`].flatMap((setting) => ['-o', setting]);
  const way = ['-F', '/dev/null', '-p', String(host.port), '-i', keyFile, ...options];
  const place = `${host.user}@${host.address}`;
  // The process that stays would hold a pipe open.
  const master = spawn('ssh', [...way, '-M', '-N', '-f', place], { stdio: 'ignore' });
  if ((await once(master, 'exit'))[0] !== 0) throw new Error('ssh opened no ControlMaster');
  const execute = promisify(execFile);
  try {
    return await medianOf(() => execute('ssh', [...way, '-o', 'ControlMaster=no', place, 'true']));
  } finally {
    await execute('ssh', [...way, '-O', 'exit', place]).catch(() => {});
  }
}

async function medianOf(act: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < execs; round += 1) {
    const began = performance.now();
    await act();
    took.push(performance.now() - began);
  }
  return median(took);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

/** It takes minutes: say where it is, on stderr, which is not the result. */
function progress(step: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${step}\n`);
}
