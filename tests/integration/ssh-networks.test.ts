import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Deadlines, usualDeadlines } from '../../src/main/ssh/deadlines.ts';
import { type BadHost, badHost, type Misbehaviour } from '../support/bad-host.ts';
import { watchForLeaks } from '../support/leaks.ts';
import { patienceMs } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { firstProblem, online, reaches, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

let rig: Rig;
let key: KeyPair;
let hostKey: KeyPair;
let sshd: Server;
const networks: TcpProxy[] = [];
const badHosts: BadHost[] = [];

beforeAll(async () => {
  rig = await openRig();
  [key, hostKey] = [await rig.clientKey(), await rig.hostKey()];
  sshd = await rig.sshd();
});
watchForLeaks();
afterEach(async () => {
  await stopSessions();
  await Promise.all([...networks.splice(0).map((network) => network.close()), ...badHosts.splice(0).map((host) => host.close())]);
});
afterAll(() => rig.close());

async function network(...weather: Parameters<typeof tcpProxy> extends [unknown, ...infer Rest] ? Rest : never): Promise<TcpProxy> {
  const made = await tcpProxy(sshd, ...weather);
  networks.push(made);
  return made;
}

async function behind({ port }: { port: number }, deadlines = usualDeadlines) {
  return sessionFor(await targetFor(rig, { port, hostKeys: sshd.hostKeys }, { key }), { deadlines });
}

test('a delay of 100 ms each way costs round trips and nothing else', async () => {
  const runs = async (way: TcpProxy) => {
    const session = await online(await behind(way));
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 3; run += 1) {
      const before = performance.now();
      expect((await session.run('echo far')).stdout.toString()).toBe('far\n');
      least = Math.min(least, performance.now() - before);
    }
    return least;
  };
  const near = await runs(await network());
  const far = await runs(await network({ delayMs: 100 }));
  expect(far).toBeGreaterThan(200);
  expect(far).toBeLessThan(1500 + 5 * near);
});

test('a throttled line carries what it carries, and the session stays', async () => {
  const way = await network();
  const session = await online(await behind(way));
  way.set({ bytesPerSecond: 400_000 });
  const { stdout } = await session.run('head -c 300000 /dev/zero');
  expect(stdout.length).toBe(300_000);
  expect(session.status.state).toBe('online');
});

test('a reset is a lost connection, and the next one stands', async () => {
  const way = await network();
  const session = await online(await behind(way));
  way.reset();
  expect(await reaches(session, 'unreachable')).toMatchObject({ problem: { code: 'connection-lost' } });
  await reaches(session, 'online');
});

test('a line that swallows everything is noticed when somebody looks, tried again, and used when it carries again', async () => {
  const way = await network();
  const session = await online(await behind(way, { ...usualDeadlines, greeting: 1500, channel: 700 }));
  way.set({ blackHole: true });
  session.wake();
  await reaches(session, 'unreachable');
  expect(await firstProblem(session)).toMatchObject({ problem: { code: 'handshake-timeout' } });
  way.set({});
  session.retryNow();
  await reaches(session, 'online');
});

test('a cut of an hour, in simulated time: noticed by three missed keepalives, tried every two minutes at the most, over at the next try', async () => {
  const way = await network();
  const target = await targetFor(rig, { port: way.port, hostKeys: sshd.hostKeys }, { key });
  const session = sessionFor(target, { random: () => 1 - Number.EPSILON });
  const isOnline = () => session.status.state === 'online';
  const realTick = () => new Promise((resolve) => setImmediate(resolve));
  const realNow = performance.now.bind(performance);
  const until = async (state: () => boolean) => {
    const from = realNow();
    while (!state() && realNow() - from < patienceMs) await realTick();
    expect([state(), session.status]).toEqual([true, session.status]);
  };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  try {
    /** The host answers in real time, in which the console's clock stands still. */
    const passOnline = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 5_000) {
        await vi.advanceTimersByTimeAsync(5_000);
        expect((await session.run(':')).code).toBe(0);
      }
    };
    const passCut = async (ms: number, enough = () => false) => {
      const from = Date.now();
      while (Date.now() - from < ms && !enough()) {
        await vi.advanceTimersByTimeAsync(500);
        await realTick();
      }
      return Date.now() - from;
    };
    session.start();
    await until(isOnline);
    await passOnline(120_000);

    way.set({ blackHole: true });
    const noticed = await passCut(300_000, () => !isOnline());
    expect(noticed).toBeGreaterThanOrEqual(30_000);
    expect(noticed).toBeLessThanOrEqual(61_000);
    expect(session.status).toMatchObject({ state: 'unreachable', problem: { message: expect.stringContaining('stopped answering') } });

    const before = way.connections;
    await passCut(3_600_000);
    // After 1, 2, 4 … 64 s, then every two minutes, and each waits ten seconds for a greeting.
    expect(way.connections - before).toBeGreaterThan(25);
    expect(way.connections - before).toBeLessThan(40);
    await passCut(60_000, () => session.status.state === 'unreachable');
    way.set({});
    expect(await passCut(300_000, () => session.status.state === 'connecting')).toBeLessThanOrEqual(120_500);
    await until(isOnline);

    // A minute of health, and the count begins anew: the next try comes after a second.
    await passOnline(60_000);
    for (const delayMs of [1000, 2000]) {
      way.reset();
      await until(() => !isOnline());
      expect(session.status).toMatchObject({ state: 'unreachable', retryAt: Date.now() + delayMs });
      await vi.advanceTimersByTimeAsync(delayMs);
      await until(isOnline);
    }
    await session.stop();
  } finally {
    vi.useRealTimers();
  }
});

/** What a row waits for in vain, and that alone, has a short deadline: the rest takes as long as it takes. */
type Row = [string, (path: string) => Misbehaviour, string, Partial<Deadlines>?];

test.each<Row>([
  ['that never answers the login', (path) => ({ kind: 'silent-login', hostKey: path }), 'handshake-timeout', { handshake: 1500 }],
  ['that talks a megabyte before its banner', (path) => ({ kind: 'garbage-first', lines: 50_000, hostKey: path }), 'not-ssh'],
])('a host %s is unreachable', async (_, behaviour, code, short = {}) => {
  const host = await badHost(behaviour(hostKey.path));
  badHosts.push(host);
  const deadlines = { ...usualDeadlines, ...short };
  const session = sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key }), { deadlines });
  expect(await firstProblem(session)).toMatchObject({ state: 'unreachable', problem: { code } });
  await session.stop();
});

test('a few lines before the banner are no fault', async () => {
  const host = await badHost({ kind: 'garbage-first', lines: 3, hostKey: hostKey.path });
  badHosts.push(host);
  await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key })));
});

test.each<Row>([
  [
    'that opens no channel and does not say so',
    (path) => ({ kind: 'silent-channels', hostKey: path }),
    'request-timeout',
    { channel: 700 },
  ],
  ['that tears the connection in the middle of a packet', (path) => ({ kind: 'torn-packet', hostKey: path }), 'connection-lost'],
  ['that cuts the connection', (path) => ({ kind: 'cuts-off', hostKey: path }), 'connection-lost'],
  ['that floods', (path) => ({ kind: 'flood', hostKey: path, afterReady: true }), 'flooded'],
])('a command on a host %s fails', async (_, behaviour, code, short = {}) => {
  const host = await badHost(behaviour(hostKey.path));
  badHosts.push(host);
  const deadlines = { ...usualDeadlines, ...short };
  const session = await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key }), { deadlines }));
  await expect(session.run('true', [], { maxBytes: 100_000 })).rejects.toMatchObject({ problem: { code } });
  await session.stop();
});

test('a host that shows another key when the keys are exchanged anew is cut off, and nothing is learnt from it', async () => {
  const laterKey = await rig.hostKey();
  for (const later of [laterKey, hostKey]) {
    const host = await badHost({ kind: 'other-key-later', hostKey: hostKey.path, laterKey: later.path });
    badHosts.push(host);
    const target = await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key });
    const session = await online(sessionFor(target));
    const ran = await session.run('true').then(
      ({ stdout }) => stdout.toString(),
      (error) => error.problem?.code,
    );
    expect(ran).toBe(later === hostKey ? 'done\n' : 'connection-lost');
    const known = (each: KeyPair) =>
      target.knownHosts.check('127.0.0.1', host.port, Buffer.from(each.public.split(' ')[1] ?? '', 'base64'));
    expect([known(hostKey).kind, known(laterKey).kind]).toEqual(['known', 'changed']);
    await session.stop();
  }
});

test('an exit without an EOF is an exit', async () => {
  const host = await badHost({ kind: 'no-eof', hostKey: hostKey.path });
  badHosts.push(host);
  const session = await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key })));
  expect(await session.run('true')).toMatchObject({ code: 0 });
});

test('thirty connections that end in every way leave nothing behind', async () => {
  const way = await tcpProxy(sshd);
  for (let round = 0; round < 6; round += 1) {
    const sessions = await Promise.all(Array.from({ length: 5 }, () => behind(way).then(online)));
    await Promise.all(sessions.map((session) => session.run('echo one')));
    if (round % 3 === 0) way.reset();
    if (round % 3 === 1) sshd.daemon.dropConnections();
    await stopSessions();
  }
  await way.close();
});
