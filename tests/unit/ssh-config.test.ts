import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scanSshConfig } from '../../src/main/ssh/config.ts';

let home: string;
let file: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hum-ssh-config-'));
  mkdirSync(join(home, '.ssh', 'conf.d'), { recursive: true });
  file = join(home, '.ssh', 'config');
});

afterEach(() => rmSync(home, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(home, '.ssh', name), text);
const scan = () => scanSshConfig({ file, home, loginUser: 'me' });

/** What OpenSSH itself makes of a host: `ssh -G`. */
function opensshSays(alias: string): Record<string, string> {
  const text = execFileSync('ssh', ['-G', '-F', file, alias], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf(' ');
    values[line.slice(0, at)] ??= line.slice(at + 1);
  }
  return values;
}

test('hosts come with what OpenSSH itself would use: the first value of all blocks that match', () => {
  write(
    'config',
    `User early
Host web1 web2
  HostName %h.example.org
  Port 2222
  User ignored
Host db !db9
  Hostname=10.0.0.7
  IdentityFile "${home}/keys/%r at %h"
HOST quoted "two"
  port 23
Match originalhost web2
  IdentityFile ${home}/keys/web2
Match host 10.0.0.*
  Port 2022
Host *
  Port 4444
  User late
  IdentityFile ${home}/keys/%%default-%n
`,
  );
  const { candidates, wildcards, problems } = scan();
  expect(problems).toEqual([]);
  expect(candidates.map((candidate) => candidate.alias)).toEqual(['web1', 'web2', 'db', 'quoted', 'two']);
  expect(wildcards).toEqual(['!db9', '*']);
  for (const candidate of candidates) {
    const wanted = opensshSays(candidate.alias);
    expect({ alias: candidate.alias, address: candidate.address, port: String(candidate.port), user: candidate.user }).toEqual({
      alias: candidate.alias,
      address: wanted.hostname,
      port: wanted.port,
      user: wanted.user,
    });
    expect(candidate.unsupported).toEqual([]);
  }
  expect(candidates.map((candidate) => candidate.keyFile)).toEqual([
    `${home}/keys/%default-web1`,
    `${home}/keys/web2`,
    `${home}/keys/early at 10.0.0.7`,
    `${home}/keys/%default-quoted`,
    `${home}/keys/%default-two`,
  ]);
});

test('Include is followed: relative to ~/.ssh, with ~, with wildcards in order, and inside a Host block only for that host', () => {
  write('config', 'Include conf.d/*.conf ~/.ssh/extra\nHost only\n  Include inner\nHost after\n');
  write('conf.d/20.conf', 'Host b\n');
  write('conf.d/10.conf', 'Host a\n  User root\n');
  write('conf.d/ignored.txt', 'Host never\n');
  write('extra', 'Host c\n  HostName c.example.org\n');
  write('inner', 'Port 2200\n');
  const { candidates, problems } = scan();
  expect(problems).toEqual([]);
  expect(candidates.map(({ alias, port, user }) => `${alias} ${user} ${port}`)).toEqual([
    'a root 22',
    'b me 22',
    'c me 22',
    'only me 2200',
    'after me 22',
  ]);
  expect(candidates[0]?.file).toBe(join(home, '.ssh', 'conf.d', '10.conf'));
});

test('files that include each other end, and say so', () => {
  write('config', 'Host a\nInclude loop\n');
  write('loop', 'Host b\nInclude config\n');
  symlinkSync(join(home, '.ssh', 'loop'), join(home, '.ssh', 'again'));
  const { candidates, problems } = scan();
  expect(candidates.map((candidate) => candidate.alias)).toEqual(['a', 'b']);
  expect(problems).toMatchObject([{ code: 'file-unreadable', detail: 'It includes itself.' }]);
});

test('a file that cannot be read or parsed is named, and the rest is taken', () => {
  mkdirSync(join(home, '.ssh', 'folder'));
  write('broken', 'Host x\n  IdentityFile "never closed\n');
  write('config', 'Include folder broken\nHost a\n');
  const { candidates, problems } = scan();
  expect(candidates.map((candidate) => candidate.alias)).toContain('a');
  expect(problems.map((problem) => problem.code)).toEqual(['file-unreadable', 'file-unreadable']);
  expect(problems[0]?.message).toContain('folder');
});

test('a missing file is an empty one', () => {
  expect(scan()).toEqual({ file, candidates: [], wildcards: [], problems: [] });
});

test('what Hum does not follow is listed for each host, and nothing is executed to find out', () => {
  const marker = join(home, 'was-executed');
  write(
    'config',
    `Host inner
  ProxyJump gate
Host open
  ProxyCommand none
Host piped
  ProxyCommand nc %h %p
  CertificateFile ~/.ssh/id-cert.pub
Match exec "touch ${marker}"
  User changed
`,
  );
  const { candidates } = scan();
  expect(candidates.map(({ alias, unsupported }) => [alias, unsupported])).toEqual([
    ['inner', ['Match exec']],
    ['open', ['Match exec']],
    ['piped', ['CertificateFile', 'Match exec']],
  ]);
  expect(candidates[0]?.user).toBe('me');
  expect(() => execFileSync('test', ['-e', marker])).toThrow();
});

test('a name that occurs twice is one host', () => {
  write('config', 'Host a\n  Port 23\nHost a b\n  User root\n');
  expect(scan().candidates.map(({ alias, user, port }) => `${alias} ${user} ${port}`)).toEqual(['a root 23', 'b root 22']);
});

test('a host that no connection could be made to is left out with a reason', () => {
  const long = 'x'.repeat(254);
  write(
    'config',
    `Host bad\n  HostName -oProxyCommand=reboot\nHost port\n  Port seventy\nHost ${long} bell\u0007\n  HostName plain.example.org\nHost good\n`,
  );
  const { candidates, problems } = scan();
  expect(candidates.map((candidate) => candidate.alias)).toEqual(['good']);
  expect(problems.map((problem) => problem.code)).toEqual(['bad-input', 'bad-input', 'bad-input', 'bad-input']);
  expect(problems[3]?.message).toContain('The host bell\\u{7} of ');
});

test('five thousand hosts cost two seconds of CPU at most', () => {
  write(
    'config',
    Array.from({ length: 5000 }, (_, index) => `Host web${index}\n  HostName 10.0.${index >> 8}.${index & 255}\n  User root\n`).join(''),
  );
  const before = process.cpuUsage();
  expect(scan().candidates).toHaveLength(5000);
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
});
