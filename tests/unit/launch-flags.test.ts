import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/start.mjs');

/** The launcher as a person calls it; every case here ends before it installs, builds or starts anything. */
function start(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', timeout: 15_000 });
  return { status, out: stdout, err: stderr };
}

describe('npm start', () => {
  it('shows every flag with --help, and does nothing else', () => {
    const { status, out, err } = start('--help');
    expect(status).toBe(0);
    for (const flag of ['--web', '--host', '--port', '--allow-remote', '--no-open', '--data', '--demo']) expect(out).toContain(flag);
    expect(err).toBe('');
  });

  it.each([
    [['--colour'], '--colour'],
    [['--port', 'http'], '--port needs a whole number'],
    [['--port', '65536'], '0 to 65535'],
    [['--port'], '--port'],
    [['--demo', '5000'], '1 to 2000'],
    [['--demo-domains', 'many'], '1 to 500'],
    [['--host='], '--host needs an address'],
    [['--data='], '--data needs a folder'],
    [['12'], '12'],
  ])('ends %j with a sentence, the usage and status 2', (args, words) => {
    const { status, out, err } = start(...args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err.split('\n')[0]).toContain(words);
    expect(err).toContain('Usage: npm start');
  });
});
