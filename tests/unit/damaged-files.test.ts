import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInventoryFile } from '../../src/main/inventory/inventory-file.ts';
import { setAsideEntries, setAsideIfDamaged } from '../../src/main/storage/damaged.ts';
import { HumError } from '../../src/shared/errors.ts';

/** Beyond the stack of every parser that calls itself for each level. */
const levels = 100_000;

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-damaged-'));
  path = join(dir, 'inventory.json');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function problemOf(act: () => unknown): { code: string; message: string } | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof HumError) return error.problem;
    throw error;
  }
  return undefined;
}

describe('a settings file', () => {
  it.each([
    ['in its list', `{"hosts":${'['.repeat(levels)}${']'.repeat(levels)}}`],
    ['in a field that Hum does not know', `{"hosts":[],"other":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`],
  ])('that is nested without end %s is set aside like any damaged one', (_where, text) => {
    writeFileSync(path, text);
    expect(setAsideIfDamaged(path)).toMatchObject({ code: 'settings-damaged', detail: 'The file is nested too deeply.' });
    const [aside = ''] = readdirSync(dir);
    expect(readFileSync(join(dir, aside), 'utf8')).toBe(text);
  });

  it('whose names hold any number of brackets is sound', () => {
    writeFileSync(path, JSON.stringify({ hosts: [{ name: '[{"\\'.repeat(500) }] }));
    expect(setAsideIfDamaged(path)).toBeUndefined();
  });

  it.each([
    ['a folder', () => mkdirSync(path)],
    ['a link to itself', () => symlinkSync(path, path)],
  ])('that is %s is named, and left as it is', (_what, make) => {
    make();
    expect(problemOf(() => setAsideIfDamaged(path))).toMatchObject({ code: 'file-unreadable', message: expect.stringContaining(path) });
    expect(readdirSync(dir)).toEqual(['inventory.json']);
  });

  it('is left as it is when what is damaged cannot be kept elsewhere', () => {
    const gone = join(dir, 'gone', 'inventory.json');
    expect(problemOf(() => setAsideEntries(gone, [1], 'damaged'))).toMatchObject({ code: 'settings-unwritable' });
  });
});

describe('an import file', () => {
  it.each([
    ['closed', `{\n"hosts":${'['.repeat(levels)}${']'.repeat(levels)}}`],
    ['left open', `{\n"hosts":${'['.repeat(levels)}`],
  ])('that is nested without end, and %s, is refused with the place', (_how, text) => {
    const read = readInventoryFile(text);
    expect(read).toMatchObject({ kind: 'invalid', errors: [{ line: 2, message: 'Nested too deeply for an inventory.' }] });
  });

  it('with millions of errors is refused with the first hundred, at once', () => {
    const began = performance.now();
    const read = readInventoryFile(`[${'}\n'.repeat(1_000_000)}`);
    expect(read.kind === 'invalid' && read.errors.length).toBeLessThanOrEqual(100);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('names what it holds as data, whatever the names mean to JavaScript', () => {
    const host = '"name":"a","address":"a.example.org","user":"root"';
    const read = readInventoryFile(
      `{"format":"hum-inventory","version":1,"__proto__":{"polluted":1},"hosts":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${host}}]}`,
    );
    expect(read).toMatchObject({ kind: 'file', file: { hosts: [{ name: 'a' }] } });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(read.kind === 'file' && Object.hasOwn(read.file.hosts[0] ?? {}, '__proto__')).toBe(false);
  });
});
