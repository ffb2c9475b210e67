import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readConfigFiles } from '../../src/main/ssh/config-files.ts';
import { loadKeyFile } from '../../src/main/ssh/key-files.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { type BadHost, badHost, type Misbehaviour } from '../support/bad-host.ts';
import { memoryInUse, watchForLeaks } from '../support/leaks.ts';
import { command, type KeyPair, knownHostsName, openRig, type Rig, type Server } from '../support/sshd.ts';
import { firstProblem, online, reaches, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let key: KeyPair;
let sshd: Server;
const badHosts: BadHost[] = [];

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd();
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

test('a host that goes on sending on a closed channel loses its connection, and is tried again later', async () => {
  const hostKey = await rig.hostKey();
  const host = await bad({ kind: 'flood-for-ever', hostKey: hostKey.path });
  const session = await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key })));
  const cut = reaches(session, 'unreachable', 60_000);
  await expect(session.run('', [], { maxBytes: 100_000 })).rejects.toMatchObject({ problem: { code: 'flooded' } });
  expect(await cut).toMatchObject({ problem: { code: 'flooded' }, retryAt: expect.any(Number) });
});

test('what a host calls its ways to log in is shown as text, and shortened', async () => {
  const hostKey = await rig.hostKey();
  const wants = ['\u001b[2Jpassword\u202e', 'x'.repeat(10_000)];
  const host = await bad({ kind: 'refuses-login', hostKey: hostKey.path, partial: true, wants });
  const { problem } = await firstProblem(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key })));
  expect(problem.message).toMatch(/wants \\e\[2Jpassword.* as well\.$/);
  expect(problem.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(problem.message.length).toBeLessThan(400);
});

test('a key file that never ends, or never begins, is refused unread', async () => {
  const pipe = join(rig.dir, 'pipe');
  await command('mkfifo', [pipe]);
  for (const path of [pipe, '/dev/zero', rig.dir]) {
    expect(await loadKeyFile(path)).toMatchObject({ state: 'unusable', detail: 'It is not a regular file.' });
  }
  const locked = await rig.clientKey({ passphrase: 'secret' });
  await command('rm', [`${locked.path}.pub`]);
  await command('mkfifo', [`${locked.path}.pub`]);
  // OpenSSH's own format tells the public key in clear, PEM does not.
  expect(await loadKeyFile(locked.path)).toMatchObject({ state: 'encrypted', publicKey: { type: 'ssh-ed25519' } });
  const pem = await rig.clientKey({ type: 'rsa' });
  await command('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-P', '', '-N', 'secret', '-f', pem.path]);
  await command('rm', [`${pem.path}.pub`]);
  await command('mkfifo', [`${pem.path}.pub`]);
  expect(await loadKeyFile(pem.path)).toMatchObject({ state: 'encrypted', publicKey: undefined });
});

test('an ssh_config or known_hosts that is a pipe stops nothing', async () => {
  const home = join(rig.dir, 'home');
  await mkdir(join(home, '.ssh'), { recursive: true });
  const pipe = join(home, '.ssh', 'pipe');
  await command('mkfifo', [pipe]);
  const config = join(home, '.ssh', 'config');
  await writeFile(config, 'Include pipe\nHost web\n');
  const { lines, problems } = readConfigFiles(config, home);
  expect(problems).toMatchObject([{ code: 'file-unreadable', detail: 'It is not a regular file.' }]);
  expect(lines).toMatchObject([{ kind: 'host', patterns: ['web'] }]);

  const knownHosts = createKnownHosts({ files: [pipe], appendTo: join(home, '.ssh', 'known_hosts') });
  expect(knownHosts.keyTypesFor('web', 22)).toEqual([]);
});

test('a line of known_hosts that a full disk cut short is no changed key: the host is new, for us as for ssh', async () => {
  const name = knownHostsName('127.0.0.1', sshd.port);
  const known = `${name} ${sshd.hostKeys[0]?.public}`.split(' ').slice(0, 3).join(' ').slice(0, -12);
  const target = await targetFor(rig, sshd, { key, known });
  expect(await firstProblem(sessionFor(target))).toMatchObject({ state: 'host-key-unknown' });

  const file = join(rig.dir, 'cut_known_hosts');
  await writeFile(file, known);
  const options = ['-F', 'none', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${file}`];
  const asked = command('ssh', [...options, '-i', key.path, '-p', String(sshd.port), `${rig.user}@127.0.0.1`, 'true']);
  await expect(asked).rejects.toThrow(/No ED25519 host key is known/);
});

test('a flood of 1 GiB takes no more memory than a small one and no other host its turn, taken in or not, and ends with the connection', async () => {
  const hostKey = await rig.hostKey();
  const host = await bad({ kind: 'flood-for-ever', hostKey: hostKey.path });
  const session = await online(sessionFor(await targetFor(rig, { port: host.port, hostKeys: [hostKey] }, { key })));
  const other = await online(sessionFor(await targetFor(rig, sshd, { key })));
  const before = memoryInUse();
  let most = 0;
  let received = 0;
  const channel = await session.open('');
  const flooded = new Promise<void>((resolve) => {
    channel.onData((chunk) => {
      const step = Math.floor(received / 2 ** 27);
      received += chunk.length;
      if (Math.floor(received / 2 ** 27) > step) most = Math.max(most, memoryInUse() - before);
      if (received >= 2 ** 30) resolve();
    });
  });
  let turns = 0;
  while (received < 2 ** 30) {
    expect((await other.run('echo here')).stdout.toString()).toBe('here\n');
    turns += 1;
  }
  await flooded;
  expect(turns).toBeGreaterThan(5);
  expect(most).toBeLessThan(2 ** 24);
  const cut = reaches(session, 'unreachable');
  channel.close();
  expect(await cut).toMatchObject({ problem: { code: 'flooded' } });
});
