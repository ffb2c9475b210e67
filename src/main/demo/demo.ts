import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Logger } from '../logging.ts';
import { createKnownHosts } from '../ssh/known-hosts.ts';
import type { Target } from '../ssh/session.ts';
import { newKeyPair } from './keys.ts';
import { type DemoOrder, demoReport } from './messages.ts';
import { fleetOf, type Profile } from './profiles.ts';

export interface DemoOptions {
  readonly hosts: number;
  /** So many on each host, and each a Xen host. By default some hosts are plain Linux, and the others have a few to fifty. */
  readonly domains?: number | undefined;
  /** The same seed gives the same fleet, and the same figures at the same time after the start. */
  readonly seed?: number;
  /** How many times faster than the clock the demo's time runs. Default 1. */
  readonly speed?: number;
  /** The built entry of the demo's process. */
  readonly serverPath: string;
  /** The Node or Electron that runs it. Default: this one. */
  readonly execPath?: string;
  readonly log?: Logger;
  /** Where the demo keeps its key and known_hosts, in a folder of its own that leaves with it. */
  readonly workDir: string;
  /** Ends a demo that is still starting. */
  readonly signal?: AbortSignal;
}

/** A running demo fleet. */
export interface Demo {
  readonly hosts: readonly InventoryHost[];
  /** How to connect to one of `hosts`: with the demo's own key and known hosts, never with the person's. */
  target(host: InventoryHost): Target;
  /** Called once when the process has ended, whoever ended it. Returns the way to stop listening. */
  onExit(listener: () => void): () => void;
  stop(): Promise<void>;
}

const defaultSeed = 1912;
/** A thousand hosts take about a second; a busy machine may need several. */
const startWithinMs = 20_000;
const stopWithinMs = 1500;

/**
 * Starts the demo fleet in a process of its own.
 * @throws HumError `demo-failed`, or `cancelled` by `signal`
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { hosts: count, domains, seed = defaultSeed, speed = 1, log } = options;
  const profiles = fleetOf(seed, count, domains);
  const dir = mkdtempSync(join(options.workDir, 'fleet-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  const key = newKeyPair();
  const keyFile = join(dir, 'id_ed25519');
  const knownHostsFile = join(dir, 'known_hosts');

  const child = fork(options.serverPath, [], {
    // Electron runs a plain script only as Node (its "ELECTRON_RUN_AS_NODE"); Node does not care.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    execPath: options.execPath ?? process.execPath,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.on('error', () => resolve());
  }).finally(remove);
  child.stderr?.on('data', (chunk: Buffer) => log?.warn({ text: visibleText(chunk.toString(), 2000) }, 'the demo fleet complains'));

  let ports: readonly number[];
  try {
    writeFileSync(keyFile, key.private, { mode: 0o600 });
    const ready = await order(child, { hosts: count, domains, seed, speed, clientKey: key.public }, options.signal);
    ports = ready.ports;
    writeFileSync(knownHostsFile, knownHostsText(profiles, ready), { mode: 0o600 });
  } catch (error) {
    await end(child, exited);
    throw error;
  }
  const knownHosts = createKnownHosts({ files: [knownHostsFile], appendTo: knownHostsFile });
  log?.info({ hosts: count, seed, pid: child.pid }, 'the demo fleet is up');

  return {
    hosts: profiles.map((profile, index) => inventoryHost(profile, ports[index] ?? 0)),
    target: (host) => ({
      id: host.id,
      address: host.address,
      port: host.port,
      user: host.user,
      keyFiles: [keyFile],
      explicitKeys: true,
      agent: undefined,
      knownHosts,
    }),
    onExit(listener) {
      let listening = true;
      void exited.then(() => listening && listener());
      return () => {
        listening = false;
      };
    },
    stop: () => end(child, exited),
  };
}

interface Ready {
  readonly ports: readonly number[];
  readonly hostKey: string;
}

/** Sends the order and waits for the ports. */
async function order(child: ChildProcess, message: DemoOrder, signal: AbortSignal | undefined): Promise<Ready> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Ready>((resolve, reject) => {
      const fail = (detail: string) => reject(demoFailed(detail));
      timer = setTimeout(() => fail(`no answer within ${startWithinMs / 1000} s`), startWithinMs);
      signal?.addEventListener('abort', () => reject(stoppedEarly()), { once: true });
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code, signal) => fail(`its process ended: ${signal ?? `exit status ${code}`}`));
      child.once('message', (answer) => {
        const report = demoReport.safeParse(answer);
        if (!report.success) fail('its process gave an answer that is none');
        else if (report.data.kind === 'failed') fail(report.data.message);
        else resolve(report.data);
      });
      child.send(message, (error) => {
        if (error) fail(error.message);
      });
    });
  } finally {
    clearTimeout(timer);
  }
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await exited;
    clearTimeout(timer);
  }
  await exited;
}

/** Every host with its key; the one that was "installed anew" still with the key of its former self. */
function knownHostsText(profiles: readonly Profile[], { ports, hostKey }: Ready): string {
  const formerKey = newKeyPair().public;
  return profiles.map((profile, index) => `[127.0.0.1]:${ports[index]} ${profile.role === 'key-changed' ? formerKey : hostKey}\n`).join('');
}

function inventoryHost(profile: Profile, port: number): InventoryHost {
  return {
    id: `demo-${profile.name}`,
    name: profile.name,
    address: '127.0.0.1',
    port,
    user: profile.user,
    keyFile: null,
    group: profile.kind.group,
    tags: [...profile.kind.tags],
    enabled: true,
    origin: 'demo',
  };
}

function stoppedEarly(): HumError {
  return new HumError({
    code: 'cancelled',
    message: 'The demo fleet was stopped before it was up.',
    hint: 'Start it again when you want to see it.',
  });
}

function demoFailed(detail: string): HumError {
  return new HumError({
    code: 'demo-failed',
    message: 'The demo fleet could not be started.',
    hint: 'Try again with fewer hosts. Nothing of your own hosts is touched by the demo.',
    detail: visibleText(detail),
  });
}
