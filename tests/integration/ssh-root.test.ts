import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Asker } from '../../src/main/ssh/ask.ts';
import { makeDoor } from '../../src/main/ssh/door.ts';
import { asRoot, elevated } from '../../src/main/ssh/elevated.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { type Person, person } from '../support/person.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

/** Doubles of sudo and doas: neither is on every machine that tests Hum. They read, refuse and speak as sudo(8) and doas(1) do. */
const sudo = `#!/bin/sh
secret=$(cat "$(dirname "$0")/secret")
key=; from_stdin=
while :; do
  case $1 in
    -k) key=1 ;;
    -S) from_stdin=1 ;;
    -n) [ "$secret" = NOPASSWD ] || { echo 'sudo: a password is required' >&2; exit 1; } ;;
    -p) shift ;;
    *) break ;;
  esac
  shift
done
if [ "$secret" = DENIED ]; then read -r answer; echo "user is not in the sudoers file." >&2; exit 1; fi
if [ "$secret" != NOPASSWD ] && [ "$from_stdin$key" = 11 ]; then
  for try in 1 2 3; do
    IFS= read -r answer
    [ "$answer" = "$secret" ] && break
    echo 'Sorry, try again.' >&2
    [ "$try" = 3 ] && { echo 'sudo: 3 incorrect password attempts' >&2; exit 1; }
  done
fi
AS_ROOT=sudo exec "$@"
`;
const doas = '#!/bin/sh\n[ "$1" = -n ] || exit 1\nshift\nAS_ROOT=doas exec "$@"\n';

let rig: Rig;
let key: KeyPair;
let server: Server;
let user: string;
let bin: string;

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  bin = join(rig.dir, 'bin');
  mkdirSync(bin);
  for (const [name, text] of Object.entries({ sudo, doas })) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  server = await rig.sshd({ settings: { SetEnv: `PATH=${bin}:/usr/bin:/bin` } });
  user = (await rig.account({ shell: '/bin/sh' })).name;
});
afterEach(stopSessions);
afterAll(() => rig.close());

function secretIs(text: string): void {
  writeFileSync(join(bin, 'secret'), text);
}

async function runnerBy(runAs: Parameters<typeof elevated>[2], asker: Person) {
  const target = await targetFor(rig, server, { key, user });
  const session: Session = await online(sessionFor(target));
  return elevated(session, target, runAs, asker);
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
const tell = 'echo "${AS_ROOT:-nobody}: $*"; cat';

test('a script runs as root by sudo with any password, which no command line shows', async () => {
  for (const password of ['simple', `"; $(id) 'x' \\ %s`, ' blanks ', 'größer']) {
    secretIs(password);
    const runner = await runnerBy(
      'sudo-password',
      person(() => [password]),
    );
    const result = await runner.run(tell, ['a b', "c'd"], { stdin: 'the input' });
    expect(result.stdout.toString()).toBe("sudo: a b c'd\nthe input");
    const listed = await runner.run('cat /proc/*/cmdline 2>/dev/null | tr "\\0" " "', []);
    expect(listed.stdout.toString()).not.toContain(password.trim());
  }
});

test('where sudo wants no password after all, what was sent as one is not run', async () => {
  secretIs('NOPASSWD');
  const runner = await runnerBy(
    'sudo-password',
    person(() => ['touch /tmp/hum-was-run; echo oops']),
  );
  const { stdout, stderr } = await runner.run(tell, ['x']);
  expect([stdout.toString(), stderr.toString()]).toEqual(['sudo: x\n', '']);
});

test('a long-lived script runs as root as well', async () => {
  secretIs('open');
  const runner = await runnerBy(
    'sudo-password',
    person(() => ['open']),
  );
  const channel = await runner.open('while read -r line; do echo "$AS_ROOT $line"; done');
  const heard = new Promise<string>((resolve) => channel.onData((chunk) => resolve(chunk.toString())));
  channel.write('hello\n');
  expect(await heard).toBe('sudo hello\n');
  channel.close();
});

test('a wrong password is told and forgotten, a right that is missing says which line gives it', async () => {
  secretIs('right');
  const asker = person(() => ['wrong']);
  const runner = await runnerBy('sudo-password', asker);
  await expect(runner.run(tell)).rejects.toMatchObject({
    problem: { code: 'not-permitted', message: expect.stringContaining('refused the password') },
  });
  expect(asker.wrongs).toHaveLength(1);
  secretIs('DENIED');
  await expect(runner.run(tell)).rejects.toMatchObject({
    problem: { code: 'not-permitted', hint: expect.stringContaining(`${user} ALL=(root)`) },
  });
  const silent = await runnerBy(
    'sudo-password',
    person(() => undefined),
  );
  await expect(silent.run(tell)).rejects.toMatchObject({
    problem: { code: 'not-permitted', message: expect.stringContaining('nobody gave') },
  });
});

test('a script that is to run quietly asks nobody', async () => {
  secretIs('right');
  const nobody = person(() => undefined);
  const ask: Asker['ask'] = async (_question, { silent }) => (silent ? undefined : expect.fail('asked'));
  const runner = await runnerBy('sudo-password', { ...nobody, ask });
  await expect(runner.run(tell, [], { quietly: true })).rejects.toMatchObject({ problem: { code: 'not-permitted' } });
});

test('doas, no root at all, and what the scripts do by themselves', async () => {
  secretIs('NOPASSWD');
  const nobody = person(() => expect.fail('asked'));
  expect((await (await runnerBy('doas', nobody)).run(tell, ['x'])).stdout.toString()).toBe('doas: x\n');
  const tries = 'if sudo -n true 2>/dev/null; then echo can; else echo cannot; fi';
  expect((await (await runnerBy('nothing', nobody)).run(tries)).stdout.toString()).toBe('cannot\n');
  expect((await (await runnerBy('sudo-n', nobody)).run(tries)).stdout.toString()).toBe('can\n');
});

test('a script as a whole by sudo that asks for nothing, refused in words where it would ask, and where nobody is to become root', async () => {
  const session = await runnerBy(
    'sudo-n',
    person(() => expect.fail('asked')),
  );
  const nobody = person(() => expect.fail('asked'));
  const target = { id: 'h1', address: '127.0.0.1', port: server.port, user };
  secretIs('NOPASSWD');
  expect((await asRoot(session, target, 'sudo-n', nobody).run(tell, ['x'])).stdout.toString()).toBe('sudo: x\n');
  secretIs('needed');
  await expect(asRoot(session, target, 'sudo-n', nobody).run(tell)).rejects.toMatchObject({
    problem: { code: 'not-permitted', hint: expect.stringContaining('NOPASSWD: /bin/sh'), detail: expect.stringContaining('is required') },
  });
  await expect(asRoot(session, target, 'nothing', nobody).run(tell)).rejects.toMatchObject({ problem: { code: 'not-permitted' } });
  expect((await asRoot(session, { ...target, user: 'root' }, 'nothing', nobody).run('echo as it is')).stdout.toString()).toBe('as it is\n');
});

test('no password ever stands in a command line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 5 }).filter((text) => !/[\n\0]/.test(text)),
      (password) => {
        const { command, payload } = makeDoor('script', ['x'], { root: { by: 'sudo', password } });
        const plain = makeDoor('script', ['x'], { root: { by: 'sudo', password: '' } });
        expect(command.length).toBe(plain.command.length);
        expect(payload.subarray(0, Buffer.byteLength(password)).toString()).toBe(Buffer.from(password).toString());
      },
    ),
  );
  expect(() => makeDoor('script', [], { root: { by: 'sudo', password: 'two\nlines' } })).toThrow('one line');
});
