import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostsFolder } from './folders.mjs';
import { LabHindrance } from './hindrance.mjs';
import { peerOf, startHost, stopHost } from './host.mjs';
import { machinePid } from './machine.mjs';

/**
 * Builds an image and boots a host of this process's own, whatever other labs run. It ends with `stop`, or with the process; should that be
 * killed, the next lab ends it.
 * @returns {{ ready: Promise<{ host?: import('./host.mjs').RunningHost, hindrance?: string, failure?: string }>,
 *   stop: () => Promise<void> }} `hindrance` says why there can be no host here, `failure` what went wrong
 */
export function startLabInBackground() {
  const name = `test-${process.pid}`;
  process.on('exit', endOwnMachines);
  // Any free port: the usual one is for the lab that somebody works with.
  const ready = startHost(name, { port: 0 }).then(
    (host) => ({ host }),
    (error) => (error instanceof LabHindrance ? { hindrance: error.message } : { failure: error.stack }),
  );
  return {
    ready,
    async stop() {
      await ready;
      await Promise.all([name, peerOf(name)].map(stopHost));
    },
  };
}

/** At once: the process ends. */
function endOwnMachines() {
  if (!existsSync(hostsFolder)) return;
  for (const name of readdirSync(hostsFolder)) {
    if (!name.replace(/-two$/, '').endsWith(`-${process.pid}`)) continue;
    const folder = join(hostsFolder, name);
    const pid = machinePid(folder);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
