import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import configurationScript from '../../src/main/xen/scripts/configuration.sh?raw';
import probeScript from '../../src/main/xen/scripts/probe.sh?raw';
import { sudoersToLook } from '../../src/shared/sudoers.ts';

let dir: string;
let bin: string;

/** A machine where the account is not root, whose sudo allows everything and writes down what it was asked for, a line each. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-rights-'));
  bin = join(dir, 'bin');
  mkdirSync(bin);
  const programs = {
    id: 'echo 1000',
    sudo: `[ "$1" = -n ] || exit 1\nshift\necho "$*" >>"${dir}/asked"\nexec "$@"`,
    xl: 'echo "xl $*"',
    'xenstore-ls': 'echo "/local/domain/0/name = \\"Domain-0\\""',
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What a script asked sudo for. */
function askedBy(script: string, args: readonly string[], input = ''): string[] {
  writeFileSync(join(dir, 'asked'), '');
  execFileSync('/bin/sh', ['-c', script, 'sh', ...args], { input, env: { PATH: `${bin}:/usr/bin:/bin` } });
  return readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n');
}

/** Whether the lines allow a command, named without its folder: none of them has a wildcard, so a text is what it is. */
function allows(lines: string, asked: string): boolean {
  const list = lines.split('NOPASSWD: ')[1] ?? '';
  return list.split(/, \\\n */).some((entry) => {
    const [, program = '', args = ''] = /^\/(?:\S*\/)?(\S+) (.*)$/s.exec(entry) ?? [];
    const [name, ...words] = asked.split(' ');
    if (name !== program) return false;
    const given = words.join(' ');
    if (args === '""') return given === '';
    return args.startsWith('^') ? new RegExp(args).test(given) : args === given;
  });
}

const lines = sudoersToLook('op') ?? '';

test('the lines to copy allow what the scripts that look at a host run as root', () => {
  const asked = [
    ...askedBy(probeScript, ['nonce', '/proc', dir, 'xl'], '1 xen xen-load\n'),
    ...askedBy(configurationScript, ['running', 'xl', '12']),
    ...askedBy(configurationScript, ['addresses', '12']),
  ];
  expect(asked).toEqual(expect.arrayContaining(['true', 'timeout 20 xl info', 'timeout 20 xl list --long', 'xl list --long 12']));
  // The configurations are read by the account where sudo refuses this: a right to run find is a right to run anything.
  expect(asked.filter((each) => !allows(lines, each) && !each.startsWith('timeout 20 find '))).toEqual([]);
});

test('they allow no more: nothing that changes a domain, and no program that runs another', () => {
  for (const entry of [
    'timeout 20 sh',
    'timeout 20 xl create /tmp/x',
    'timeout 20 xl list --long; sh',
    'xl list --long 1 2',
    'xl destroy 1',
    'xenstore-ls -f /local/domain/1/attr /',
    'true x',
    'cat /etc/shadow',
  ])
    expect([entry, allows(lines, entry)]).toEqual([entry, false]);
  // Each allowed text is asked for by a script: a line that nobody needs any more has to go.
  const scripts = probeScript + configurationScript;
  for (const word of ['info', 'list', 'list --long', 'uptime', 'xenstore-ls -f', 'sudo -n true']) expect(scripts).toContain(word);
});

test('without a right to run find, the configurations that everybody may read are told still', () => {
  mkdirSync(join(dir, 'etc/xen'), { recursive: true });
  writeFileSync(join(dir, 'etc/xen/web01.cfg'), 'name = "web01"\n');
  const denying = readFileSync(join(bin, 'sudo'), 'utf8').replace('exec "$@"', 'case "$*" in *find*) exit 1 ;; esac\nexec "$@"');
  writeFileSync(join(bin, 'sudo'), denying);
  const answer = execFileSync('/bin/sh', ['-c', probeScript, 'sh', 'nonce', '/proc', dir, 'xl'], {
    input: '1 xen\n',
    env: { PATH: `${bin}:/usr/bin:/bin` },
  });
  expect(answer.toString()).toContain('etc/xen/web01.cfg:name = "web01"');
});

test('a name that could mean more than one account gets no line, and one line is what the others get', () => {
  for (const user of [
    '%wheel',
    '+net',
    '#0',
    'ALL',
    'OPS',
    '!root',
    'x"y',
    'a,b',
    'a b',
    '',
    'a\nb ALL=(ALL) ALL',
    '\u202eop',
    'x'.repeat(200),
  ])
    expect([user, sudoersToLook(user)]).toEqual([user, null]);
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      for (const user of [before, `op${after}`, `${before}\n${after}`]) {
        const text = sudoersToLook(user);
        if (text !== null) expect(text.split('\n').length).toBe(lines.split('\n').length);
      }
    }),
  );
});

const cvtsudoers = '/usr/bin/cvtsudoers';
test.skipIf(!existsSync(cvtsudoers))(
  `sudo reads each name back as the one that it is${existsSync(cvtsudoers) ? '' : ': skipped, sudo is not there'}`,
  () => {
    const plain = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.@\\-]{0,40}$/);
    fc.assert(
      fc.property(fc.array(plain, { minLength: 40, maxLength: 40 }), (drawn) => {
        const given = ['op', 'EXAMPLE\\op', 'op@example.org', '_apt', 'a.b-c', ...drawn].filter((user) => sudoersToLook(user) !== null);
        const input = given.map((user) => `${sudoersToLook(user)}\n`).join('');
        const read = JSON.parse(execFileSync(cvtsudoers, ['-e', '-f', 'json', '-'], { input, encoding: 'utf8' }));
        expect(read.User_Specs.map(({ User_List }: { User_List: unknown }) => User_List)).toEqual(given.map((username) => [{ username }]));
        expect(read.Defaults.map(({ Binding }: { Binding: unknown }) => Binding)).toEqual(given.map((username) => [{ username }]));
      }),
      { numRuns: 10 },
    );
  },
);
