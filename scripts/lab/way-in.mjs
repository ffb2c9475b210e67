import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../run.mjs';
import { keysFolder, loginKey } from './folders.mjs';
import { LabHindrance } from './hindrance.mjs';
import { machinePid } from './machine.mjs';

/**
 * The arguments of ssh(1) that lead to a host of the lab, whatever this account's own configuration says.
 * @param {string} folder the host's
 * @param {number} port
 */
export function sshArguments(folder, port) {
  return [
    ...['-F', 'none', '-i', loginKey, '-p', String(port), '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5', '-o', 'LogLevel=ERROR'],
    ...['-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile="${join(folder, 'known_hosts')}"`, 'root@127.0.0.1'],
  ];
}

/**
 * Waits until a command has run on the host, which sets its clock: a resumed one has that of its snapshot.
 * @param {{ folder: string, kind: 'one' | 'two', port: number, limitMs: number, hopeless?: () => boolean }} host
 */
export async function waitForSsh({ folder, kind, port, limitMs, hopeless = () => false }) {
  const [type, key] = readFileSync(join(keysFolder, `host-${kind}.pub`), 'utf8').split(' ');
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`);
  const until = Date.now() + limitMs;
  for (;;) {
    const now = (Date.now() / 1000).toFixed(3);
    const { ok } = await run('ssh', [...sshArguments(folder, port), `date -s @${now}`], { limitMs: 20_000 });
    if (ok) return;
    if (machinePid(folder) === undefined) throw new Error(`QEMU ended; see ${join(folder, 'serial.log')}.`);
    if (hopeless()) throw new Error('Xen panicked.');
    if (Date.now() > until) {
      throw new LabHindrance(`the emulated host was too slow: no SSH after ${limitMs / 1000} s; see ${join(folder, 'serial.log')}`);
    }
    await pause(250);
  }
}

/** A port of loopback that nobody listens on: this one where it is free, or any. @param {number} [wanted] */
export async function freePort(wanted = 0) {
  const server = createServer();
  try {
    await new Promise((done, failed) => server.once('error', failed).listen(wanted, '127.0.0.1', done));
  } catch (error) {
    if (wanted === 0 || error.code !== 'EADDRINUSE') throw error;
    return freePort();
  }
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
