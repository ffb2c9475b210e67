import { spawn } from 'node:child_process';
import type { Runner, RunResult } from '../../src/main/ssh/session.ts';

/** A runner whose host is this machine. It counts the scripts that have ended, and the bytes that they printed. */
export interface LocalRunner extends Runner {
  calls: number;
  bytes: number;
}

/** Runs each script with this shell; there is no network between. */
export function localRunner(shell = 'sh'): LocalRunner {
  const run: Runner['run'] = (script, args = [], options = {}) =>
    new Promise<RunResult>((resolve, reject) => {
      const child = spawn(shell, ['-c', script, 'sh', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.on('error', reject);
      child.stdin.on('error', () => undefined);
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.on('close', (code, signal) => {
        const stdout = Buffer.concat(out);
        runner.calls += 1;
        runner.bytes += stdout.length;
        resolve({ code, signal, stdout, stderr: Buffer.concat(err) });
      });
      child.stdin.end(typeof options.stdin === 'string' ? options.stdin : '');
    });
  const never = () => Promise.reject(new Error('Only scripts that end are run here.'));
  const runner: LocalRunner = { run, open: never, terminal: never, calls: 0, bytes: 0 };
  return runner;
}
