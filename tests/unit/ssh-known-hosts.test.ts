import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';

let dir: string;
/** Public halves as ssh-keygen writes them: type, base64. */
const keys: Record<'a' | 'b' | 'rsa', { type: string; base64: string; blob: Buffer; fingerprint: string }> = Object.create(null);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-known-hosts-'));
  for (const [name, type] of [
    ['a', 'ed25519'],
    ['b', 'ed25519'],
    ['rsa', 'rsa'],
  ] as const) {
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(dir, name)]);
    const [keyType = '', base64 = ''] = readFileSync(join(dir, `${name}.pub`), 'utf8').split(' ');
    const fingerprint = execFileSync('ssh-keygen', ['-lf', join(dir, `${name}.pub`)], { encoding: 'utf8' }).split(' ')[1] ?? '';
    keys[name] = { type: keyType, base64, blob: Buffer.from(base64, 'base64'), fingerprint };
  }
});

afterAll(() => rmSync(dir, { recursive: true }));

let serial = 0;
function fileWith(text: string): string {
  const file = join(dir, `known_hosts-${++serial}`);
  writeFileSync(file, text);
  return file;
}

const knownIn = (text: string) => {
  const file = fileWith(text);
  return createKnownHosts({ files: [file], appendTo: file });
};

const line = (names: string, key: keyof typeof keys) => `${names} ${keys[key].type} ${keys[key].base64}`;

test('a plain line makes its key known, whatever the case of the name', () => {
  const known = knownIn(`# a comment\n\n${line('Web1.example.org,10.0.0.7', 'a')} a comment with spaces\n`);
  expect(known.check('web1.EXAMPLE.org', 22, keys.a.blob)).toEqual({ kind: 'known' });
  expect(known.check('10.0.0.7', 22, keys.a.blob)).toEqual({ kind: 'known' });
  expect(known.check('web2.example.org', 22, keys.a.blob)).toEqual({ kind: 'unknown' });
});

test('names hashed by ssh-keygen -H are found, with and without a port', () => {
  const file = fileWith(`${line('web1.example.org', 'a')}\n${line('[web2.example.org]:2222', 'b')}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
  expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|/);
  const known = createKnownHosts({ files: [file], appendTo: file });
  expect(known.check('web1.example.org', 22, keys.a.blob).kind).toBe('known');
  expect(known.check('web2.example.org', 2222, keys.b.blob).kind).toBe('known');
  expect(known.check('web2.example.org', 22, keys.b.blob).kind).toBe('unknown');
  expect(known.check('web1.example.org', 22, keys.b.blob).kind).toBe('changed');
});

test('another key of the same type is a change, told with fingerprint and line', () => {
  const file = fileWith(`# first\n${line('web1', 'a')}\n`);
  const known = createKnownHosts({ files: [file], appendTo: file });
  expect(known.check('web1', 22, keys.b.blob)).toEqual({
    kind: 'changed',
    knownKeys: [{ line: line('web1', 'a'), type: 'ssh-ed25519', fingerprint: keys.a.fingerprint, where: `${file}:2` }],
  });
});

test('a key of a type that was not known, of a host that is, is a change, as OpenSSH has it', () => {
  const known = knownIn(`${line('web1', 'a')}\n`);
  expect(known.check('web1', 22, keys.rsa.blob)).toMatchObject({ kind: 'changed', knownKeys: [{ fingerprint: keys.a.fingerprint }] });
  expect(known.keyTypesFor('web1', 22)).toEqual(['ssh-ed25519']);
});

test('one of several keys of a host is enough', () => {
  const known = knownIn(`${line('web1', 'a')}\n${line('web1', 'b')}\n${line('web1', 'rsa')}\n`);
  for (const key of ['a', 'b', 'rsa'] as const) expect(known.check('web1', 22, keys[key].blob).kind).toBe('known');
  expect(known.keyTypesFor('web1', 22)).toEqual(['ssh-ed25519', 'ssh-rsa']);
});

test('patterns and their negation hold', () => {
  const known = knownIn(`${line('*.example.org,!bad.example.org,10.0.?.1', 'a')}\n`);
  expect(known.check('web1.example.org', 22, keys.a.blob).kind).toBe('known');
  expect(known.check('bad.example.org', 22, keys.a.blob).kind).toBe('unknown');
  expect(known.check('10.0.5.1', 22, keys.a.blob).kind).toBe('known');
  expect(known.check('10.0.55.1', 22, keys.a.blob).kind).toBe('unknown');
});

test('a revoked key is refused even where another line knows it', () => {
  const known = knownIn(`${line('web1', 'a')}\n@revoked ${line('*', 'a')}\n`);
  expect(known.check('web1', 22, keys.a.blob).kind).toBe('revoked');
  expect(known.check('web1', 22, keys.b.blob).kind).toBe('changed');
  expect(knownIn(`${line('web1', 'a')}\n${line('web1', 'rsa')}\n@revoked ${line('*', 'a')}\n`).keyTypesFor('web1', 22)).toEqual([
    'ssh-rsa',
  ]);
});

test('a host for which only certificates count is no unknown host, unless its plain key is there as well', () => {
  const known = knownIn(`@cert-authority ${line('*', 'a')}\n${line('web2', 'b')}\n`);
  expect(known.check('web1', 22, keys.a.blob)).toMatchObject({ kind: 'certificate', where: expect.stringMatching(/:1$/) });
  expect(known.check('web2', 22, keys.b.blob).kind).toBe('known');
  expect(known.keyTypesFor('web1', 22)).toEqual([]);
});

test('a host that is known by its bare name is known on another port, but a difference there is no change', () => {
  const known = knownIn(`${line('web1', 'a')}\n`);
  expect(known.check('web1', 2222, keys.a.blob).kind).toBe('known');
  expect(known.check('web1', 2222, keys.b.blob).kind).toBe('unknown');
});

test('damaged and endless lines are passed over', () => {
  const known = knownIn(`web1\nweb1 ssh-ed25519\n|1|broken\n@marker\nweb1 ssh-ed25519 ${'A'.repeat(100_000)}\n${line('web1', 'a')}`);
  expect(known.check('web1', 22, keys.a.blob).kind).toBe('known');
});

test('a missing file knows nobody', () => {
  const known = createKnownHosts({ files: [join(dir, 'none')], appendTo: join(dir, 'none') });
  expect(known.check('web1', 22, keys.a.blob)).toEqual({ kind: 'unknown' });
});

test('a file that cannot even be looked at knows nobody, as for OpenSSH', () => {
  const loop = join(dir, 'loop');
  symlinkSync(loop, loop);
  const known = createKnownHosts({ files: [loop], appendTo: loop });
  expect(known.check('web1', 22, keys.a.blob)).toEqual({ kind: 'unknown' });
});

test('a file that another program changed is read again', () => {
  const file = fileWith(`${line('web1', 'a')}\n`);
  const known = createKnownHosts({ files: [file], appendTo: file });
  expect(known.check('web1', 22, keys.a.blob).kind).toBe('known');
  writeFileSync(file, `${line('web1', 'b')}\n`);
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  expect(known.check('web1', 22, keys.b.blob).kind).toBe('known');
});

test('an appended line ends the one before, makes folder and file private, and ssh-keygen finds it', async () => {
  const file = join(dir, 'new', '.ssh', 'known_hosts');
  const known = createKnownHosts({ files: [], appendTo: file });
  await known.append('web1.example.org', 2222, keys.a.blob);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, 'new', '.ssh')).mode & 0o777).toBe(0o700);
  expect(known.check('web1.example.org', 2222, keys.a.blob).kind).toBe('known');
  expect(execFileSync('ssh-keygen', ['-F', '[web1.example.org]:2222', '-f', file], { encoding: 'utf8' })).toContain(keys.a.base64);

  const unfinished = fileWith(line('web9', 'b'));
  await createKnownHosts({ files: [], appendTo: unfinished }).append('web1', 22, keys.a.blob);
  expect(readFileSync(unfinished, 'utf8')).toBe(`${line('web9', 'b')}\n${line('web1', 'a')}\n`);
});

test('many appends at once leave whole lines, each key once, and tell the listeners', async () => {
  const file = fileWith('');
  const known = createKnownHosts({ files: [], appendTo: file });
  let told = 0;
  known.onAppend(() => {
    told++;
  });
  await Promise.all(Array.from({ length: 60 }, (_, index) => known.append(`web${index % 30}`, 22, keys.a.blob)));
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.sort()).toEqual(Array.from({ length: 30 }, (_, index) => line(`web${index}`, 'a')).sort());
  expect(told).toBe(30);
});

test('a file that cannot be written is a problem with a hint, and later appends still work', async () => {
  const blocker = fileWith('');
  chmodSync(blocker, 0o600);
  const known = createKnownHosts({ files: [], appendTo: join(blocker, 'known_hosts') });
  await expect(known.append('web1', 22, keys.a.blob)).rejects.toMatchObject({
    problem: { code: 'known-hosts-unwritable', hint: expect.stringContaining('ls -ld') },
  });
  await expect(known.append('web1', 22, keys.a.blob)).rejects.toMatchObject({ problem: { code: 'known-hosts-unwritable' } });
});

test('which lines of a file are those of a host is what OpenSSH says: names, patterns and their negation, ports, hashes, whatever the case', () => {
  const letter = fc.constantFrom('a', 'b', 'A', '.', '1', '-');
  const name = fc.string({ unit: letter, minLength: 1, maxLength: 3 });
  const glob = fc.string({ unit: fc.oneof(letter, fc.constantFrom('*', '?')), minLength: 1, maxLength: 3 });
  const port = fc.constantFrom(22, 2222);
  const place = (host: string, at: number) => (at === 22 ? host : `[${host}]:${at}`);
  const pattern = fc.tuple(fc.constantFrom('', '', '!'), glob, port).map(([negation, host, at]) => negation + place(host, at));
  const fields = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((patterns) => patterns.join(','));
  const asked = fc.tuple(name, port);
  fc.assert(
    fc.property(
      fc.array(fields, { maxLength: 12 }),
      fc.array(asked, { minLength: 1, maxLength: 6 }),
      fc.array(asked, { maxLength: 4 }),
      (plain, hosts, hashed) => {
        const hidden = fileWith(hashed.map(([host, at]) => `${line(place(host.toLowerCase(), at), 'a')}\n`).join(''));
        if (hashed.length > 0) execFileSync('ssh-keygen', ['-H', '-f', hidden], { stdio: 'ignore' });
        const file = fileWith(`${readFileSync(hidden, 'utf8')}${plain.map((names) => `${line(names, 'a')}\n`).join('')}`);
        const known = createKnownHosts({ files: [file], appendTo: file });
        for (const [host, at] of hosts) {
          // ssh makes a name lower case before it looks, and ssh-keygen does not.
          const { stdout } = spawnSync('ssh-keygen', ['-F', place(host.toLowerCase(), at), '-f', file], { encoding: 'utf8' });
          const theirs = [...stdout.matchAll(/found: line (\d+)/g)].map(([, number]) => `${file}:${number}`).sort();
          const verdict = known.check(host, at, keys.b.blob);
          const ours = verdict.kind === 'changed' ? verdict.knownKeys.map(({ where }) => where).sort() : [];
          expect([host, at, ours]).toEqual([host, at, theirs]);
        }
      },
    ),
    { numRuns: 25 },
  );
});
