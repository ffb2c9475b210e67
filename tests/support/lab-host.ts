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
 * The host for this worker, of Vitest or of Playwright, else the one that runs on this machine.
 * @throws Error when none runs
 */
export async function findLab(): Promise<LabHost> {
  const labs = startedLabs();
  const { VITEST_POOL_ID: vitest = 1, TEST_PARALLEL_INDEX: playwright = Number(vitest) - 1, HUM_LAB: name = 'one' } = process.env;
  return labs[Number(playwright) % labs.length] ?? ask(name, 'status');
}

/** Pulls its plug and brings it back as it was when it had just come up; connections are lost, the port stays. */
export async function resetLabHost(name: string): Promise<LabHost> {
  return ask(name, 'reset');
}

/** The second host beside it, at the other end of its cable: 10.0.2.16 where this one is 10.0.2.15. @throws Error where there is no memory for it */
export async function startSecondLabHost(name: string): Promise<LabHost> {
  return ask(name, 'two');
}

export async function stopSecondLabHost(name: string): Promise<void> {
  await call(name, ['stop', 'two']);
}

async function ask(name: string, command: string): Promise<LabHost> {
  return JSON.parse((await call(name, [command])).split('\n')[0] ?? '') as LabHost;
}

async function call(name: string, words: readonly string[]): Promise<string> {
  const env = { ...process.env, HUM_LAB: name };
  const { stdout } = await execute(process.execPath, [script, ...words], { env, timeout: 400_000 });
  return stdout;
}
