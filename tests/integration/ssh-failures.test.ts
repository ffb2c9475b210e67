import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Deadlines, usualDeadlines } from '../../src/main/ssh/deadlines.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { type BadHost, badHost, type Misbehaviour } from '../support/bad-host.ts';
import { watchForLeaks } from '../support/leaks.ts';
import { patienceMs } from '../support/patience.ts';
import { freePort, type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { firstProblem, online, reaches, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let key: KeyPair;
let stranger: KeyPair;
let sshd: Server;
const badHosts: BadHost[] = [];

beforeAll(async () => {
  rig = await openRig();
  [key, stranger] = [await rig.clientKey(), await rig.clientKey({ accepted: false })];
  sshd = await rig.sshd({ listen: ['127.0.0.1', '127.0.0.2'] });
});
watchForLeaks();
afterEach(async () => {
  await stopSessions();
  await Promise.all(badHosts.splice(0).map((host) => host.close()));
});
afterAll(() => rig.close());

async function bad(behaviour: Misbehaviour): Promise<BadHost> {
  const host = await badHost(behaviour);
  badHosts.push(host);
  return host;
}

test('a name that does not resolve is unreachable, with the command that looks it up', async () => {
  const target = await targetFor(rig, { port: 22 }, { key, address: 'no-such-host.invalid' });
  const status = await firstProblem(sessionFor(target));
  expect(status).toMatchObject({ state: 'unreachable', problem: { code: 'name-unresolved', host: target.id } });
  expect(status.problem.hint).toContain('getent hosts no-such-host.invalid');
});

test('a port where nobody listens is refused, and tried again after a while', async () => {
  const status = await firstProblem(sessionFor(await targetFor(rig, { port: await freePort() }, { key })));
  expect(status).toMatchObject({ state: 'unreachable', problem: { code: 'connection-refused', hint: expect.stringContaining('sshd') } });
  expect(status).toHaveProperty('retryAt', expect.any(Number));
});

test('a network without a route is told as such', async () => {
  // 240.0.0.0/4 is reserved (RFC 1112 §4): Linux has no route for the broadcast address and says so at once.
  const status = await firstProblem(sessionFor(await targetFor(rig, { port: 22 }, { key, address: '255.255.255.255' })));
  expect(status).toMatchObject({ state: 'unreachable', problem: { code: 'network-unreachable' } });
});

/** What a row waits for in vain, and that alone, has a short deadline: the rest takes as long as it takes. */
test.each<[string, Misbehaviour, string, RegExp, Partial<Deadlines>?]>([
  ['that accepts and stays silent', { kind: 'half-open' }, 'handshake-timeout', /said nothing for 1 s/, { greeting: 1000 }],
  ['that hangs after its greeting', { kind: 'hangs-after-greeting' }, 'handshake-timeout', /began to speak SSH/, { handshake: 1000 }],
  ['that closes at once', { kind: 'slams-the-door' }, 'connection-lost', /without a word/],
  [
    'that is a web server',
    { kind: 'says', text: 'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n', closes: true },
    'not-ssh',
    /not as an SSH server/,
  ],
  ['that talks without end', { kind: 'says', text: 'x'.repeat(1_000_000) }, 'not-ssh', /not as an SSH server/],
  ['that speaks SSH 1', { kind: 'says', text: 'SSH-1.5-OldServer\r\n', closes: true }, 'connection-lost', /broke off/],
  [
    'that has its MaxStartups full',
    { kind: 'says', text: 'Exceeded MaxStartups\r\n', closes: true },
    'connection-lost',
    /no more connections/,
  ],
])('a host %s is unreachable with its reason', async (_, behaviour, code, message, short = {}) => {
  const deadlines = { ...usualDeadlines, ...short };
  const status = await firstProblem(sessionFor(await targetFor(rig, await bad(behaviour), { key }), { deadlines }));
  expect(status).toMatchObject({ state: 'unreachable', problem: { code } });
  expect(status.problem.message).toMatch(message);
  expect(status.problem.hint.length).toBeGreaterThan(20);
});

test('a host that offers only what nobody should use any more has no algorithm in common', async () => {
  const hostKey = await rig.hostKey();
  const host = await bad({ kind: 'offers', hostKey: hostKey.path, algorithms: { cipher: ['aes256-cbc'] } });
  const status = await firstProblem(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key })));
  expect(status).toMatchObject({ state: 'unreachable', problem: { code: 'no-common-algorithm' } });
  expect(status.problem.message).toContain('for encryption');
});

test('a real server that has only ciphers or key exchanges of long ago is refused; one that signs with SHA-1 alone is let in, as nothing better is there', async () => {
  const rsa = await rig.hostKey('rsa');
  for (const [settings, what] of [
    [{ Ciphers: 'aes256-cbc' }, 'for encryption'],
    [{ KexAlgorithms: 'diffie-hellman-group1-sha1' }, 'for the key exchange'],
  ] as const) {
    const old = await rig.sshd({ hostKeys: [rsa], settings });
    const { state, problem } = await firstProblem(sessionFor(await targetFor(rig, old, { key })));
    expect([state, problem.code, problem.message]).toEqual(['unreachable', 'no-common-algorithm', expect.stringContaining(what)]);
    await old.daemon.stop();
  }
  const signing = await rig.sshd({ hostKeys: [rsa], settings: { HostKeyAlgorithms: 'ssh-rsa' } });
  await online(sessionFor(await targetFor(rig, signing, { key })));
});

test('a refused login names what was tried and how to put the key there', async () => {
  const status = await firstProblem(sessionFor(await targetFor(rig, sshd, { key: stranger })));
  expect(status).toMatchObject({ state: 'auth-failed', problem: { code: 'auth-failed' } });
  expect(status.problem.message).toContain(`Tried: ${stranger.path}`);
  expect(status.problem.hint).toContain(`ssh-copy-id -i ${stranger.path} -p ${sshd.port} ${rig.user}@127.0.0.1`);
});

test('a host that wants a second factor says which', async () => {
  const hostKey = await rig.hostKey();
  const host = await bad({ kind: 'refuses-login', hostKey: hostKey.path, partial: true });
  const status = await firstProblem(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key })));
  expect(status.problem.message).toContain('wants password as well');
});

test('no key at all, an encrypted one, a missing one, a public one and one that may not be read are told apart', async () => {
  const encrypted = await rig.clientKey({ passphrase: 'secret' });
  const unreadable = join(rig.dir, 'folder-as-key');
  await writeFile(join(rig.dir, 'garbage'), 'no key at all\n');
  const problemWith = async (keyFiles: string[], explicitKeys: boolean) =>
    firstProblem(sessionFor(await targetFor(rig, sshd, { keyFiles, explicitKeys })));

  expect(await problemWith([join(rig.dir, 'none')], false)).toMatchObject({
    state: 'auth-failed',
    problem: { code: 'no-credentials', hint: expect.stringContaining('ssh-keygen') },
  });
  for (const explicit of [true, false]) {
    expect(await problemWith([encrypted.path], explicit)).toMatchObject({
      state: 'auth-failed',
      problem: { code: 'key-encrypted', hint: expect.stringContaining(`ssh-add ${encrypted.path}`) },
    });
  }
  for (const file of [join(rig.dir, 'none'), `${key.path}.pub`, join(rig.dir, 'garbage')]) {
    expect(await problemWith([file], true)).toMatchObject({ state: 'auth-failed', problem: { code: 'key-unreadable' } });
  }
  await writeFile(unreadable, '');
  await chmod(unreadable, 0o600);
  expect(await problemWith([join(unreadable, 'key')], true)).toMatchObject({
    problem: { code: 'key-unreadable', detail: expect.stringContaining('ENOTDIR') },
  });
});

test('too many keys in the agent is told as that, and a named key goes before them', async () => {
  const strangers = await Promise.all(Array.from({ length: 7 }, () => rig.clientKey({ accepted: false })));
  const agent = await rig.agent(strangers);
  const status = await firstProblem(sessionFor(await targetFor(rig, sshd, { agent: agent.socket })));
  expect(status).toMatchObject({ state: 'auth-failed', problem: { hint: expect.stringContaining('MaxAuthTries') } });
  await online(sessionFor(await targetFor(rig, sshd, { key, agent: agent.socket })));
});

test('a host that opens no channel, runs no command or has no shell fails the request and stays online', async () => {
  const hostKey = await rig.hostKey();
  const problemOfRun = async (behaviour: Misbehaviour, patience: { shell?: number; timeoutMs?: number } = {}) => {
    const host = await bad(behaviour);
    const deadlines = { ...usualDeadlines, shell: patience.shell ?? usualDeadlines.shell };
    const session = await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key }), { deadlines }));
    const { timeoutMs = patienceMs } = patience;
    const thrown: unknown = await session.run('echo never', [], { maxBytes: 100_000, timeoutMs }).catch((error: unknown) => error);
    return { state: session.status.state, ...Object(thrown).problem };
  };
  const path = hostKey.path;
  expect(await problemOfRun({ kind: 'refuses-channels', hostKey: path })).toMatchObject({ state: 'online', code: 'channel-refused' });
  expect(await problemOfRun({ kind: 'refuses-commands', hostKey: path })).toMatchObject({ state: 'online', code: 'no-shell' });
  expect(await problemOfRun({ kind: 'silent-shell', hostKey: path }, { shell: 500 })).toMatchObject({ state: 'online', code: 'no-shell' });
  expect(await problemOfRun({ kind: 'flood', hostKey: path })).toMatchObject({ state: 'online', code: 'flooded' });
  expect(await problemOfRun({ kind: 'flood', hostKey: path, afterReady: true })).toMatchObject({ state: 'online', code: 'flooded' });
  expect(await problemOfRun({ kind: 'never-closes', hostKey: path }, { timeoutMs: 500 })).toMatchObject({
    state: 'online',
    code: 'request-timeout',
  });
  expect(await problemOfRun({ kind: 'cuts-off', hostKey: path })).toMatchObject({ code: 'connection-lost' });
});

test('a host whose bytes come one at a time is slow and nothing worse', async () => {
  const hostKey = await rig.hostKey();
  const host = await bad({ kind: 'one-byte-at-a-time', hostKey: hostKey.path });
  const session = await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key })));
  expect((await session.run('')).stdout.toString()).toBe('slow but well\n');
});

test('thirty hosts that never answer hold up no other: they wait outside the gate', async () => {
  const gate = createHandshakeGate(2);
  const silent = await bad({ kind: 'half-open' });
  const stuck = await bad({ kind: 'hangs-after-greeting' });
  for (let index = 0; index < 30; index++) {
    sessionFor(await targetFor(rig, silent, { key }), { gate }).start();
  }
  sessionFor(await targetFor(rig, stuck, { key }), { gate }).start();
  const well = sessionFor(await targetFor(rig, sshd, { key }), { gate });
  well.start();
  await reaches(well, 'online');
});

test('stopping in the middle of anything ends it, and the session may start again', async () => {
  const silent = await bad({ kind: 'half-open' });
  const waiting = sessionFor(await targetFor(rig, silent, { key }));
  waiting.start();
  await waiting.stop();
  expect(waiting.status).toEqual({ state: 'idle' });

  const session = await online(sessionFor(await targetFor(rig, sshd, { key })));
  const running = session.run('sleep 60');
  const failed = expect(running).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
  await session.stop();
  await failed;
  await online(session);
  const impatient = new AbortController();
  const cancelled = expect(session.run('sleep 60', [], { signal: impatient.signal })).rejects.toMatchObject({
    problem: { code: 'cancelled' },
  });
  impatient.abort();
  await cancelled;
  await expect(session.run('sleep 60', [], { timeoutMs: 500 })).rejects.toMatchObject({ problem: { code: 'request-timeout' } });
  expect((await session.run('echo still here')).stdout.toString()).toBe('still here\n');
});
