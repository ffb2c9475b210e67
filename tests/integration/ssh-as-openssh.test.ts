import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { scanSshConfig } from '../../src/main/ssh/config.ts';
import { createConfigWay } from '../../src/main/ssh/config-way.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createJumpHosts, type JumpHosts } from '../../src/main/ssh/jump-hosts.ts';
import { defaultKeyFiles } from '../../src/main/ssh/key-files.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { patience } from '../support/patience.ts';
import { type AgentProcess, type KeyPair, knownHostsName, openRig, type Rig, type Server } from '../support/sshd.ts';
import { reaches, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
/** Whose login shell is quick. */
let user: string;
let key: KeyPair;
let stranger: KeyPair;
let agent: AgentProcess;
let strangers: AgentProcess;
/** One with everything, and one that takes nothing but one algorithm of each kind. */
let plain: Server;
let narrow: Server;
let serial = 0;
const gate = createHandshakeGate();
const pools: JumpHosts[] = [];

beforeAll(async () => {
  rig = await openRig();
  [key, stranger] = [await rig.clientKey(), await rig.clientKey({ accepted: false })];
  user = (await rig.account({ shell: '/bin/dash' })).name;
  [agent, strangers] = [await rig.agent([key]), await rig.agent([stranger])];
  const keys = [await rig.hostKey('ed25519'), await rig.hostKey('rsa')];
  plain = await rig.sshd({ hostKeys: keys });
  narrow = await rig.sshd({
    hostKeys: keys,
    settings: {
      Ciphers: 'aes256-ctr',
      KexAlgorithms: 'diffie-hellman-group14-sha256',
      MACs: 'hmac-sha2-512',
      HostKeyAlgorithms: 'rsa-sha2-512',
    },
  });
});
afterEach(async () => {
  await stopSessions();
  for (const jumps of pools.splice(0)) jumps.stop();
});
afterAll(() => rig.close());

/** A folder as a person has it: the configuration and known_hosts, the same for both. */
interface Home {
  readonly dir: string;
  readonly config: string;
  readonly known: string;
}

function homeWith(config: string, known: string): Home {
  serial += 1;
  const dir = join(rig.dir, `home-${serial}`);
  mkdirSync(join(dir, '.ssh'), { recursive: true });
  const home = { dir, config: join(dir, '.ssh', 'config'), known: join(dir, '.ssh', 'known_hosts') };
  writeFileSync(home.known, known);
  copyFileSync(key.path, join(dir, `key of ${user} at 127.0.0.1`));
  // OpenSSH takes the home folder from the account, not from the environment.
  writeFileSync(home.config, `${config}Host *\n  UserKnownHostsFile HOME/.ssh/known_hosts\n`.replaceAll('HOME', dir));
  return home;
}

/** What `ssh web1` does with nobody there to be asked: how far it got. */
async function openssh({ config }: Home): Promise<string> {
  const options = ['-F', config, '-o', 'BatchMode=yes'];
  const { SSH_AUTH_SOCK: _agent, ...env } = process.env;
  const child = spawn('ssh', [...options, 'web1', 'echo in'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (told += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  if (/^in$/m.test(told)) return 'in';
  return /Host key verification failed|REVOKED/.test(told)
    ? 'host key'
    : /Permission denied|Too many authentication/.test(told)
      ? 'login'
      : 'way';
}

/** What Hum does with the host that it took from there. */
async function hum({ dir, config, known }: Home, systemFile = '/dev/null'): Promise<string> {
  const knownHosts = createKnownHosts({ files: [known], appendTo: known });
  const way = createConfigWay({ home: dir, loginUser: rig.user, knownHosts, agent: () => undefined, mayRun: () => true, systemFile });
  const [found] = scanSshConfig({ file: config, home: dir, loginUser: rig.user }).candidates;
  const { address = 'web1', port = 22, user: account = user } = found ?? {};
  const target = await targetFor(rig, { port }, { address, user: account, knownHosts, keyFiles: defaultKeyFiles(dir) });
  const jumps = createJumpHosts({ gate });
  pools.push(jumps);
  return outcome(sessionFor(target, { gate, jumps, follow: (given, signal) => way.follow(given, 'web1', signal) }));
}

async function outcome(session: Session): Promise<string> {
  session.start();
  const states = ['online', 'unreachable', 'auth-failed', 'host-key-unknown', 'host-key-changed'] as const;
  const { state } = await Promise.race(states.map((each) => reaches(session, each)));
  return { online: 'in', unreachable: 'way', 'auth-failed': 'login', 'host-key-unknown': 'host key', 'host-key-changed': 'host key' }[
    state
  ];
}

const to = (server: Server) => `Host web1\n  HostName 127.0.0.1\n  Port ${server.port}\n  User ${user}\n`;
const withKey = (server: Server) => `${to(server)}  IdentityFile ${key.path}\n`;
const known = (server: Server, pair = server.hostKeys[0], name = knownHostsName('127.0.0.1', server.port)) => `${name} ${pair?.public}\n`;
function hidden(server: Server): string {
  const file = join(rig.dir, 'to-be-hidden');
  writeFileSync(file, known(server));
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
  return readFileSync(file, 'utf8');
}
/** Both are known by all their keys. */
const everyKey = () => [plain, narrow].flatMap((server) => server.hostKeys.map((pair) => known(server, pair))).join('');

test.each<[string, 'in' | 'login' | 'host key' | 'way', () => string, (() => string)?]>([
  ['a key file', 'in', () => withKey(plain)],
  [
    'a key file of which only tokens tell the name',
    'in',
    () => `${to(plain)}  IdentityFile "%d/../HOME/key of %r at %h"\n`.replace('%d/../', ''),
  ],
  ['no key at all', 'login', () => to(plain)],
  ['a key that nobody knows', 'login', () => `${to(plain)}  IdentityFile ${stranger.path}\n`],
  ['an IdentityAgent', 'in', () => `${to(plain)}  IdentityAgent ${agent.socket}\n`],
  [
    'an IdentityAgent and IdentitiesOnly without its key',
    'login',
    () => `${to(plain)}  IdentityAgent ${agent.socket}\n  IdentitiesOnly yes\n  IdentityFile ${stranger.path}\n`,
  ],
  [
    'an IdentityAgent and IdentitiesOnly with its key',
    'in',
    () => `${withKey(plain)}  IdentityAgent ${agent.socket}\n  IdentitiesOnly yes\n`,
  ],
  ['an agent with other keys', 'in', () => `${withKey(plain)}  IdentityAgent ${strangers.socket}\n`],
  ['no agent where one is named later', 'login', () => `${to(plain)}  IdentityAgent none\n  IdentityAgent ${agent.socket}\n`],
  ['another account', 'login', () => withKey(plain).replace(`User ${user}`, 'User nobody-by-this-name')],
  ['a wrong port', 'way', () => withKey(plain).replace(/Port \d+/, 'Port 1')],
  ['a family that the address is not of', 'way', () => `${withKey(plain)}  AddressFamily inet6\n`],
  ['its own family', 'in', () => `${withKey(plain)}  AddressFamily inet\n`],
  ['a Match for this host', 'way', () => `Match originalhost web1\n  Port 1\n${withKey(plain)}`],
  ['a Match exec that does not hold', 'login', () => `Match exec "test -f /"\n  IdentityFile ${key.path}\n${to(plain)}`],
  ['a pattern that leaves the host out', 'in', () => `Host web* !web1\n  Port 1\n${withKey(plain)}`],
  ['a Match for another user', 'in', () => `Match originalhost web1 user other\n  Port 1\n${withKey(plain)}`],
  ['a Match exec that holds', 'in', () => `Match originalhost web1 exec "test -d /"\n  IdentityFile ${key.path}\n${to(plain)}`],
  ['a ProxyJump with an entry of its own', 'in', () => `${withKey(plain)}  ProxyJump gate\n${withKey(narrow).replace('web1', 'gate')}`],
  [
    'a ProxyJump that knows another key',
    'host key',
    () => `${withKey(plain)}  ProxyJump gate\n${withKey(narrow).replace('web1', 'gate')}`,
    () => `${known(plain)}${known(narrow, key)}`,
  ],
  ['a ProxyCommand that fails', 'way', () => `${withKey(plain)}  ProxyCommand exit 3\n`],
  ['everything that the host does not take', 'way', () => `${withKey(narrow)}  Ciphers aes128-ctr\n`],
  ['a key exchange that the host does not have', 'way', () => `${withKey(narrow)}  KexAlgorithms curve25519-sha256\n`],
  ['a MAC that the host does not have', 'way', () => `${withKey(narrow)}  MACs hmac-sha2-256\n`],
  ['a signature that the host does not make', 'way', () => `${withKey(narrow)}  HostKeyAlgorithms ssh-ed25519\n`],
  [
    'what the host takes, and nothing else',
    'in',
    () =>
      `${withKey(narrow)}  Ciphers aes256-ctr\n  KexAlgorithms diffie-hellman-group14-sha256\n  MACs hmac-sha2-512\n  HostKeyAlgorithms rsa-sha2-512\n`,
  ],
  ['what the host takes, taken out of the usual', 'way', () => `${withKey(narrow)}  Ciphers -aes256-ctr\n`],
  ['an unknown key', 'host key', () => withKey(plain), () => ''],
  ['an unknown key, by accept-new', 'in', () => `${withKey(plain)}  StrictHostKeyChecking accept-new\n`, () => ''],
  ['an unknown key, by no', 'in', () => `${withKey(plain)}  StrictHostKeyChecking no\n`, () => ''],
  ['an unknown key, by yes', 'host key', () => `${withKey(plain)}  StrictHostKeyChecking yes\n`, () => ''],
  ['a changed key, by accept-new', 'host key', () => `${withKey(plain)}  StrictHostKeyChecking accept-new\n`, () => known(plain, key)],
  [
    'a key of another type than the known one, by accept-new',
    'host key',
    () => `${withKey(plain)}  HostKeyAlgorithms rsa-sha2-512\n  StrictHostKeyChecking accept-new\n`,
    () => known(plain),
  ],
  ['a key of another type than the known one', 'host key', () => `${withKey(plain)}  HostKeyAlgorithms rsa-sha2-512\n`, () => known(plain)],
  ['the type of the only key that is known', 'in', () => withKey(plain), () => known(plain, plain.hostKeys[1])],
  ['one of two keys revoked', 'in', () => withKey(plain), () => `${everyKey()}@revoked * ${plain.hostKeys[0]?.public}\n`],
  ['its only key revoked', 'host key', () => withKey(plain), () => `${known(plain)}@revoked * ${plain.hostKeys[0]?.public}\n`],
  ['its name hidden', 'in', () => `${withKey(plain)}  HashKnownHosts yes\n`, () => `${hidden(plain)}`],
  ['the bare name known', 'in', () => withKey(plain), () => known(plain, plain.hostKeys[0], '127.0.0.1')],
  ['another key known by the bare name', 'host key', () => withKey(plain), () => known(plain, key, '127.0.0.1')],
  [
    'an authority that has signed no certificate',
    'host key',
    () => withKey(plain),
    () => `@cert-authority * ${plain.hostKeys[0]?.public}\n`,
  ],
  ['a HostKeyAlias that is known', 'in', () => `${withKey(plain)}  HostKeyAlias alias\n`, () => known(plain, plain.hostKeys[0], 'alias')],
  ['a HostKeyAlias that is not', 'host key', () => `${withKey(plain)}  HostKeyAlias alias\n`],
  ['a GlobalKnownHostsFile that knows it', 'in', () => `${withKey(plain)}  GlobalKnownHostsFile HOME/global\n`, () => ''],
])('with %s Hum gets as far as ssh does: %s', async (_name, expected, config, knownHosts = everyKey) => {
  const [text, lines] = [config(), knownHosts()];
  const homes = [homeWith(text, lines), homeWith(text, lines)] as const;
  for (const { dir } of homes) writeFileSync(join(dir, 'global'), everyKey());
  expect(await Promise.all([openssh(homes[0]), hum(homes[1])])).toEqual([expected, expected]);
  // What was learnt on the way is the same line, wherever it stands.
  await expect.poll(() => readFileSync(homes[1].known, 'utf8'), patience).toBe(readFileSync(homes[0].known, 'utf8'));
});

test("with HashKnownHosts the line that Hum adds hides its name as that of ssh does, and each finds the other's", async () => {
  const config = `${withKey(plain)}  HashKnownHosts yes\n  StrictHostKeyChecking accept-new\n`;
  const homes = [homeWith(config, ''), homeWith(config, '')] as const;
  expect(await Promise.all([openssh(homes[0]), hum(homes[1])])).toEqual(['in', 'in']);
  await expect.poll(() => readFileSync(homes[1].known, 'utf8'), patience).not.toBe('');
  const added = homes.map((home) => readFileSync(home.known, 'utf8'));
  for (const line of added) expect(line).toMatch(/^\|1\|[\w+/]{27}=\|[\w+/]{27}= ssh-ed25519 \S+\n$/);
  const strict = homes.map((_, index) => homeWith(withKey(plain), added[1 - index] ?? ''));
  expect([strict[0] && (await openssh(strict[0])), strict[1] && (await hum(strict[1]))]).toEqual(['in', 'in']);
});

test("the machine's own ssh_config is followed where the person's says nothing", async () => {
  const home = homeWith('Host web1\n', everyKey());
  const machine = join(rig.dir, 'ssh_config');
  const through = `ssh -F none -o BatchMode=yes -o UserKnownHostsFile=${home.known} -i ${key.path} -p ${plain.port} -W 127.0.0.1:${plain.port} 127.0.0.1`;
  const own = [`IdentityFile ${key.path}`, `HostKeyAlias [127.0.0.1]:${plain.port}`, `ProxyCommand ${through}`];
  writeFileSync(machine, `Host web1\n  ${own.join('\n  ')}\n`);
  expect(await hum(home, machine)).toBe('in');
});
