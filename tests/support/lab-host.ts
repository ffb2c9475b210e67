import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const script = resolve(import.meta.dirname, '../../scripts/lab.mjs');

/** Where a host of the lab is: on 127.0.0.1, with one key for root and op. */
export interface LabHost {
  /** What HUM_LAB calls it. */
  readonly name: string;
  readonly port: number;
  readonly key: string;
  readonly knownHosts: string;
}

/**
 * The lab that `npm test` or `npm run lab -- test` has started, else the one that runs on this machine.
 * @throws Error when none runs
 */
export async function findLab(): Promise<LabHost> {
  const { HUM_LAB: name = 'one', HUM_LAB_PORT: port, HUM_LAB_KEY: key, HUM_LAB_KNOWN_HOSTS: knownHosts } = process.env;
  if (port && key && knownHosts) return { name, port: Number(port), key, knownHosts };
  return ask(name, 'status');
}

/** Pulls its plug and brings it back as it was when it had just come up; connections are lost, the port stays. */
export async function resetLabHost(name: string): Promise<LabHost> {
  return ask(name, 'reset');
}

async function ask(name: string, command: string): Promise<LabHost> {
  const env = { ...process.env, HUM_LAB: name };
  const { stdout } = await execute(process.execPath, [script, command], { env, timeout: 200_000 });
  return JSON.parse(stdout.split('\n')[0] ?? '') as LabHost;
}
