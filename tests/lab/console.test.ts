import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTerminals, type Terminals } from '../../src/main/terminals/terminals.ts';
import type { DomainRow } from '../../src/shared/contract/xen.ts';
import { ConsoleReader } from '../support/console-reader.ts';
import { domainRow } from '../support/domain-row.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { patience, patienceMs } from '../support/patience.ts';

let lab: Lab;
let terminals: Terminals;
let rows: Map<string, DomainRow>;
const readers: ConsoleReader[] = [];

beforeAll(async () => {
  lab = await openLab();
});
beforeEach(async () => {
  await lab.tidy();
  rows = new Map();
  terminals = terminalsThatWait(patienceMs);
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.leave();
});
afterAll(() => lab.close());

/** So long for a guest that may be rebooting. */
function terminalsThatWait(comebackMs: number): Terminals {
  return createTerminals({ runner: () => lab.root, login: () => lab.root, domain: (key) => rows.get(key), comebackMs });
}

/** Starts a guest, paused so that nothing of what it prints is missed, and lets it run once its console is open. */
async function openFresh(name: string): Promise<ConsoleReader> {
  await lab.sure('xl create -q -p "/etc/xen/$1.cfg"', [name]);
  rows.set(`lab/${name}`, await rowOf(name));
  const reader = open(name);
  await vi.waitFor(() => lab.sure('grep -lzs "/xenconsole$" /proc/[0-9]*/cmdline'), { ...patience, interval: 500 });
  await lab.sure('xl unpause "$1"', [name]);
  return reader;
}

async function rowOf(name: string): Promise<DomainRow> {
  const list = await lab.sure('xl vm-list');
  const found = list.split('\n').find((line) => line.trimEnd().endsWith(` ${name}`));
  const [uuid = null, id] = found?.split(/ +/) ?? [];
  return domainRow({ host: 'lab', name, uuid, id: Number(id) });
}

function open(name: string, client?: string): ConsoleReader {
  const reader = new ConsoleReader(terminals, { host: 'lab', key: `lab/${name}` }, client);
  readers.push(reader);
  return reader;
}

test('a guest’s banner is seen, what is typed is answered, a reboot is followed, and Ctrl-] leaves', async () => {
  const reader = await openFresh('guest1');
  await reader.shows('xenlab guest guest1 is up');
  reader.type('echo $((6 * 7))\r');
  await reader.shows('\r\n42\r\n');
  // The PTY of dom0 has this size; xenconsole tells the guest of none (a serial line has no size).
  reader.resize(100, 30);
  const before = await rowOf('guest1');
  await lab.sure('xl reboot guest1');
  await reader.noticed('The guest was rebooted');
  await vi.waitFor(() => expect(reader.text.split('xenlab guest guest1 is up')).toHaveLength(3), patience);
  const after = await rowOf('guest1');
  expect(after.facts.uuid).toBe(before.facts.uuid);
  expect(after.load.id).not.toBe(before.load.id);
  reader.type('echo again$((1 + 1))\r');
  await reader.shows('\r\nagain2\r\n');
  reader.type('\u001d');
  expect(await reader.ended()).toMatchObject({ code: 'cancelled' });
  expect((await lab.sure('xl list guest1')).length).toBeGreaterThan(0);
});

test('a guest that is destroyed, or shuts down, is told as gone', async () => {
  terminals = terminalsThatWait(20_000);
  const reader = await openFresh('guest1');
  await reader.shows('is up');
  await lab.sure('xl destroy guest1');
  await reader.noticed('waits for the guest');
  expect(await reader.ended()).toMatchObject({ code: 'domain-gone' });
});

test('a console that somebody has open on the host is refused, with the process that has it; once it is left it opens', async () => {
  const holder = await openFresh('guest1');
  await holder.shows('is up');
  const second = open('guest1', 'other');
  expect(await second.ended()).toMatchObject({ code: 'conflict' });
  expect(second.text).toMatch(/Process \d+ on the host holds the console of this guest:\r\n.*root +pts\/\d+/s);
  holder.type('echo still $((2 + 3))\r');
  await holder.shows('still 5');
  // The window is closed without a word: the host gets the hang-up, and the console is free again.
  holder.leave();
  const third = open('guest1', 'other');
  await vi.waitFor(() => expect(third.id).not.toBe(''));
  await vi.waitFor(
    () => {
      third.type('echo third $((3 + 4))\r');
      expect(third.text).toContain('third 7');
    },
    { ...patience, interval: 1000 },
  );
});

test('a flood from a guest waits for its reader, and Ctrl-C is answered', async () => {
  const reader = await openFresh('guest1');
  await reader.shows('is up');
  reader.acknowledges = false;
  reader.type('yes 0123456789abcdef0123456789abcdef\r');
  await vi.waitFor(() => expect(reader.length).toBeGreaterThan(100_000), patience);
  reader.catchUp();
  const caughtUp = reader.length;
  await vi.waitFor(() => expect(reader.length).toBeGreaterThan(caughtUp + 100_000), patience);
  reader.type('\u0003');
  reader.type('echo calm $((4 + 4))\r');
  await reader.shows('calm 8');
});

test('an account that may not run xl is told so', async () => {
  await lab.sure('xl create -q /etc/xen/guest1.cfg');
  rows.set('lab/guest1', await rowOf('guest1'));
  terminals = createTerminals({ runner: () => lab.op, login: () => lab.op, domain: (key) => rows.get(key) });
  const problem = await open('guest1').ended();
  expect(problem).toMatchObject({ code: 'not-permitted', hint: expect.stringContaining('root') });
});
