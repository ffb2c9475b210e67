import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

/** Node 24, from the npm package `node`; the scripts themselves run on the machine's own Node, 20 or later. */
export const node24 = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/**
 * How the console's Node is started. A sample leaves little behind: with V8's own 16 MiB the young generation of a console with 200 hosts
 * takes 25 MiB more and saves no time (npm run bench -- fan-out).
 */
export const consoleNodeFlags = ['--max-semi-space-size=4'];

/** Programs that a script waits for; whoever ends the script ends them too. */
const running = new Set();

/** @param {NodeJS.Signals} signal */
export function endRunning(signal) {
  for (const child of running) child.kill(signal);
}

/**
 * Runs a program to its end and keeps what it prints.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ limitMs?: number, env?: NodeJS.ProcessEnv, cwd?: string, shell?: boolean }} [options]
 * @returns {Promise<{ ok: boolean, output: string, stdout: string }>} `ok` is false as well when it could not start or took too long
 */
export function run(command, args, { limitMs = 600_000, env = process.env, cwd = root, shell = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    let stdout = '';
    const timer = setTimeout(() => {
      output += `\nIt took longer than ${limitMs / 1000} s and was ended.`;
      child.kill('SIGKILL');
    }, limitMs);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    const finish = (ok, more = '') => {
      clearTimeout(timer);
      running.delete(child);
      done({ ok, output: `${output}${more}`.trim(), stdout });
    };
    child.on('error', (error) => finish(false, error.message));
    child.on('close', (code) => finish(code === 0));
  });
}

/** @param {string} sentence */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}
