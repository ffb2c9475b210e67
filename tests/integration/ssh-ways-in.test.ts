import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPrompts } from '../../src/main/prompts/prompts.ts';
import { memoryVault } from '../../src/main/prompts/vault.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { testConnection } from '../../src/main/ssh/test-connection.ts';
import type { TestStep } from '../../src/shared/contract/inventory.ts';
import { type BadHost, badHost } from '../support/bad-host.ts';
import { patience } from '../support/patience.ts';
import { person } from '../support/person.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import type { Account } from '../support/sshd-account.ts';
import { firstProblem, online, reaches, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

const password = 'correct horse; $(battery) staple';
let rig: Rig;
let key: KeyPair;
let hostKey: KeyPair;
let account: Account;
let passwords: Server;
let both: Server;
const badHosts: BadHost[] = [];

beforeAll(async () => {
  rig = await openRig();
  [key, hostKey] = [await rig.clientKey(), await rig.hostKey()];
  account = await rig.account({ shell: '/bin/sh', password });
  passwords = await rig.sshd({ settings: { PasswordAuthentication: 'yes' } });
  both = await rig.sshd({ settings: { PasswordAuthentication: 'yes', AuthenticationMethods: 'publickey,password' } });
});
afterEach(async () => {
  await stopSessions();
  await Promise.all(badHosts.splice(0).map((host) => host.close()));
});
afterAll(() => rig.close());

async function asking(rounds: readonly (readonly { text: string; echo: boolean; right: string }[])[]): Promise<BadHost> {
  const host = await badHost({ kind: 'asks', hostKey: hostKey.path, rounds });
  badHosts.push(host);
  return host;
}

test('an encrypted key asks for its passphrase, once it is known that the host would take the key, until it is right', async () => {
  for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
    const locked = await rig.clientKey({ type, passphrase: 'open sesame' });
    const asker = person((_, before) => [before === 0 ? 'wrong' : 'open sesame']);
    const session = await online(sessionFor(await targetFor(rig, passwords, { key: locked }), { asker }));
    expect((await session.run('id -u')).stdout.toString()).toBe(`${process.getuid?.()}\n`);
    expect(asker.asked.map(({ kind, reusable }) => [kind, reusable])).toEqual([
      ['passphrase', true],
      ['passphrase', true],
    ]);
  }
  const stranger = await rig.clientKey({ passphrase: 'open sesame', accepted: false });
  const unasked = person(() => ['open sesame']);
  const sshd = await rig.sshd();
  await firstProblem(sessionFor(await targetFor(rig, sshd, { key: stranger }), { asker: unasked }));
  expect(unasked.asked).toEqual([]);
});

test('PEM and PKCS#8 keys open too, encrypted or not, and one without a .pub file', async () => {
  const variants: readonly (readonly [string, 'rsa' | 'ecdsa' | 'ed25519', string])[] = [
    ['PEM', 'rsa', 'secret words'],
    ['PEM', 'ecdsa', 'secret words'],
    ['PKCS8', 'rsa', ''],
    ['PKCS8', 'rsa', 'secret words'],
    ['PKCS8', 'ecdsa', 'secret words'],
  ];
  for (const [format, type, passphrase] of variants) {
    const made = await rig.clientKey({ type });
    execFileSync('ssh-keygen', ['-q', '-p', '-m', format, '-P', '', '-N', passphrase, '-f', made.path]);
    rmSync(`${made.path}.pub`);
    await online(sessionFor(await targetFor(rig, passwords, { key: made }), { asker: person(() => ['secret words']) }));
  }
  // What OpenSSL makes of an Ed25519 key.
  const pem = join(rig.dir, 'ed25519.pem');
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-aes-256-cbc', '-pass', 'pass:secret words', '-out', pem]);
  await chmod(pem, 0o600);
  const status = await firstProblem(
    sessionFor(await targetFor(rig, both, { keyFiles: [pem], explicitKeys: true }), { asker: person(() => ['secret words']) }),
  );
  expect(status.problem.message).toContain(`Tried: ${pem}`);
  expect(await readFile(pem, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
});

test('an account without a password is let in where the host allows that, before anything is asked or offered', async () => {
  const open = await rig.account({ shell: '/bin/sh', password: '' });
  const server = await rig.sshd({ settings: { PasswordAuthentication: 'yes', PermitEmptyPasswords: 'yes' } });
  const asker = person(() => expect.fail('asked'));
  await online(sessionFor(await targetFor(rig, server, { user: open.name }), { asker }));
  await expect.poll(() => server.daemon.log, patience).toContain(`Accepted none for ${open.name}`);
});

test('a password lets in where no key does, is asked for again when it is wrong, and no more than three times', async () => {
  const target = await targetFor(rig, passwords, { user: account.name });
  const asker = person((_, before) => [before === 0 ? 'wrong' : password]);
  await online(sessionFor(target, { asker }));
  expect(asker.asked).toHaveLength(2);
  expect(asker.asked[0]).toMatchObject({ kind: 'password', title: `Password of ${account.name}` });
  expect(asker.wrongs).toEqual([`password ${account.name}@127.0.0.1:${passwords.port}`]);

  const stubborn = person(() => ['wrong']);
  const status = await firstProblem(sessionFor(target, { asker: stubborn }));
  expect(stubborn.asked).toHaveLength(3);
  expect(status).toMatchObject({ state: 'auth-failed', problem: { code: 'answer-wrong' }, retryAt: undefined });

  const silent = await firstProblem(sessionFor(target, { asker: person(() => undefined) }));
  expect(silent).toMatchObject({ state: 'auth-failed', problem: { code: 'not-answered' }, retryAt: undefined });
});

test('a host that wants a key and then a password gets both, with the key from a file or from an agent', async () => {
  const own = await rig.account({ shell: '/bin/sh', password });
  const asker = person(() => [password]);
  const user = own.name;
  await online(sessionFor(await targetFor(rig, both, { key, user }), { asker }));
  const agent = await rig.agent([key]);
  await online(sessionFor(await targetFor(rig, both, { user, agent: agent.socket }), { asker }));
  const rsa = await rig.clientKey({ type: 'rsa' });
  await online(sessionFor(await targetFor(rig, both, { user, key: rsa }), { asker }));
  expect(asker.asked.map(({ reason }) => reason)).toEqual(Array(3).fill('The host accepted the key and wants the password as well.'));
});

test('IdentitiesOnly takes of the agent only what the files name', async () => {
  const others = await Promise.all(Array.from({ length: 7 }, () => rig.clientKey({ accepted: false })));
  const agent = await rig.agent([...others, key]);
  const named = { keyFiles: [key.path], explicitKeys: false, agent: agent.socket };
  await online(sessionFor(await targetFor(rig, passwords, { ...named, identitiesOnly: true })));
  const none = await targetFor(rig, passwords, { keyFiles: [], agent: agent.socket, identitiesOnly: true });
  expect(await firstProblem(sessionFor(none))).toMatchObject({ problem: { code: 'no-credentials' } });
});

test('a host asks in several rounds with several lines each, and its words reach the person', async () => {
  const host = await asking([
    [
      { text: 'Password: ', echo: false, right: password },
      { text: 'Token serial', echo: true, right: '42' },
    ],
    [{ text: 'One-time code: ', echo: false, right: '123456' }],
  ]);
  const asker = person(({ fields }) => (fields.length === 2 ? [password, '42'] : ['123456']));
  await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }), { asker }));
  expect(
    asker.asked.map(({ fields, reusable, instructions }) => [fields.map(({ text, echo }) => [text, echo]), reusable, instructions]),
  ).toEqual([
    [
      [
        ['Password: ', false],
        ['Token serial', true],
      ],
      false,
      'Log in\nRound 1',
    ],
    [[['One-time code: ', false]], false, 'Log in\nRound 2'],
  ]);
});

test('a host that asks for nothing but the password by keyboard-interactive asks for the password, which can be remembered', async () => {
  const host = await asking([[{ text: `(${rig.user}@host) Password: `, echo: false, right: password }]]);
  const asker = person(() => [password]);
  await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }), { asker }));
  expect(asker.asked).toMatchObject([{ kind: 'password', reusable: true }]);
});

test('a host whose key is not known gets no password, not even in a test of the connection', async () => {
  const asker = person(() => [password]);
  const target = await targetFor(rig, passwords, { user: account.name, known: '' });
  const steps: TestStep[] = [];
  for await (const step of testConnection(target, { gate: createHandshakeGate(), signal: new AbortController().signal, asker })) {
    steps.push(step);
  }
  expect(steps.find((step) => step.outcome === 'failed')).toMatchObject({ stage: 'login', problem: { code: 'no-credentials' } });
  expect(asker.asked).toEqual([]);
});

test('a fleet that wants one passphrase asks once, a host that gave up waiting goes on when it is answered', async () => {
  const prompts = createPrompts({ vault: memoryVault() });
  const locked = await rig.clientKey({ passphrase: 'one for all' });
  // LoginGraceTime: sshd hangs up while nobody answers.
  const hasty = await rig.sshd({ settings: { LoginGraceTime: '1' } });
  const sessions = await Promise.all(
    Array.from({ length: 6 }, async (_, index) =>
      sessionFor(await targetFor(rig, index < 3 ? passwords : hasty, { key: locked }), { asker: prompts }),
    ),
  );
  for (const session of sessions) session.start();
  await expect.poll(() => prompts.open[0]?.hostCount, patience).toBe(6);
  expect(prompts.open).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(sessions.at(-1)?.status).toMatchObject({ state: 'connecting', waiting: { code: 'answer-awaited' } });
  expect(prompts.open[0]?.hostCount).toBe(6);
  const id = prompts.open[0]?.id ?? '';
  await prompts.answer(id, ['not this one'], false);
  expect(prompts.open[0]?.mistake).toContain('does not open');
  await prompts.answer(id, ['one for all'], false);
  await Promise.all(sessions.map((session) => reaches(session, 'online')));
  expect(prompts.open).toEqual([]);
});

test('a code that is only of use to one connection is asked for no more once that has ended, and not again by itself', async () => {
  const prompts = createPrompts({ vault: memoryVault() });
  const host = await asking([[{ text: 'Code: ', echo: false, right: '1' }]]);
  const session = sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }), { asker: prompts });
  session.start();
  await expect.poll(() => prompts.open.length, patience).toBe(1);
  await host.close();
  expect(await reaches(session, 'auth-failed')).toMatchObject({ problem: { code: 'not-answered' }, retryAt: undefined });
  expect(prompts.open).toEqual([]);
});

test('stopping a session takes its question back', async () => {
  const prompts = createPrompts({ vault: memoryVault() });
  const session = sessionFor(await targetFor(rig, passwords, { user: account.name }), { asker: prompts });
  session.start();
  await expect.poll(() => prompts.open.length, patience).toBe(1);
  await session.stop();
  expect(prompts.open).toEqual([]);
});
