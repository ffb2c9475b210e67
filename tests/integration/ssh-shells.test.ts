import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { usualDeadlines } from '../../src/main/ssh/deadlines.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { type KeyPair, openRig, type Rig, type Server, type SshdOptions } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let key: KeyPair;
let sshd: Server;
let ash: string;

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd();
  // busybox is the shell that it is called as.
  ash = join(rig.dir, 'ash');
  await symlink('/bin/busybox', ash);
});
afterEach(stopSessions);
afterAll(() => rig.close());

async function loginAs(user: string, server: Server = sshd, shellMs?: number): Promise<Session> {
  const deadlines = { ...usualDeadlines, shell: shellMs ?? usualDeadlines.shell };
  return online(sessionFor(await targetFor(rig, server, { key, user }), { deadlines }));
}

/** Arguments that some shell would take for more than data. */
const hostile = [
  '$(reboot)',
  '`reboot`',
  "it's",
  '"',
  'two\nlines',
  '',
  '-n',
  '!!',
  '*',
  '\\',
  '~',
  'a;b|c&d',
  '%s',
  'ünïcödé',
  '\u001b[31m',
];

const shells: readonly (readonly [string, () => string])[] = [
  ['dash', () => '/bin/dash'],
  ['bash', () => '/bin/bash'],
  ['zsh', () => '/bin/zsh'],
  ['busybox ash', () => ash],
  ['fish', () => '/usr/bin/fish'],
  ['tcsh', () => '/bin/tcsh'],
  ['mksh', () => '/bin/mksh'],
];

test.each(shells)('with %s as login shell a script runs, with its arguments, input, both outputs and status', async (_, shell) => {
  const account = await rig.account({ shell: shell() });
  const session = await loginAs(account.name);
  const script = 'printf "%s\\0" "$@"; cat >&2; exit 7';
  const result = await session.run(script, hostile, { stdin: Buffer.from('input\n\0bytes') });
  expect(result.stdout.toString().split('\0').slice(0, -1)).toEqual(hostile);
  expect(result.stderr.toString()).toBe('input\n\0bytes');
  expect(result.code).toBe(7);

  const text = fc.string({
    unit: fc.oneof(fc.constantFrom(...'\'"$`\\!*{}[]~#;&|<>%^=-\n\r\t \u001b'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        text.map((drawn) => drawn.replaceAll('\0', '')),
        { maxLength: 20 },
      ),
      fc.uint8Array({ maxLength: 500 }),
      async (args, bytes) => {
        const { stdout } = await session.run('printf "%s\\0" "$#" "$@"; cat', args, { stdin: Buffer.from(bytes) });
        const sent = [String(args.length), ...args].map((arg) => `${arg}\0`).join('');
        expect(stdout.equals(Buffer.concat([Buffer.from(sent), bytes]))).toBe(true);
      },
    ),
    { numRuns: 15 },
  );

  const channel = await session.open('echo "hello $1"; while read -r line; do echo "got $line"; done', ['there']);
  let heard = '';
  const done = new Promise<void>((resolve) => {
    channel.onData((chunk) => {
      heard += chunk.toString();
      if (heard.includes('got two')) resolve();
    });
  });
  channel.write('one\n');
  channel.write('two\n');
  await done;
  expect(heard).toBe('hello there\ngot one\ngot two\n');
  channel.close();
});

test.each<[string, () => string, Record<string, string>]>([
  ['bash', () => '/bin/bash', { '.bashrc': 'echo welcome; echo warning >&2; printf "no newline"\n' }],
  ['zsh', () => '/bin/zsh', { '.zshenv': 'echo welcome; echo warning >&2; printf "no newline"\n' }],
  ['tcsh', () => '/bin/tcsh', { '.tcshrc': 'echo welcome\necho -n "no newline"\n' }],
  ['fish', () => '/usr/bin/fish', { '.config/fish/config.fish': 'echo welcome; echo warning >&2; echo -n "no newline"\n' }],
])('what the start files of %s print is dropped', async (_, shell, files) => {
  const account = await rig.account({ shell: shell(), files });
  const session = await loginAs(account.name);
  const result = await session.run('echo out; echo err >&2');
  expect({ out: result.stdout.toString(), err: result.stderr.toString() }).toEqual({ out: 'out\n', err: 'err\n' });
});

test('a script of 200 kB and an output of several MiB come through whole', async () => {
  const account = await rig.account({ shell: '/bin/dash' });
  const session = await loginAs(account.name);
  const script = `${`: ${'x'.repeat(100)}\n`.repeat(2000)}head -c 5000000 /dev/zero; echo end`;
  const { stdout } = await session.run(script);
  expect(stdout.length).toBe(5_000_004);
  expect(stdout.toString('latin1', 5_000_000)).toBe('end\n');
  await expect(session.run('cat /dev/zero', [], { maxBytes: 1_000_000 })).rejects.toMatchObject({ problem: { code: 'flooded' } });
  await expect(session.run('cat /dev/zero >&2', [], { maxBytes: 1_000_000 })).rejects.toMatchObject({ problem: { code: 'flooded' } });
  expect((await session.run('kill -9 $$')).signal).toBe('SIGKILL');
});

interface Odd {
  readonly shell?: string;
  readonly files?: Record<string, string>;
  /** How long the login shell may take: little where it never comes. */
  readonly shellMs?: number;
}

async function problemWith(settings: NonNullable<SshdOptions['settings']>, { shell = '/bin/bash', files = {}, shellMs }: Odd = {}) {
  const account = await rig.account({ shell, files });
  const server = await rig.sshd({ settings });
  const session = await loginAs(account.name, server, shellMs);
  const thrown: unknown = await session.run('echo never').catch((error: unknown) => error);
  await session.stop();
  await server.daemon.stop();
  return Object(thrown).problem;
}

test('a forced command is told as such, whether it ends, waits, or sends back what it is given', async () => {
  expect(await problemWith({ ForceCommand: 'echo only backups here' })).toMatchObject({
    code: 'no-shell',
    detail: expect.stringContaining('only backups here'),
    hint: expect.stringContaining('ForceCommand'),
  });
  expect(await problemWith({ ForceCommand: 'sleep 30' }, { shellMs: 1500 })).toMatchObject({ code: 'no-shell' });
  expect(await problemWith({ ForceCommand: 'cat' }, { shellMs: 1500 })).toMatchObject({ code: 'no-shell' });
});

test.runIf(process.getuid?.() === 0)('an account that is locked into a folder without a shell is told as such', async () => {
  // sshd's own empty folder: every folder above a ChrootDirectory has to be root's.
  expect(await problemWith({ ChrootDirectory: '/run/sshd' })).toMatchObject({
    code: 'no-shell',
    message: expect.stringContaining('shell'),
  });
});

test('a login shell that lets nobody in, or prints without end, is told as such', async () => {
  expect(await problemWith({}, { shell: '/usr/sbin/nologin' })).toMatchObject({
    code: 'no-shell',
    detail: expect.stringContaining('not available'),
  });
  expect(await problemWith({}, { files: { '.bashrc': 'yes\n' } })).toMatchObject({ code: 'flooded' });
});

test('a banner and a motd disturb nobody', async () => {
  const account = await rig.account({ shell: '/bin/bash', files: { banner: 'Authorised use only.\n'.repeat(100) } });
  const server = await rig.sshd({ settings: { Banner: join(account.home, 'banner'), PrintMotd: 'yes' } });
  const session = await loginAs(account.name, server);
  expect((await session.run('echo fine')).stdout.toString()).toBe('fine\n');
});
