import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Session } from '../../src/main/ssh/session.ts';
import { patience } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';
import { typedTerminal } from '../support/typed-terminal.ts';

let rig: Rig;
let key: KeyPair;
let sshd: Server;
let ash: string;

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd();
  ash = join(rig.dir, 'ash');
  await symlink('/bin/busybox', ash);
});
afterEach(stopSessions);
afterAll(() => rig.close());

async function login(shell: string, server: Server = sshd, files: Record<string, string> = {}): Promise<Session> {
  const account = await rig.account({ shell, files });
  return online(sessionFor(await targetFor(rig, server, { key, user: account.name })));
}

/** Arguments that a terminal, or some shell, would act on: the interrupt, end-of-file, erase, kill, quit and stop characters among them. */
const hostile = [
  '$(reboot)',
  "it's",
  '"',
  'two\nlines',
  '',
  '!!',
  '\\',
  'ünïcödé',
  '\u0003',
  '\u0004',
  '\u007f',
  '\u0015',
  '\u001c',
  '\u0013',
  '\r',
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

test.each(shells)(
  'with %s as login shell a script has a terminal: size, echo, interrupt, and its arguments unchanged',
  async (_, shell) => {
    const session = await login(shell());
    // Longer than a line of a terminal may be.
    const script = `${`: ${'x'.repeat(100)}\n`.repeat(80)}
    [ -t 0 ] && [ -t 1 ] && echo "a terminal, $TERM"
    stty size
    printf '%s\\0' "$@" | od -An -tx1 | tr -d ' \\n'; echo .
    trap 'echo interrupted' INT
    while read -r line; do echo "got $line"; stty size; done
    exit 7`;
    const terminal = await typedTerminal(session, script, hostile);
    await terminal.shows('a terminal, xterm-256color\r\n24 80\r\n');
    await terminal.shows(`${Buffer.from(hostile.map((each) => `${each}\0`).join('')).toString('hex')}.`);
    expect(terminal.seen.startsWith('a terminal')).toBe(true);
    terminal.channel.resize({ columns: 132, rows: 43 });
    terminal.channel.write('first\r');
    // Echoed by the terminal, then read as a line.
    await terminal.shows('first\r\ngot first\r\n43 132\r\n');
    terminal.channel.write('\u0003');
    await terminal.shows('interrupted');
    terminal.channel.write('\u0004');
    expect(await terminal.ended()).toEqual({ code: 7, signal: null });
  },
);

test('what start files print is dropped, and what a script prints before it ends arrives whole', async () => {
  const session = await login('/bin/bash', sshd, { '.bashrc': 'echo welcome; printf "no newline"\n' });
  const terminal = await typedTerminal(session, 'seq 1 200000; exit 3');
  expect(await terminal.ended()).toEqual({ code: 3, signal: null });
  expect(terminal.seen.split('\r\n')).toEqual([...Array.from({ length: 200_000 }, (_, index) => String(index + 1)), '']);
});

test('dropbear gives a terminal like any other host', async () => {
  const session = await login('/bin/dash', await rig.dropbear());
  const terminal = await typedTerminal(session, 'stty size; read -r line; echo "got $line"; stty size');
  await terminal.shows('24 80\r\n');
  terminal.channel.resize({ columns: 100, rows: 30 });
  terminal.channel.write('hello\r');
  await terminal.shows('got hello\r\n30 100\r\n');
  expect(await terminal.ended()).toMatchObject({ code: 0 });
});

test('a paused terminal makes the host wait, and loses nothing', async () => {
  const session = await login('/bin/dash');
  const progress = '/tmp/hum-$$-progress';
  // 20 MB; how far it came is told on another channel, since this one is paused.
  const script = `echo ${progress}; n=0; while [ $n -lt 200 ]; do head -c 100000 /dev/zero | tr '\\0' x; n=$((n+1)); echo $n >${progress}; done; echo all`;
  const terminal = await typedTerminal(session, script);
  await terminal.shows('progress\r\n');
  terminal.channel.pause();
  const file = terminal.seen.split('\r\n')[0] ?? '';
  const read = async () => (await session.run('cat "$1"', [file])).stdout.toString().trim();
  // It stands still when it printed as much as the window and the pipes between hold.
  let before = 'nothing';
  const stood = await vi.waitFor(
    async () => {
      const now = await read();
      const still = now === before && now !== '';
      before = now;
      if (!still) throw new Error(`it has come to ${now}`);
      return Number(now);
    },
    { ...patience, interval: 500 },
  );
  expect(stood).toBeLessThan(100);
  expect(terminal.end).toBeUndefined();
  terminal.channel.resume();
  await terminal.shows('all\r\n');
  expect(terminal.seen.length).toBe(file.length + 2 + 20_000_000 + 'all\r\n'.length);
  await session.run('rm "$1"', [file]);
});

test('closing a terminal hangs up on what runs there, and a lost connection is told as its end', async () => {
  const session = await login('/bin/dash');
  const terminal = await typedTerminal(session, 'echo "pid $$."; exec sleep 1000');
  await terminal.shows('.\r\n');
  const pid = /pid (\d+)\./.exec(terminal.seen)?.[1] ?? '';
  terminal.channel.close();
  await vi.waitFor(async () => expect((await session.run('kill -0 "$1"', [pid])).code).not.toBe(0), patience);
  expect(terminal.end).toBeUndefined();

  const other = await typedTerminal(session, 'exec sleep 1000');
  await session.stop();
  expect(await other.ended()).toMatchObject({ error: { problem: { code: 'connection-lost' } } });
});

test('a host that gives no shell says so, on a terminal too', async () => {
  const server = await rig.sshd({ settings: { ForceCommand: 'echo only backups here' } });
  const session = await login('/bin/dash', server);
  await expect(typedTerminal(session, 'echo never')).rejects.toMatchObject({
    problem: { code: 'no-shell', detail: expect.stringContaining('only backups here') },
  });
  const cat = await rig.sshd({ settings: { ForceCommand: 'cat' } });
  const echoing = await login('/bin/dash', cat);
  const silent = typedTerminal(echoing, 'echo never');
  await echoing.stop();
  await expect(silent).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
});
