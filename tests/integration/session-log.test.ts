import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openSessionLog } from '../../src/main/terminals/session-log.ts';
import { openSessionLogs, type SessionLogs } from '../../src/main/terminals/session-logs.ts';
import { createTerminals, type Terminals } from '../../src/main/terminals/terminals.ts';
import type { Problem } from '../../src/shared/errors.ts';
import { ConsoleReader } from '../support/console-reader.ts';
import { patience } from '../support/patience.ts';
import { openRig, type Rig } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let terminals: Terminals;
let logs: SessionLogs;
const readers: ConsoleReader[] = [];

beforeAll(async () => {
  rig = await openRig();
  const key = await rig.clientKey();
  const sshd = await rig.sshd();
  const user = (await rig.account({ shell: '/bin/bash' })).name;
  const session = await online(sessionFor(await targetFor(rig, sshd, { key, user })));
  logs = openSessionLogs(join(rig.dir, 'logs'));
  terminals = createTerminals({
    runner: () => session,
    login: () => session,
    domain: () => undefined,
    hostName: () => '../we\u202eb',
    logs,
  });
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.leave();
});
afterAll(async () => {
  await stopSessions();
  await rig.close();
});

async function open(log: boolean): Promise<ConsoleReader> {
  const reader = new ConsoleReader(terminals, { host: 'h1', directory: null }, 'client', { columns: 80, rows: 24 }, log);
  readers.push(reader);
  await vi.waitFor(() => expect(reader.id).not.toBe(''), patience);
  reader.type('echo re""ady\r');
  await reader.shows('ready\r\n');
  return reader;
}

async function whole(name: string): Promise<string> {
  const pieces: string[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const piece: Awaited<ReturnType<SessionLogs['read']>> = await logs.read(name, offset);
    pieces.push(piece.text);
    offset = piece.next;
  }
  return pieces.join('');
}

test('a log has every character that was printed, from the first on, and no password; it is the person’s alone, and is removed once it is over', async () => {
  const reader = await open(true);
  const [log] = (await logs.list()).map(({ name }) => name);
  expect(reader.log).toBe(log);
  reader.resize(132, 43);
  reader.type('read -rsp "Pass""word: " x; echo; seq 1 60000\r');
  await reader.shows('Password: ');
  reader.type('hunter2\r');
  await reader.shows('60000\r\n');
  expect((await logs.list())[0]).toMatchObject({ title: '../we\u202eb', open: true });
  await expect(logs.remove(log ?? '')).rejects.toMatchObject({ problem: { code: 'conflict' } });
  reader.type('exit\r');
  await reader.done;

  const lines = (await whole(log ?? ''))
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines[0]).toMatchObject({ version: 2, width: 80, height: 24 });
  const events = lines.slice(1) as [number, string, string][];
  const printed = events.flatMap(([, code, text]) => (code === 'o' ? [text] : [])).join('');
  expect(printed).toHaveLength(reader.length);
  expect(printed.endsWith(reader.text)).toBe(true);
  expect(printed).not.toContain('hunter2');
  expect(events).toContainEqual([expect.any(Number), 'r', '132x43']);
  expect(events.map(([at]) => at)).toEqual(events.map(([at]) => at).sort((left, right) => left - right));

  expect(readdirSync(logs.folder)).toEqual([log]);
  expect(statSync(join(logs.folder, log ?? '')).mode & 0o777).toBe(0o600);
  expect(statSync(logs.folder).mode & 0o777).toBe(0o700);
  await logs.remove(log ?? '');
  expect(await logs.list()).toEqual([]);
  await expect(logs.read(log ?? '', 0)).rejects.toMatchObject({ problem: { code: 'not-found' } });
});

test('a log is begun and ended in the middle, and a folder that cannot be written costs the log and not the terminal', async () => {
  const reader = await open(false);
  reader.type('echo be""fore\r');
  await reader.shows('before\r\n');
  await terminals.setLog('client', reader.id, true);
  reader.type('echo with""in\r');
  await reader.shows('within\r\n');
  await terminals.setLog('client', reader.id, false);
  const name = (await logs.list())[0]?.name ?? '';
  reader.type('echo af""ter\r');
  await reader.shows('after\r\n');
  const text = await whole(name);
  expect(text).toContain('within\\r\\n');
  expect(text).not.toMatch(/before|after/);
  await logs.remove(name);
  await vi.waitFor(() => expect(reader.log).toBeNull(), patience);

  const blocked = join(rig.dir, 'no-folder');
  writeFileSync(blocked, '');
  await expect(openSessionLogs(blocked).begin('x', { columns: 80, rows: 24 }, () => undefined)).rejects.toMatchObject({
    problem: { code: expect.stringMatching(/unreadable|unwritable/) },
  });
});

test('a log that is as long as it may be, or whose disk is full, ends with the reason and whole lines', async () => {
  const ended: Problem[] = [];
  mkdirSync(join(rig.dir, 'small'));
  const options = { folder: join(rig.dir, 'small'), title: 'x', size: { columns: 80, rows: 24 }, onEnd: (why: Problem) => ended.push(why) };
  const small = openSessionLog({ ...options, name: 'a.cast', mostBytes: 1000 });
  for (let times = 0; times < 100; times++) small.printed('a'.repeat(40));
  await small.close();
  expect(ended).toMatchObject([{ code: 'conflict' }]);
  const text = await openSessionLogs(join(rig.dir, 'small')).read('a.cast', 0);
  expect(text.text.length).toBeLessThanOrEqual(1000);
  expect(() =>
    text.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).not.toThrow();

  const full = openSessionLog({ ...options, folder: '/nowhere/at/all', name: 'b.cast' });
  await vi.waitFor(() => expect(ended).toHaveLength(2), patience);
  expect(ended[1]).toMatchObject({ code: 'settings-unwritable', detail: expect.stringContaining('ENOENT') });
  full.printed('goes nowhere');
  await full.close();
});

test('what is no log in that folder is not shown, and half a line of a log that was cut is left out', async () => {
  mkdirSync(logs.folder, { recursive: true });
  writeFileSync(join(logs.folder, 'notes.txt'), 'x');
  writeFileSync(join(logs.folder, 'broken.cast'), 'no header\n');
  writeFileSync(
    join(logs.folder, 'cut.cast'),
    '{"version":2,"width":80,"height":24,"timestamp":1,"title":"x"}\n[1,"o","whole"]\n[2,"o","ha',
  );
  expect((await logs.list()).map(({ name }) => name)).toEqual(['broken.cast', 'cut.cast']);
  expect((await logs.read('cut.cast', 0)).text.endsWith('[1,"o","whole"]\n')).toBe(true);
  writeFileSync(join(logs.folder, 'endless.cast'), 'x'.repeat(2 ** 21));
  await expect(logs.read('endless.cast', 0)).rejects.toMatchObject({ problem: { code: 'file-unreadable' } });
});
