import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { provideSystemPackages } from '../system-packages.mjs';
import { hostsFolder, loginKey } from './folders.mjs';
import { LabHindrance, labHindrance, packages } from './hindrance.mjs';
import { provideImage } from './image.mjs';
import { alone, lives } from './lock.mjs';
import { machinePid, memoryMiB, startMachine, stopMachine } from './machine.mjs';
import { copyWarmDisk, provideWarmDisk } from './warm.mjs';
import { freePort, waitForSsh } from './way-in.mjs';

/** The ports that hosts have where nothing else does. */
const usualPorts = { one: 22022, two: 22023 };
/** Resuming takes 2 s; a busy machine gets longer. */
const resumeMs = 300_000;

/**
 * A host that runs, and the way to it.
 * @typedef {{ name: string, port: number, key: string, knownHosts: string, pid: number }} RunningHost
 */

/**
 * Brings a host up, from the snapshot of its first boot, and installs and builds what that needs. One that runs is left as it is.
 * @param {string} name
 * @param {{ kind?: 'one' | 'two', port?: number, say?: (sentence: string) => void }} [options]
 * @returns {Promise<RunningHost>}
 * @throws LabHindrance where there can be no lab, Error when something went wrong
 */
export async function startHost(name, { kind = 'one', port: wanted = usualPorts[kind], say = () => undefined } = {}) {
  const there = hostStatus(name);
  if (there) return there;
  await provideTools();
  await stopOrphans();
  if (availableMiB() < memoryMiB.host) {
    throw new LabHindrance(`a host of the lab needs ${memoryMiB.host} MiB of memory, and ${Math.floor(availableMiB())} MiB are free`);
  }
  const image = await provideImage(say);
  const { disk, accelerator } = await provideWarmDisk(image, kind, say);
  return alone(`host-${name}`, async () => {
    const folder = folderOf(name);
    mkdirSync(folder, { recursive: true });
    copyWarmDisk(disk, folder);
    const port = await freePort(wanted);
    writeFileSync(join(folder, 'host.json'), JSON.stringify({ kind, port, image }));
    try {
      await startMachine({ folder, peer: folderOf(peerOf(name)), image, kind, accelerator, port, resume: true });
      await waitForSsh({ folder, kind, port, limitMs: resumeMs });
    } catch (error) {
      await stopMachine(folder);
      throw error;
    }
    const host = hostStatus(name);
    if (host === undefined) throw new Error('QEMU ended while the host came up.');
    return host;
  });
}

/** Ends a host like a pulled plug. What it wrote is lost. @param {string} name */
export async function stopHost(name) {
  await stopMachine(folderOf(name));
  rmSync(folderOf(name), { recursive: true, force: true });
}

/**
 * Back to the snapshot's disk and memory, on the same port; open connections are lost. By a new QEMU: `loadvm` in a running one leaves
 * Xen's timers waiting for as long as it had run.
 * @param {string} name
 */
export async function resetHost(name) {
  const { kind, port } = settingsOf(name) ?? {};
  await stopHost(name);
  return startHost(name, { ...(kind && { kind }), ...(port && { port }) });
}

/** @param {string} name @returns {RunningHost | undefined} undefined when it does not run */
export function hostStatus(name) {
  const folder = folderOf(name);
  const pid = machinePid(folder);
  const settings = settingsOf(name);
  if (pid === undefined || settings === undefined) return undefined;
  return { name, port: settings.port, key: loginKey, knownHosts: join(folder, 'known_hosts'), pid };
}

/** Ends the hosts that are named after a process (`test-4711`) which has died and could not end them. */
export async function stopOrphans() {
  if (!existsSync(hostsFolder)) return;
  for (const name of readdirSync(hostsFolder)) {
    const owner = /^(?:test|boot)-.*?(\d+)(?:-two)?$/.exec(name)?.[1];
    if (owner !== undefined && !lives(Number(owner))) await stopHost(name);
  }
}

/** The other host of the same lab: `NAME` and `NAME-two`. @param {string} name */
export function peerOf(name) {
  return name.endsWith('-two') ? name.slice(0, -'-two'.length) : `${name}-two`;
}

/** @param {string} name */
export function folderOf(name) {
  return join(hostsFolder, name);
}

async function provideTools() {
  const hindrance = labHindrance() ?? (await alone('packages', () => provideSystemPackages(packages)));
  if (hindrance !== undefined) throw new LabHindrance(hindrance);
}

function settingsOf(name) {
  try {
    return JSON.parse(readFileSync(join(folderOf(name), 'host.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** MemAvailable of proc(5), MiB. */
function availableMiB() {
  return Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024;
}

/**
 * What tells the tests where the hosts are, one for each test that runs beside another (tests/support/lab-host.ts reads it).
 * @param {readonly RunningHost[]} hosts
 */
export function labEnvironment(hosts) {
  return { HUM_LABS: JSON.stringify(hosts) };
}
