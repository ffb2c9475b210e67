import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, LogFile } from '../../src/main/logging.ts';

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-log-'));
  path = join(dir, 'hum.log');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the log file', () => {
  it('begins anew at its bound while it runs, keeps one older file and loses no line between them', () => {
    const log = new LogFile(path, 1000);
    for (let line = 0; line < 45; line += 1) log.write(`${String(line).padStart(99)}\n`);
    expect(readdirSync(dir).sort()).toEqual(['hum.log', 'hum.log.1']);
    const kept = `${readFileSync(`${path}.1`, 'utf8')}${readFileSync(path, 'utf8')}`.trim().split('\n').map(Number);
    expect(kept).toEqual(Array.from({ length: 15 }, (_, index) => 30 + index));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('touches no file before its first line', () => {
    new LogFile(path);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('is no reason to end: a full disk costs its lines and nothing else', () => {
    // /dev/full answers each write with ENOSPC (full(4)).
    symlinkSync('/dev/full', path);
    expect(() => createLogger(dir).info('one')).not.toThrow();
  });

  it('says how many lines were lost when it can be written again', () => {
    const folder = join(dir, 'folder');
    writeFileSync(folder, 'a file where the folder should be');
    const log = createLogger(folder);
    log.info('lost');
    log.info('lost as well');
    unlinkSync(folder);
    log.info('kept');
    const lines = readFileSync(join(folder, 'hum.log'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ lines: 2, msg: 'log lines were lost' }, { msg: 'kept' }]);
  });
});
