import { KeyObject } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { connect } from '../../src/main/ssh/connect.ts';
import { usualDeadlines } from '../../src/main/ssh/deadlines.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import type { SessionStatus } from '../../src/main/ssh/session.ts';
import { testConnection } from '../../src/main/ssh/test-connection.ts';
import type { TestStep } from '../../src/shared/contract/inventory.ts';
import { watchForLeaks } from '../support/leaks.ts';
import { patience } from '../support/patience.ts';
import { command, freePort, type KeyPair, knownHostsName, openRig, type Rig, type Server } from '../support/sshd.ts';
import { firstProblem, online, reaches, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let key: KeyPair;
let sshd: Server;
/** An account whose login shell is quick: what is tried here is not its start files. */
let user: string;
const way = (server: Parameters<typeof targetFor>[1], options: Parameters<typeof targetFor>[2]) =>
  targetFor(rig, server, { user, ...options });

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd();
  user = (await rig.account({ shell: '/bin/dash' })).name;
});
watchForLeaks();
afterEach(stopSessions);
afterAll(() => rig.close());

test.each(['ed25519', 'ecdsa', 'rsa'] as const)('key files and host keys of type %s are good for a login', async (type) => {
  const [own, hostKey] = [await rig.clientKey({ type }), await rig.hostKey(type)];
  const server = await rig.sshd({ hostKeys: [hostKey] });
  const session = await online(sessionFor(await way(server, { key: own })));
  expect((await session.run('echo "$1"', ['in'])).stdout.toString()).toBe('in\n');
  await server.daemon.stop();
});

test('a real ssh-agent lets us in, also with the key of a file that is encrypted', async () => {
  const locked = await rig.clientKey();
  const agent = await rig.agent([await rig.clientKey({ accepted: false }), locked]);
  await command('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret', '-f', locked.path]);
  await online(sessionFor(await way(sshd, { key: locked, agent: agent.socket })));
  await online(sessionFor(await way(sshd, { agent: agent.socket })));
  const log = sshd.daemon.log;
  expect(log).toContain(`Accepted publickey for ${user}`);
  await agent.stop();
  const gone = await firstProblem(sessionFor(await way(sshd, { agent: agent.socket })));
  expect(gone).toMatchObject({ state: 'auth-failed', problem: { code: 'no-credentials' } });
  expect(gone.problem.message).toContain('the agent does not answer');
});

test('dropbear is a host like any other', async () => {
  const account = await rig.account({ shell: '/bin/bash' });
  const server = await rig.dropbear();
  const session = await online(sessionFor(await way(server, { key, user: account.name })));
  const result = await session.run('cat; printf "%s" "$1" >&2; exit 3', ["it's"], { stdin: 'from here' });
  expect({ ...result, stdout: result.stdout.toString(), stderr: result.stderr.toString() }).toEqual({
    code: 3,
    signal: null,
    stdout: 'from here',
    stderr: "it's",
  });
});

test('an unknown host key waits for a person; trusting it stores a line that ssh accepts, and connects every session that waits', async () => {
  const target = await way(sshd, { key, known: '' });
  const [session, twin] = [sessionFor(target), sessionFor(target)];
  twin.start();
  const status = await firstProblem(session);
  if (status.state !== 'host-key-unknown') throw new Error(status.state);
  expect(status.offeredKey).toEqual({
    type: 'ssh-ed25519',
    fingerprint: sshd.hostKeys[0]?.fingerprint,
    art: expect.stringContaining('[ED25519 256]'),
  });
  expect(status.problem.message).toContain(status.offeredKey.fingerprint);
  await reaches(twin, 'host-key-unknown');

  await expect(session.trustOfferedKey('SHA256:another')).rejects.toMatchObject({ problem: { code: 'conflict' } });
  await session.trustOfferedKey(status.offeredKey.fingerprint);
  await Promise.all([reaches(session, 'online'), reaches(twin, 'online')]);
  await expect(session.trustOfferedKey(status.offeredKey.fingerprint)).rejects.toMatchObject({ problem: { code: 'conflict' } });

  const file = join(rig.dir, 'trusted');
  const stored = `${knownHostsName('127.0.0.1', sshd.port)} ${sshd.hostKeys[0]?.public.split(' ').slice(0, 2).join(' ')}\n`;
  await writeFile(file, stored);
  const options = [
    '-F',
    'none',
    '-i',
    key.path,
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    `UserKnownHostsFile=${file}`,
  ];
  const stdout = await command('ssh', [...options, '-p', String(sshd.port), `${user}@127.0.0.1`, 'echo ssh agrees']);
  expect(stdout).toContain('ssh agrees');
  const files = (await readdir(rig.dir)).filter((name) => name.startsWith('known_hosts-'));
  const texts = await Promise.all(files.map((name) => readFile(join(rig.dir, name), 'utf8')));
  expect(texts).toContain(stored);
});

test('a changed host key is refused for good, with both fingerprints and the line', async () => {
  const old = await rig.hostKey();
  const status = await firstProblem(
    sessionFor(await way(sshd, { key, known: `# old\n${knownHostsName('127.0.0.1', sshd.port)} ${old.public}\n` })),
  );
  expect(status).toMatchObject({
    state: 'host-key-changed',
    retryAt: undefined,
    problem: { code: 'host-key-changed', hint: expect.stringMatching(/ssh-keygen -f \S+known_hosts-\d+ -R '\[127\.0\.0\.1\]:\d+'$/) },
    offeredKey: { fingerprint: sshd.hostKeys[0]?.fingerprint },
    knownKeys: [{ fingerprint: old.fingerprint, where: expect.stringMatching(/known_hosts-\d+:2$/) }],
  });
  expect(status.problem.detail).toContain(old.fingerprint);
  expect(status.problem.detail).toContain(sshd.hostKeys[0]?.fingerprint);
});

test('a revoked host key is refused for good', async () => {
  const name = knownHostsName('127.0.0.1', sshd.port);
  const known = `${name} ${sshd.hostKeys[0]?.public}\n@revoked * ${sshd.hostKeys[0]?.public}\n`;
  const session = sessionFor(await way(sshd, { key, known }));
  expect(await firstProblem(session)).toMatchObject({ state: 'host-key-changed', problem: { code: 'host-key-revoked' } });
});

test('of several keys of a host the one that is known is asked for', async () => {
  const keys = [await rig.hostKey('ed25519'), await rig.hostKey('ecdsa'), await rig.hostKey('rsa')];
  const server = await rig.sshd({ hostKeys: keys });
  for (const known of keys) {
    const line = `${knownHostsName('127.0.0.1', server.port)} ${known.public}\n`;
    await online(sessionFor(await way(server, { key, known: line })));
  }
  await server.daemon.stop();
});

test('a host that goes away is tried again with growing delays, and found again when it is back', async () => {
  const server = await rig.sshd();
  const session = await online(sessionFor(await way(server, { key }), { random: () => 0 }));
  const seen: SessionStatus[] = [];
  session.onStatus((status) => void seen.push(status));
  const channel = await session.open('cat');
  const closed = new Promise<void>((resolve) => channel.onClose(resolve));
  await server.daemon.stop();
  await closed;
  await vi.waitFor(() => expect(seen.filter((status) => status.state === 'unreachable').length).toBeGreaterThanOrEqual(3), patience);
  const delays = seen.flatMap((status) =>
    status.state === 'unreachable' && status.retryAt !== undefined ? [status.retryAt - status.since] : [],
  );
  expect(delays.slice(0, 3)).toEqual([250, 500, 1000].map((ms) => expect.closeTo(ms, -1.5)));
  await expect(session.run('true')).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
  await server.daemon.start();
  session.retryNow();
  await reaches(session, 'online');
  expect((await session.run('echo back')).stdout.toString()).toBe('back\n');
  await server.daemon.stop();
});

test('a frozen host costs a request, not the connection, and answers again when it thaws', async () => {
  const server = await rig.sshd();
  const deadlines = { ...usualDeadlines, channel: 500 };
  const session = await online(sessionFor(await way(server, { key }), { deadlines }));
  const other = await online(sessionFor(await way(sshd, { key })));
  server.daemon.freeze();
  await expect(session.run('echo ice')).rejects.toMatchObject({ problem: { code: 'request-timeout' } });
  expect(session.status.state).toBe('online');
  expect((await other.run('echo unmoved')).stdout.toString()).toBe('unmoved\n');
  server.daemon.thaw();
  await vi.waitFor(async () => expect((await session.run('echo water')).stdout.toString()).toBe('water\n'), patience);
  await server.daemon.stop();
});

test('a frozen host is given up after as many unanswered keepalives as the configuration says', async () => {
  const server = await rig.sshd();
  const session = await online(sessionFor(await way(server, { key, keepalive: { intervalMs: 500, countMax: 3 } })));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(session.status.state).toBe('online');
  server.daemon.freeze();
  expect(await reaches(session, 'unreachable')).toMatchObject({ problem: { message: expect.stringContaining('stopped answering') } });
  await server.daemon.stop();
});

test('keys are exchanged anew in the middle of a stream, and the host key is compared again', async () => {
  const server = await rig.sshd({ settings: { RekeyLimit: '1M' } });
  const session = await online(sessionFor(await way(server, { key })));
  for (let round = 0; round < 3; round++) {
    expect((await session.run('head -c 3000000 /dev/zero', [], { stdin: Buffer.alloc(100_000) })).stdout.length).toBe(3_000_000);
  }
  expect(session.status.state).toBe('online');
  await server.daemon.stop();
});

test('AES-GCM is agreed on, and its keys are key objects: an ssh2 whose insides have moved shows up here', async () => {
  const target = await way(sshd, { key });
  const notes: string[] = [];
  const signal = new AbortController().signal;
  const { client, stream } = await connect(target, { gate: createHandshakeGate(), signal, onStage: (_, note) => void notes.push(note) });
  expect(notes[2]).toContain('aes128-gcm@openssh.com');
  const protocol = Object(Reflect.get(client, '_protocol'));
  expect([protocol._cipher._encKey, protocol._decipher._decipherKey]).toEqual([expect.any(KeyObject), expect.any(KeyObject)]);
  stream.destroy();
});

test('MaxSessions refuses the session too many and gives the place back', async () => {
  const server = await rig.sshd({ settings: { MaxSessions: '2' } });
  const session = await online(sessionFor(await way(server, { key })));
  const [channel] = await Promise.all([session.open('cat'), session.open('cat')]);
  await expect(session.run('true')).rejects.toMatchObject({
    problem: { code: 'channel-refused', hint: expect.stringContaining('MaxSessions') },
  });
  channel.close();
  await vi.waitFor(async () => expect((await session.run('echo free')).stdout.toString()).toBe('free\n'), patience);
  await server.daemon.stop();
});

async function walk(target: Awaited<ReturnType<typeof way>>) {
  const steps: TestStep[] = [];
  const walking = testConnection(target, { gate: createHandshakeGate(), signal: new AbortController().signal });
  for (;;) {
    const next = await walking.next();
    if (next.done === true) return { steps, link: next.value };
    steps.push(next.value);
  }
}

test('testing a connection reports each step, names an unknown key, stores nothing and leaves the connection open', async () => {
  const target = await way(sshd, { key, known: '' });
  const { steps, link } = await walk(target);
  expect(steps.map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual(
    ['resolve', 'connect', 'handshake', 'host-key', 'login', 'shell'].map((stage) => `${stage} done`),
  );
  expect(steps[3]?.note).toBe(`ssh-ed25519 ${sshd.hostKeys[0]?.fingerprint}, not in known_hosts yet`);
  expect(target.knownHosts.keyTypesFor('127.0.0.1', sshd.port)).toEqual([]);
  expect((await link?.run('echo more'))?.stdout.toString()).toBe('more\n');
  await link?.close();
});

test('testing a connection stops at the step that fails and skips the rest', async () => {
  const stranger = await rig.clientKey({ accepted: false });
  const refused = await walk(await way(sshd, { key: stranger }));
  expect(refused.link).toBeUndefined();
  expect(refused.steps.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done', 'failed', 'skipped']);
  expect(refused.steps[4]).toMatchObject({ stage: 'login', problem: { code: 'auth-failed' } });

  const old = await rig.hostKey();
  const changed = await walk(await way(sshd, { key, known: `${knownHostsName('127.0.0.1', sshd.port)} ${old.public}\n` }));
  expect(changed.steps[3]).toMatchObject({ stage: 'host-key', outcome: 'failed', problem: { code: 'host-key-changed' } });

  const nowhere = await walk(await way(sshd, { key, address: 'no-such-host.invalid' }));
  expect(nowhere.steps.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped', 'skipped', 'skipped', 'skipped', 'skipped']);
});

test('a connection that did not survive a sleep of the machine is noticed at once, one that did is left alone', async () => {
  const server = await rig.sshd();
  const impatient = { ...usualDeadlines, channel: 700, shell: 700 };
  const session = await online(sessionFor(await way(server, { key }), { deadlines: impatient }));
  session.wake();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(session.status.state).toBe('online');
  server.daemon.freeze();
  const before = performance.now();
  session.wake();
  expect(await reaches(session, 'unreachable')).toMatchObject({
    problem: { code: 'connection-lost', message: expect.stringContaining('stopped answering') },
  });
  // Three keepalives would take 45 s.
  expect(performance.now() - before).toBeLessThan(5000);
  server.daemon.thaw();
  session.wake();
  await reaches(session, 'online');
  await server.daemon.stop();
});

test('a sleep while a retry was due tries at once', async () => {
  const port = await freePort();
  const hostKeys = [await rig.hostKey()];
  const session = sessionFor(await way({ port, hostKeys }, { key }), { random: () => 1 - Number.EPSILON });
  session.start();
  for (let round = 0; round < 4; round += 1) {
    await reaches(session, 'unreachable');
    session.retryNow();
  }
  const waiting = await reaches(session, 'unreachable');
  expect((waiting.retryAt ?? 0) - Date.now()).toBeGreaterThan(5000);
  await rig.sshd({ port, hostKeys });
  session.wake();
  expect(session.status.state).not.toBe('unreachable');
  await reaches(session, 'online');
});
