import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './hum-fleet.ts';

/** On a busy machine clush takes minutes. */
const limitMs = 600_000;
const fanouts = [32, 64, 200] as const;

/** Tries each fan-out once and answers the quickest: pessimising the peers would flatter us. */
export async function chooseFanout(run: (fanout: number) => Promise<number>): Promise<number> {
  let best: { fanout: number; ms: number } | undefined;
  for (const fanout of fanouts) {
    const took = await run(fanout);
    if (!best || took < best.ms) best = { fanout, ms: took };
  }
  return best?.fanout ?? fanouts[0];
}

/** A command that the peers run on every host, and what its answer holds once. */
export interface Task {
  readonly command: string;
  readonly mark: string;
}

const readMemory: Task = { command: 'cat /proc/meminfo', mark: 'MemTotal:' };

/** The tools that people use for this today, on the same hosts with the same key. */
export class Peers {
  readonly #place: Place;
  readonly #task: Task;
  readonly #sockets: string;

  constructor(dir: string, place: Place, task: Task = readMemory) {
    this.#place = place;
    this.#task = task;
    this.#sockets = join(dir, 'mux');
    mkdirSync(this.#sockets, { mode: 0o700 });
  }

  /** The command on all hosts, cold, ms. */
  clush(fanout: number): Promise<number> {
    return this.#clush(fanout, ['-o', 'ControlPath=none']);
  }

  /** The same over the masters' open connections. */
  clushMux(fanout: number): Promise<number> {
    // clush reads its options as Python's configparser does: a percent sign is two.
    return this.#clush(fanout, ['-o', `ControlPath=${this.#sockets}/%%h`, '-o', 'ControlMaster=no']);
  }

  pdsh(fanout: number): Promise<number> {
    const { addresses, user } = this.#place;
    const env = { ...process.env, PDSH_SSH_ARGS_APPEND: [...this.#sshOptions(), '-o', 'ControlPath=none'].join(' ') };
    return this.#timed('pdsh', ['-R', 'ssh', '-f', String(fanout), '-l', user, '-w', addresses.join(','), this.#task.command], env);
  }

  /** One ssh master per host, each behind its socket. */
  async openMasters(): Promise<void> {
    const { addresses, user } = this.#place;
    const options = [...this.#sshOptions(), '-o', `ControlPath=${this.#sockets}/%h`, '-o', 'ControlMaster=yes', '-o', 'ControlPersist=600'];
    await inTurns(addresses, (address) => launched('ssh', [...options, '-N', '-f', `${user}@${address}`]));
  }

  async closeMasters(): Promise<void> {
    const { addresses, user } = this.#place;
    const options = ['-o', `ControlPath=${this.#sockets}/%h`, '-O', 'exit'];
    await inTurns(addresses, (address) => launched('ssh', [...this.#sshOptions(), ...options, `${user}@${address}`]).catch(() => {}));
  }

  #clush(fanout: number, more: readonly string[]): Promise<number> {
    const { addresses, user } = this.#place;
    const options = [...this.#sshOptions(), ...more].join(' ');
    return this.#timed('clush', ['-f', String(fanout), '-l', user, '-o', options, '-w', addresses.join(','), this.#task.command]);
  }

  #sshOptions(): string[] {
    const { port, keyFile, knownHosts } = this.#place;
    const settings = ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${knownHosts}`];
    return ['-F', '/dev/null', '-p', String(port), '-i', keyFile, ...settings.flatMap((setting) => ['-o', setting])];
  }

  async #timed(program: string, args: readonly string[], env = process.env): Promise<number> {
    const began = performance.now();
    const output = await finished(program, args, env);
    const took = performance.now() - began;
    const answers = output.split(this.#task.mark).length - 1;
    if (answers !== this.#place.addresses.length) throw new Error(`${program} reached ${answers} hosts of ${this.#place.addresses.length}`);
    return took;
  }
}

/** Sixteen at a time. */
async function inTurns<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += 16) await Promise.all(items.slice(from, from + 16).map(act));
}

/** Runs a program to its end and answers its stdout. */
async function finished(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs });
  const output: Buffer[] = [];
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${complaint}`);
  return Buffer.concat(output).toString();
}

/** Runs a program that leaves a process of its own behind: that one would hold a pipe open. */
async function launched(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore', timeout: limitMs });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ${args.at(-1)} ended with ${code}`);
}
