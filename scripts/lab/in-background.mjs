import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostsFolder } from './folders.mjs';
import { LabHindrance } from './hindrance.mjs';
import { peerOf, startHost, stopHost } from './host.mjs';
import { provideImage } from './image.mjs';
import { machinePid } from './machine.mjs';
import { provideWarmDisk } from './warm.mjs';

/**
 * Builds an image and boots hosts of this process's own, whatever other labs run: as many as are wanted and there is memory for. They end
 * with `stop`, or with the process; should that be killed, the next lab ends them.
 * @param {number} wanted
 * @returns {{ ready: Promise<{ hosts?: readonly import('./host.mjs').RunningHost[], hindrance?: string, failure?: string }>,
 *   stop: () => Promise<void> }} `hindrance` says why there can be no host here, `failure` what went wrong
 */
export function startLabInBackground(wanted) {
  const names = Array.from({ length: wanted }, (_, index) => `test-${index + 1}-${process.pid}`);
  process.on('exit', endOwnMachines);
  const ready = startAll(names).then(
    (hosts) => ({ hosts }),
    (error) => (error instanceof LabHindrance ? { hindrance: error.message } : { failure: error.stack }),
  );
  // A test boots the peer of a host: its snapshot is made now, while there is nothing to wait for.
  const peer = ready.then(({ hosts }) => (hosts?.length === wanted ? preparePeer() : undefined)).catch(() => undefined);
  return {
    ready,
    async stop() {
      await peer;
      await Promise.all(names.flatMap((name) => [name, peerOf(name)]).map(stopHost));
    },
  };
}

async function preparePeer() {
  const silent = () => undefined;
  await provideWarmDisk(await provideImage(silent), 'two', silent);
}

async function startAll(names) {
  const hosts = [];
  for (const name of names) {
    try {
      // Any free port: the usual one is for the lab that somebody works with.
      hosts.push(await startHost(name, { port: 0 }));
    } catch (error) {
      if (hosts.length === 0 || !(error instanceof LabHindrance)) throw error;
    }
  }
  return hosts;
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
