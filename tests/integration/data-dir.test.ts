import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDataDir } from '../../src/main/storage/data-dir.ts';
import { HumError } from '../../src/shared/errors.ts';

let dir: string;
let holder: ChildProcess | undefined;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'hum-data-')), 'data');
});
afterEach(() => {
  holder?.kill('SIGKILL');
  holder = undefined;
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

function claimProblem(folder = dir): string {
  try {
    claimDataDir(folder).release();
  } catch (error) {
    if (error instanceof HumError) return error.problem.code;
    throw error;
  }
  return 'none';
}

describe('the data folder', () => {
  it('belongs to one Hum at a time and is free again when that one is killed', async () => {
    const script = `import(${JSON.stringify(new URL('../../src/main/storage/data-dir.ts', import.meta.url).href)})
      .then(({ claimDataDir }) => { claimDataDir(process.argv[1]); process.stdout.write('held'); setInterval(() => {}, 1000); })`;
    holder = spawn(process.execPath, ['--input-type=module', '-e', script, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(holder, 'exit').then(() => Promise.reject(new Error('the holder ended')));
    ended.catch(() => undefined);
    if (holder.stdout) await Promise.race([once(holder.stdout, 'data'), ended]);
    expect(claimProblem()).toBe('conflict');

    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    expect(claimProblem()).toBe('none');
  });

  it('that cannot be made is told as such', () => {
    expect(claimProblem('/dev/null/hum')).toBe('settings-unwritable');
  });

  it('is readable by its owner only', () => {
    const claimed = claimDataDir(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    claimed.release();
  });

  it('is rid of what a killed Hum had half written, and of nothing else', () => {
    mkdirSync(dir);
    for (const name of ['inventory.json', 'inventory.json.tmp-5415619365629ad3', 'inventory.json.tmp-notes', 'inventory.damaged-1.json']) {
      writeFileSync(join(dir, name), '{}');
    }
    claimDataDir(dir).release();
    const left = readdirSync(dir).filter((name) => !name.startsWith('lock.'));
    expect(left.sort()).toEqual(['inventory.damaged-1.json', 'inventory.json', 'inventory.json.tmp-notes']);
  });
});
