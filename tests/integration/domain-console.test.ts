import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Session } from '../../src/main/ssh/session.ts';
import { createTerminals, mostTerminals, type Terminals } from '../../src/main/terminals/terminals.ts';
import type { DomainRow } from '../../src/shared/contract/xen.ts';
import { type ConsoleHost, consoleHost } from '../support/console-host.ts';
import { ConsoleReader } from '../support/console-reader.ts';
import { domainRow } from '../support/domain-row.ts';
import { patience, patienceMs } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let key: KeyPair;
let host: ConsoleHost;
let user: string;
let session: Session;
let rows: Map<string, DomainRow>;
let terminals: Terminals;
const readers: ConsoleReader[] = [];

const web = { uuid: '5de18814-766b-49ba-935b-baaea83d8060', name: 'web $(reboot)' };
const db = { uuid: '6de18814-766b-49ba-935b-baaea83d8060', name: 'db' };

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  host = await consoleHost(rig);
  user = (await rig.account({ shell: '/bin/dash' })).name;
});

beforeEach(async () => {
  await host.run([
    { id: 7, ...web },
    { id: 8, ...db },
  ]);
  session = await online(sessionFor(await targetFor(rig, host.server, { key, user })));
  rows = new Map();
  for (const row of [domainRow({ host: 'h1', id: 7, ...web }), domainRow({ host: 'h1', id: 8, ...db })]) rows.set(row.key, row);
  terminals = terminalsThatWait(patienceMs);
});

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  await stopSessions();
});
afterAll(() => rig.close());

/** They wait so long for a guest that has ended to come back. */
function terminalsThatWait(comebackMs: number, lookMs = 50): Terminals {
  return createTerminals({ runner: () => session, login: () => session, domain: (name) => rows.get(name), comebackMs, lookMs });
}

function open(name: string, client?: string): ConsoleReader {
  const reader = new ConsoleReader(terminals, { host: 'h1', key: `h1/${name}` }, client);
  readers.push(reader);
  return reader;
}

test('a guest greets, answers what is typed, knows the size of the terminal, and Ctrl-] leaves it', async () => {
  const reader = open(web.name);
  await reader.shows('guest in domain 7 is up\r\n');
  reader.type('hello $(reboot)\r');
  await reader.shows('you typed hello $(reboot)\r\n');
  reader.resize(132, 43);
  reader.type('size\r');
  await reader.shows('43 132');
  reader.type('\u001d');
  expect(await reader.ended()).toMatchObject({ code: 'cancelled', message: expect.stringContaining('You have left the console') });
  await reader.done;
  expect(() => reader.type('more')).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code: 'not-found' }) }));
});

test('what is typed before the console is there waits for it', async () => {
  const reader = open(web.name);
  await vi.waitFor(() => expect(reader.id).not.toBe(''), patience);
  reader.type('early ');
  reader.type('bird\r');
  await reader.shows('you typed early bird\r\n');
});

test('bytes that are no UTF-8 are shown as such, and a character that comes in two chunks is one', async () => {
  const reader = open(web.name);
  await reader.shows('is up');
  reader.type('bytes\r');
  await reader.shows('[\ufffd\ufffd]🐚\r\n');
});

test('a reboot is followed: the same guest is a new domain, and what is typed goes there', async () => {
  const reader = open(web.name);
  await reader.shows('guest in domain 7 is up');
  await host.run([{ id: 8, ...db }]);
  await reader.noticed('waits for the guest');
  await host.run([
    { id: 8, ...db },
    { id: 9, ...web },
  ]);
  await reader.shows('guest in domain 9 is up');
  await reader.noticed('The guest was rebooted');
  reader.type('again\r');
  await reader.shows('you typed again');
});

test('a guest that ends and does not come back is told as gone, and a new domain of its name is not taken for it', async () => {
  terminals = terminalsThatWait(600);
  const reader = open(web.name);
  await reader.shows('is up');
  await host.run([{ id: 9, ...web, uuid: 'aaaaaaaa-766b-49ba-935b-baaea83d8060' }]);
  expect(await reader.ended()).toMatchObject({ code: 'domain-gone', message: expect.stringContaining('did not come back') });
});

test('Ctrl-] also ends the waiting for a guest', async () => {
  terminals = terminalsThatWait(3_600_000, 3_600_000);
  const reader = open(web.name);
  await reader.shows('is up');
  await host.run([]);
  await reader.noticed('waits for the guest');
  reader.type('\u001d');
  expect(await reader.ended()).toMatchObject({ code: 'cancelled' });
});

test('a console that another has open is refused, and said so plainly', async () => {
  const first = open(db.name, 'one');
  await first.shows('is up');
  const second = open(db.name, 'two');
  expect(await second.ended()).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Somebody else has the console of db open'),
  });
  first.type('still here\r');
  await first.shows('you typed still here');
  // Whoever closes the window gives the console back. What asks before the host has taken it is refused, and asks again.
  first.leave();
  await vi.waitFor(async () => {
    const third = open(db.name, 'two');
    await vi.waitFor(() => expect(third.text.includes('is up') || third.reason !== undefined).toBe(true), patience);
    expect(third.reason).toBeUndefined();
  }, patience);
});

test('dom0, a domain that is off, one that is not known, and one of another host are refused before anything is sent', async () => {
  rows.set('h1/Domain-0', domainRow({ host: 'h1', name: 'Domain-0', id: 0, control: true }));
  rows.set('h1/sneaky', domainRow({ host: 'h1', name: 'sneaky', id: 0 }));
  rows.set('h1/off', domainRow({ host: 'h1', name: 'off', id: null, state: 'off' }));
  terminals = createTerminals({
    runner: () => {
      throw new Error('something was sent');
    },
    login: () => session,
    domain: (name) => rows.get(name),
  });
  const refusal = async (name: string, where = 'h1') => {
    const reader = new ConsoleReader(terminals, { host: where, key: `h1/${name}` });
    return Object(await reader.done.catch((error: unknown) => error)).problem;
  };
  expect(await refusal('Domain-0')).toMatchObject({ code: 'control-domain' });
  expect(await refusal('sneaky')).toMatchObject({ code: 'control-domain' });
  expect(await refusal('off')).toMatchObject({ code: 'wrong-state', hint: expect.stringContaining('Start it') });
  expect(await refusal('nobody')).toMatchObject({ code: 'domain-gone' });
  expect(await refusal('db', 'h2')).toMatchObject({ code: 'domain-gone' });
});

test('a terminal is its own client’s alone, and a client has so many and no more', async () => {
  const reader = open(web.name, 'one');
  await reader.shows('is up');
  const notFound = expect.objectContaining({ problem: expect.objectContaining({ code: 'not-found' }) });
  expect(() => terminals.write('two', reader.id, 'x')).toThrow(notFound);
  expect(() => terminals.resize('two', reader.id, { columns: 80, rows: 24 })).toThrow(notFound);
  expect(() => terminals.acknowledge('two', reader.id, 1)).toThrow(notFound);

  const waiting = createTerminals({
    runner: () => ({ ...session, run: () => new Promise(() => undefined) }),
    login: () => session,
    domain: (name) => rows.get(name),
  });
  const ref = { host: 'h1', key: `h1/${db.name}` };
  const many = Array.from({ length: mostTerminals }, () => new ConsoleReader(waiting, ref, 'one'));
  await vi.waitFor(() => expect(many.every(({ id }) => id !== '')).toBe(true), patience);
  await expect(new ConsoleReader(waiting, ref, 'one').done).rejects.toMatchObject({ problem: { code: 'conflict' } });
  many[0]?.leave();
  await many[0]?.done;
  const next = new ConsoleReader(waiting, ref, 'one');
  await vi.waitFor(() => expect(next.id).not.toBe(''), patience);
  for (const each of [...many, next]) each.leave();
});

test('a flood waits for a reader who looks away, holds little memory, and Ctrl-C is answered once it is caught up', async () => {
  const reader = open(web.name);
  await reader.shows('is up');
  reader.acknowledges = false;
  reader.type('flood\r');
  await vi.waitFor(() => expect(reader.length).toBeGreaterThan(100_000), patience);
  // It stands still: what came after the mark is what was on its way, a chunk of the channel at most.
  let before = -1;
  await vi.waitFor(
    () => {
      const now = reader.length;
      const still = now === before;
      before = now;
      expect(still).toBe(true);
    },
    { ...patience, interval: 200 },
  );
  expect(reader.length).toBeLessThan(100_000 + 2 * 2 ** 20);
  const stood = reader.length;

  reader.catchUp();
  await vi.waitFor(() => expect(reader.length).toBeGreaterThan(stood + 20_000_000), patience);
  reader.type('\u0003');
  await reader.shows('^C\r\nstopped\r\n');
  reader.type('calm\r');
  await reader.shows('you typed calm');
});

test('a connection that is lost is the end of the terminal, and the account that has no xl is told', async () => {
  const reader = open(web.name);
  await reader.shows('is up');
  await session.stop();
  expect(await reader.ended()).toMatchObject({ code: 'connection-lost' });

  const bare = await rig.sshd();
  const elsewhere = await online(sessionFor(await targetFor(rig, bare, { key, user })));
  terminals = createTerminals({ runner: () => elsewhere, login: () => elsewhere, domain: (name) => rows.get(name) });
  expect(await open(web.name).ended()).toMatchObject({ code: 'no-toolstack' });
});

test('the framebuffer of a guest is found where the toolstack put it; one without has none, and what is no port is none', async () => {
  const at = (id: number, name: string) => {
    const row = domainRow({ host: 'h1', id, ...web, name });
    rows.set(row.key, row);
    return terminals.vnc({ host: 'h1', key: row.key });
  };
  expect(await at(8, 'screen')).toEqual({ vnc: '127.0.0.1:5903' });
  expect(await at(7, 'none')).toEqual({ vnc: null });
  expect(await at(9, 'odd')).toEqual({ vnc: null });
  await expect(terminals.vnc({ host: 'h1', key: 'h1/nobody' })).rejects.toMatchObject({ problem: { code: 'domain-gone' } });
});
