import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { viewHostKey } from '../../src/main/ssh/host-key.ts';
import { readKeyList } from '../../src/main/ssh/key-list.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { randomart } from '../../src/main/ssh/randomart.ts';
import { openSeenKeys } from '../../src/main/ssh/seen-keys.ts';
import type { Target } from '../../src/main/ssh/session.ts';

let dir: string;
const lines: string[] = [];
const blobs: Buffer[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-keys-'));
  for (const [index, args] of [
    ['ed25519'],
    ['ecdsa', '-b', '256'],
    ['ecdsa', '-b', '521'],
    ['rsa', '-b', '2048'],
    ['rsa', '-b', '3072'],
    ['ed25519'],
  ].entries()) {
    execFileSync('ssh-keygen', ['-q', '-N', '', '-t', ...args, '-f', join(dir, `key-${index}`)]);
    const line = readFileSync(join(dir, `key-${index}.pub`), 'utf8').trim();
    lines.push(line.split(' ').slice(0, 2).join(' '));
    blobs.push(Buffer.from(line.split(' ')[1] ?? '', 'base64'));
  }
});
afterAll(() => rmSync(dir, { recursive: true }));

test("the picture of a key is OpenSSH's own", () => {
  for (const [index, blob] of blobs.entries()) {
    const said = execFileSync('ssh-keygen', ['-lvf', join(dir, `key-${index}.pub`)], { encoding: 'utf8' });
    expect(randomart(blob)).toBe(said.trim().split('\n').slice(1).join('\n'));
  }
});

test('any bytes make a picture of eleven lines', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const drawn = randomart(Buffer.from(bytes)).split('\n');
      expect(drawn.map((line) => line.length)).toEqual(Array(11).fill(19));
    }),
  );
});

test('a list of fingerprints vouches for a key, lines of known_hosts for a key of a host, and contradict another', () => {
  const [first = '', , , , , other = ''] = lines;
  const view = (index: number) => viewHostKey(blobs[index] ?? Buffer.alloc(0));
  const web1 = { address: 'web1', port: 22 };
  const printed = execFileSync('ssh-keygen', ['-lf', join(dir, 'key-0.pub')], { encoding: 'utf8' });
  expect(readKeyList(`  ${printed}\nand some words`)(web1, view(0))).toBe('listed');
  expect(readKeyList(printed)(web1, view(5))).toBe('silent');
  expect(readKeyList(`${view(0).fingerprint}x`)(web1, view(0))).toBe('silent');

  const scanned = `# web1:22 SSH-2.0-OpenSSH\nweb1,10.0.0.1 ${first}\n[web2]:2222 ${other}\n@revoked web3 ${first}\n`;
  const verdict = readKeyList(scanned);
  expect(verdict(web1, view(0))).toBe('listed');
  expect(verdict({ address: '10.0.0.1', port: 22 }, view(0))).toBe('listed');
  expect(verdict(web1, view(5))).toBe('contradicted');
  expect(verdict(web1, view(3))).toBe('silent');
  expect(verdict({ address: 'web2', port: 2222 }, view(5))).toBe('listed');
  expect(verdict({ address: 'web2', port: 22 }, view(5))).toBe('silent');
  expect(verdict({ address: 'web3', port: 22 }, view(0))).toBe('silent');
});

function fileWith(name: string, text: string | Buffer): string {
  const file = join(dir, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

test('taking a line out leaves every other byte, the mode and the link to the file', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' '))),
      fc.nat(),
      fc.boolean(),
      async (others, place, ends) => {
        const all = others.map((text) => `# ${text}`);
        const at = place % (all.length + 1);
        const line = `web1 ${lines[0]}`;
        const before = [...all.slice(0, at), line, ...all.slice(at)].join('\n') + (ends ? '\n' : '');
        const file = fileWith('property', Buffer.from(before, 'utf8'));
        const known = createKnownHosts({ files: [file], appendTo: file });
        await known.remove([{ where: `${file}:${at + 1}`, line }]);
        const left = [...all].join('\n') + (ends && all.length > 0 ? '\n' : '');
        expect(readFileSync(file, 'utf8')).toBe(left);
      },
    ),
    { numRuns: 60 },
  );
  const real = fileWith('real', `# mine\nweb1 ${lines[0]}\nweb2 ${lines[0]}\n`);
  chmodSync(real, 0o640);
  const link = join(dir, 'link');
  symlinkSync(real, link);
  const known = createKnownHosts({ files: [link], appendTo: link });
  const verdict = known.check('web1', 22, blobs[5] ?? Buffer.alloc(0));
  if (verdict.kind !== 'changed') throw new Error(verdict.kind);
  await known.remove(verdict.knownKeys);
  expect(readFileSync(real, 'utf8')).toBe(`# mine\nweb2 ${lines[0]}\n`);
  expect(statSync(real).mode & 0o777).toBe(0o640);
  expect(known.check('web1', 22, blobs[5] ?? Buffer.alloc(0)).kind).toBe('unknown');
});

test('a line that is not there any more takes nothing out', async () => {
  const file = fileWith('moved', `web1 ${lines[0]}\n`);
  const known = createKnownHosts({ files: [file], appendTo: file });
  const verdict = known.check('web1', 22, blobs[5] ?? Buffer.alloc(0));
  if (verdict.kind !== 'changed') throw new Error(verdict.kind);
  writeFileSync(file, `web0 ${lines[0]}\nweb1 ${lines[0]}\n`);
  await expect(known.remove(verdict.knownKeys)).rejects.toMatchObject({ problem: { code: 'conflict' } });
  await expect(known.remove([{ where: `${dir}/none:1`, line: '' }])).rejects.toMatchObject({ problem: { code: 'known-hosts-unwritable' } });
  expect(readFileSync(file, 'utf8')).toBe(`web0 ${lines[0]}\nweb1 ${lines[0]}\n`);
});

test('a key that is trusted once is known to this Hum, to no file, and never in place of a changed one', async () => {
  const file = fileWith('once', `web2 ${lines[0]}\n`);
  const [key = Buffer.alloc(0), , , , , other = Buffer.alloc(0)] = blobs;
  const known = createKnownHosts({ files: [file], appendTo: file });
  let told = 0;
  known.onAppend(() => {
    told += 1;
  });
  await known.append('web1', 22, key, 'in-memory');
  await known.append('web2', 22, other, 'in-memory');
  expect([known.check('web1', 22, key).kind, known.check('web1', 22, other).kind, known.check('web2', 22, other).kind]).toEqual([
    'known',
    'unknown',
    'changed',
  ]);
  expect(told).toBe(2);
  expect(readFileSync(file, 'utf8')).toBe(`web2 ${lines[0]}\n`);
  expect(createKnownHosts({ files: [file], appendTo: file }).check('web1', 22, key).kind).toBe('unknown');
});

test('when a key was seen first is kept over a restart, and a damaged record or a full disk costs nothing else', () => {
  const values = new Map<string, unknown>([['seen', { 'a SHA256:x': 'yesterday' }]]);
  const store = {
    path: '/x',
    get: (name: string) => values.get(name),
    set: (name: string, value: unknown) => void values.set(name, value),
  };
  const target = { address: 'Web1', port: 2222 } as Target;
  const key = blobs[0] ?? Buffer.alloc(0);
  const seen = openSeenKeys(store, () => 77);
  expect(seen.firstSeen(target, viewHostKey(key).fingerprint)).toBeUndefined();
  seen.saw(target, key);
  seen.flush();
  const later = openSeenKeys(store, () => 99);
  later.saw(target, key);
  expect(later.firstSeen(target, viewHostKey(key).fingerprint)).toBe(77);
  const full = openSeenKeys({ ...store, set: () => expect.fail('ENOSPC') }, () => 5);
  full.saw({ ...target, port: 1 }, key);
  expect(() => full.flush()).not.toThrow();
});
