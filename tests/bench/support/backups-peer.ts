import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hostBackups } from '../../../src/main/backups/host-backups.ts';
import { openRig } from '../../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../../support/sshd-target.ts';

const execute = promisify(execFile);

/** A refresh by what it takes until its answer is there, ms, and what the answer has, bytes. */
export interface Refreshes {
  readonly oursMs: readonly number[];
  readonly peerMs: readonly number[];
  readonly peerBytes: number;
  /** CPU of the host for the peer's command, ms. */
  readonly peerCpuMs: readonly number[];
}

/**
 * Hum's refresh and `ssh HOST 'crontab -l; cat /etc/crontab /etc/cron.d/*'` over a ControlMaster socket, in turns, on the same real sshd. The peer
 * brings the crontabs alone: no timers, no scripts, no state of any job.
 */
export async function againstSsh(root: string, rounds: number): Promise<Refreshes> {
  const rig = await openRig();
  const command = `crontab -l 2>/dev/null; cat ${root}/etc/crontab ${root}/etc/cron.d/*`;
  try {
    const key = await rig.clientKey();
    const server = await rig.sshd({ settings: { LogLevel: 'ERROR' } });
    const knownHosts = join(rig.dir, 'known_hosts');
    writeFileSync(knownHosts, rig.knownHosts(server));
    const session = await online(sessionFor(await targetFor(rig, server, { key, user: rig.user })));
    const backups = hostBackups('h', { root });
    await backups.read(session);
    const options = [
      'ControlMaster=auto',
      `ControlPath=${join(rig.dir, 'master')}`,
      'ControlPersist=60',
      `UserKnownHostsFile=${knownHosts}`,
    ];
    const ssh = (...words: readonly string[]) =>
      execute('ssh', [
        ...['-F', 'none', '-i', key.path, '-p', String(server.port), '-l', rig.user],
        ...options.flatMap((option) => ['-o', option]),
        ...words,
      ]);
    const { stdout } = await ssh('127.0.0.1', command);
    const [oursMs, peerMs, peerCpuMs]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round += 1) {
      peerMs.push(await timed(() => ssh('127.0.0.1', command)));
      oursMs.push(await timed(() => backups.read(session)));
      peerCpuMs.push(childCpuMs(['sh', '-c', command], ''));
    }
    if (backups.view.problem !== undefined) throw new Error(backups.view.problem.message);
    await ssh('-O', 'exit', '127.0.0.1');
    return { oursMs, peerMs, peerBytes: stdout.length, peerCpuMs };
  } finally {
    await stopSessions();
    await rig.close();
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

/** What a command and all that it starts use of the processor, ms. */
export function childCpuMs(words: readonly string[], input: string): number {
  // times(1p): the second line is the user and system time of the children.
  const { stderr } = spawnSync('sh', ['-c', '"$@" > /dev/null 2>&1; times >&2', 'sh', ...words], { input, encoding: 'utf8' });
  const spent = [...(stderr.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, m, s]) => Number(m) * 60_000 + Number(s) * 1000,
  );
  return spent.reduce((sum, each) => sum + each, 0);
}
