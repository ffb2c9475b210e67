import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createConfigWay } from '../../src/main/ssh/config-way.ts';
import { usualDeadlines } from '../../src/main/ssh/deadlines.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createJumpHosts, type JumpHosts } from '../../src/main/ssh/jump-hosts.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import type { Session, Target } from '../../src/main/ssh/session.ts';
import { patience } from '../support/patience.ts';
import { person } from '../support/person.ts';
import { freePort, type KeyPair, loopback, openRig, type Rig, command as runHere, type Server } from '../support/sshd.ts';
import { firstProblem, online, reaches, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

let rig: Rig;
let key: KeyPair;
let bastion: Server;
let inner: Server;
let jumps: JumpHosts;
const gate = createHandshakeGate();

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  [bastion, inner] = await Promise.all([
    rig.sshd({ settings: { MaxSessions: '2', MaxStartups: '3:100:4' } }),
    rig.sshd({ listen: loopback(16) }),
  ]);
  jumps = createJumpHosts({ gate }, () => 0);
});
afterEach(stopSessions);
afterAll(async () => {
  jumps.stop();
  await rig.close();
});

/** How many have logged in to a server. */
function logins(server: Server): number {
  return server.daemon.log.split('Accepted publickey').length - 1;
}

async function through(first: Server, rest: Partial<Target> = {}): Promise<Target['way']> {
  return { kind: 'jump', through: await targetFor(rig, first, { key, ...rest }) };
}

function behind(target: Target): Session {
  return sessionFor(target, { jumps, gate });
}

test('sixteen hosts share one connection to a jump host that would not stand sixteen', async () => {
  const before = logins(bastion);
  const way = await through(bastion);
  const sessions = await Promise.all(inner.addresses.map(async (address) => behind(await targetFor(rig, inner, { key, address, way }))));
  await Promise.all(sessions.map(online));
  expect(logins(bastion) - before).toBe(1);
  const big = await sessions[0]?.run('head -c 5000000 /dev/zero');
  expect(big?.stdout.length).toBe(5_000_000);
  expect((await sessions.at(-1)?.run('cat', [], { stdin: Buffer.alloc(3_000_000, 'x') }))?.stdout.length).toBe(3_000_000);
});

test('two hops, each verified: one whose key is not known is asked about as itself, and those behind it go on once it is trusted', async () => {
  const second = await rig.sshd();
  const file = join(rig.dir, 'known-of-second');
  writeFileSync(file, '');
  const secondHop = await targetFor(rig, second, {
    key,
    way: await through(bastion),
    knownHosts: createKnownHosts({ files: [file], appendTo: file }),
  });
  const way = { kind: 'jump', through: secondHop } as const;
  const sessions = await Promise.all(
    [0, 1].map(async (index) => behind(await targetFor(rig, inner, { key, address: inner.addresses[index] ?? '', way }))),
  );
  for (const session of sessions) session.start();
  const [status] = await Promise.all(sessions.map((session) => reaches(session, 'host-key-unknown')));
  const fingerprint = second.hostKeys[0]?.fingerprint ?? '';
  expect(status?.offeredKey).toMatchObject({ fingerprint, of: `127.0.0.1:${second.port}` });
  await sessions[0]?.trustOfferedKey(fingerprint);
  await Promise.all(sessions.map((session) => reaches(session, 'online')));
});

test('hosts behind a jump host that is down say that it is, knock there no more than it takes, and all come when it is back', async () => {
  const port = await freePort();
  const hostKeys = [await rig.hostKey()];
  const way = await through({ ...bastion, port, hostKeys });
  const sessions = await Promise.all(
    inner.addresses
      .slice(0, 10)
      .map(async (address) =>
        sessionFor(await targetFor(rig, inner, { id: address, key, address, way }), { jumps, gate, random: Math.random }),
      ),
  );
  const problems = await Promise.all(sessions.map((session) => firstProblem(session)));
  for (const { state, problem } of problems) {
    expect([state, problem.code]).toEqual(['unreachable', 'jump-host-down']);
    expect(problem.message).toContain(`The jump host 127.0.0.1:${port} is down: 127.0.0.1:${port} refused the connection`);
  }
  expect(new Set(problems.map(({ problem }) => problem.host)).size).toBe(10);
  const back = await rig.sshd({ port, hostKeys });
  await Promise.all(sessions.map((session) => reaches(session, 'online')));
  expect(logins(back)).toBe(1);
});

test('a jump host that may not, or cannot, go further says which', async () => {
  const closed = await rig.sshd({ settings: { AllowTcpForwarding: 'no' } });
  const forbidden = await firstProblem(behind(await targetFor(rig, inner, { key, way: await through(closed) })));
  expect(forbidden.problem).toMatchObject({ code: 'channel-refused', hint: expect.stringContaining('AllowTcpForwarding') });
  const nobody = await firstProblem(behind(await targetFor(rig, { port: await freePort() }, { key, way: await through(bastion) })));
  expect(nobody.problem).toMatchObject({ code: 'connection-refused', message: expect.stringContaining('does not reach') });
  const stranger = await rig.clientKey({ accepted: false });
  const refused = await firstProblem(
    behind(await targetFor(rig, inner, { key, way: await through(closed, { keyFiles: [stranger.path], user: 'nobody' }) })),
  );
  expect(refused).toMatchObject({
    state: 'auth-failed',
    problem: { code: 'auth-failed', message: expect.stringContaining('lets nobody through') },
  });
});

test('a connection through a jump host that is cut ends, and comes back', async () => {
  const cut = await rig.sshd();
  const session = await online(behind(await targetFor(rig, inner, { key, way: await through(cut) })));
  const running = session.run('sleep 60');
  const failed = expect(running).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
  cut.daemon.dropConnections();
  await failed;
  await reaches(session, 'online');
});

test('a connection that the host behind the jump host ends is over, and comes back', async () => {
  const far = await rig.sshd();
  const session = await online(behind(await targetFor(rig, far, { key, way: await through(bastion) })));
  const channel = await session.open('cat');
  far.daemon.dropConnections();
  await reaches(session, 'unreachable');
  await reaches(session, 'online');
  channel.close();
});

test('a jump host whose connection did not survive a sleep is connected anew at once, and so is one that falls silent', async () => {
  const network = await tcpProxy(bastion);
  const way = await through({ ...bastion, port: network.port });
  const deadlines = { ...usualDeadlines, connect: 700, channel: 700 };
  const target = await targetFor(rig, inner, { key, way });
  const session = await online(sessionFor(target, { jumps, gate, deadlines }));
  expect(await jumps.answers(target)).toBe(true);
  network.forget();
  expect(await jumps.answers(target)).toBeUndefined();
  session.wake();
  await reaches(session, 'unreachable');
  // Three keepalives of the jump host would take 45 s.
  await reaches(session, 'online', 30_000);
  expect(await jumps.answers(target)).toBe(true);
  await session.stop();

  // Nobody has slept: the next who wants to go through finds out.
  network.forget();
  const next = sessionFor(target, { jumps, gate, deadlines });
  await firstProblem(next);
  await reaches(next, 'online', 30_000);
  await next.stop();
  await network.close();
});

test('two entries of one jump host with keys of their own are two connections: one of the keys may not go further', async () => {
  const narrow = await rig.clientKey({ accepted: false });
  const account = await rig.account({ shell: '/bin/sh' });
  writeFileSync(join(rig.dir, 'narrow_keys'), `permitopen="127.0.0.1:1" ${narrow.public}\n${key.public}\n`);
  const gate = await rig.sshd({ settings: { AuthorizedKeysFile: join(rig.dir, 'narrow_keys') } });
  const by = async (own: KeyPair) =>
    behind(await targetFor(rig, inner, { key, way: await through(gate, { user: account.name, keyFiles: [own.path] }) }));
  await online(await by(key));
  expect((await firstProblem(await by(narrow))).problem).toMatchObject({ code: 'channel-refused' });
  expect(logins(gate)).toBe(2);
});

test('a password of the jump host is asked for in its name, with the host that it is for', async () => {
  const password = 'through the gate';
  const account = await rig.account({ shell: '/bin/sh', password });
  const guarded = await rig.sshd({ settings: { PasswordAuthentication: 'yes', AuthenticationMethods: 'password' } });
  const asker = person(() => [password]);
  const own = createJumpHosts({ gate, asker });
  const way = await through(guarded, { user: account.name, keyFiles: [], explicitKeys: false, hop: 'web01:22' });
  await online(sessionFor(await targetFor(rig, inner, { key, way }), { jumps: own, gate }));
  expect(asker.asked).toMatchObject([{ kind: 'password', asker: { place: `127.0.0.1:${guarded.port}`, hop: 'web01:22' } }]);
  await stopSessions();
  own.stop();
});

test('ssh_config leads there: two hops with entries of their own, a ProxyCommand, a HostKeyAlias, a Match exec that was allowed', async () => {
  const home = join(rig.dir, 'home');
  mkdirSync(join(home, '.ssh'), { recursive: true });
  const second = await rig.sshd();
  const hops = `${rig.knownHosts(bastion)}${rig.knownHosts(second)}`;
  writeFileSync(join(home, '.ssh', 'known_hosts'), hops);
  writeFileSync(join(home, '.ssh', 'hidden'), `inner-alias ${inner.hostKeys[0]?.public}\n`);
  writeFileSync(
    join(home, '.ssh', 'config'),
    `Host hop1
  HostName 127.0.0.1
  Port ${bastion.port}
Host hop2
  HostName 127.0.0.1
  Port ${second.port}
Host web1
  ProxyJump hop1,hop2
Host web2
  ProxyCommand exec socat - TCP:%h:%p 2>/dev/null || exec nc %h %p
Host web*
  HostKeyAlias inner-alias
  UserKnownHostsFile ~/.ssh/hidden
Host circle
  ProxyJump circle
Host *
  IdentityFile ${key.path}
Match originalhost web3 exec "echo ran >> ${home}/ran"
  ProxyJump hop1
`,
  );
  const allowed = new Set<string>();
  const knownHosts = createKnownHosts({ files: [join(home, '.ssh', 'known_hosts')], appendTo: join(home, '.ssh', 'known_hosts') });
  const configWay = createConfigWay({
    home,
    loginUser: rig.user,
    knownHosts,
    agent: () => undefined,
    mayRun: (command) => allowed.has(command),
    systemFile: '/dev/null',
  });
  const plain = await targetFor(rig, { port: inner.port }, { address: inner.addresses[0] ?? '', knownHosts });
  const sessionBy = (alias: string) =>
    sessionFor(plain, { jumps, gate, follow: (target, signal) => configWay.follow(target, alias, signal) });

  const before = logins(second);
  await online(sessionBy('web1'));
  expect(logins(second)).toBe(before + 1);
  const relay = `node -e "const s=require('net').connect(+process.argv[2],process.argv[1]);process.stdin.pipe(s).pipe(process.stdout)" %h %p`;
  const text = readFileSync(join(home, '.ssh', 'config'), 'utf8');
  writeFileSync(join(home, '.ssh', 'config'), text.replace(/exec socat.*/, relay));
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await online(sessionBy('web2'));
  expect(await firstProblem(sessionBy('circle'))).toMatchObject({ problem: { code: 'bad-input' } });

  const place = { address: plain.address, port: plain.port, user: plain.user };
  const command = `echo ran >> ${home}/ran`;
  expect(configWay.describe('web3', place)).toMatchObject({ commands: [{ command, allowed: false }], unsupported: [] });
  const signal = new AbortController().signal;
  expect((await configWay.follow(plain, 'web3', signal)).way).toBeUndefined();
  expect(() => rmSync(`${home}/ran`)).toThrow('ENOENT');
  allowed.add(command);
  expect((await configWay.follow(plain, 'web3', signal)).way).toMatchObject({ kind: 'jump', through: { port: bastion.port } });
  expect(configWay.describe('web1', place).followed).toEqual([
    ['ProxyJump', 'hop1, hop2'],
    ['IdentityFile', key.path],
    ['HostKeyAlias', 'inner-alias'],
    ['UserKnownHostsFile', join(home, '.ssh', 'hidden')],
  ]);
});

test('a name that means something to a shell does not reach a ProxyCommand', async () => {
  const home = join(rig.dir, 'hostile-home');
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, '.ssh', 'config'), `Host *\n  ProxyCommand touch ${home}/was-run-%r\n`);
  const configWay = createConfigWay({
    home,
    loginUser: 'me',
    knownHosts: createKnownHosts({ files: [], appendTo: '/dev/null' }),
    agent: () => undefined,
    mayRun: () => true,
    systemFile: '/dev/null',
  });
  for (const user of ['$(reboot)', '`x`', 'a;b', '-oProxy', "a'b", 'a|b']) {
    const target = await targetFor(rig, inner, { key, user });
    await expect(configWay.follow(target, 'web1', new AbortController().signal)).rejects.toMatchObject({ problem: { code: 'bad-input' } });
  }
});

test('a ProxyCommand that fails says what it said, and leaves no process behind', async () => {
  const way = { kind: 'command', command: 'sh -c "echo no route today >&2; exit 3"', shell: '/bin/sh' } as const;
  const failed = await firstProblem(behind(await targetFor(rig, inner, { key, way })));
  expect(failed).toMatchObject({ state: 'unreachable', problem: { code: 'proxy-command-failed', detail: 'no route today' } });
  const silent = { kind: 'command', command: `sleep 600.${process.pid}`, shell: '/bin/sh' } as const;
  const deadlines = { ...usualDeadlines, greeting: 300 };
  await firstProblem(sessionFor(await targetFor(rig, inner, { key, way: silent }), { deadlines }));
  await expect.poll(() => runHere('pgrep', ['-f', `sleep 600.${process.pid}`]).catch(() => 'none'), patience).toBe('none');
});
