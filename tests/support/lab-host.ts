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

/** The hosts that `npm test` or `npm run lab -- test` has started: as many files as there are run side by side, each on one of its own. */
export function startedLabs(): readonly LabHost[] {
  return JSON.parse(process.env.HUM_LABS ?? '[]') as LabHost[];
}

/**
 * The host for this worker, else the one that runs on this machine.
 * @throws Error when none runs
 */
export async function findLab(): Promise<LabHost> {
  const labs = startedLabs();
  const { VITEST_POOL_ID: worker = '1' } = process.env;
  return labs[(Number(worker) - 1) % labs.length] ?? ask(process.env.HUM_LAB ?? 'one', 'status');
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
