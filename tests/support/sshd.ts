/**
 * Real SSH servers, keys, agents and accounts for tests and benches. Everything lives in one temporary folder and ends with `close()`,
 * or with the process. Needs Debian's openssh-server (and dropbear-bin for `dropbear`); accounts need root. Loopback only.
 *
 *     const rig = await openRig();
 *     const key = await rig.clientKey();                                  // accepted by every server of this rig
 *     const sshd = await rig.sshd();                                      // 127.0.0.1, a free port
 *     const many = await rig.sshd({ listen: loopback(200) });             // 13 sshd processes: one takes 16 addresses
 *     const fish = await rig.account({ shell: '/usr/bin/fish' });
 *     … ssh -i key.path -p sshd.port fish.name@127.0.0.1 …
 *     await rig.close();
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { quote } from '../../src/main/ssh/quote.ts';
import { patienceMs } from './patience.ts';
import { type Account, type AccountOptions, createAccount } from './sshd-account.ts';
import { Daemon } from './sshd-daemon.ts';

const execute = promisify(execFile);

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa';

/** A key pair made by ssh-keygen. `public` is its one line, `fingerprint` the `SHA256:…` of `ssh-keygen -l`. */
export interface KeyPair {
  readonly path: string;
  readonly public: string;
  readonly fingerprint: string;
}

export interface ServerOptions {
  /** Default: 127.0.0.1. More than 16 addresses are shared among several processes. */
  readonly listen?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
  /** Default: one fresh ed25519 key. Hand in another server's keys to play the same host. */
  readonly hostKeys?: readonly KeyPair[];
}

export interface SshdOptions extends ServerOptions {
  /** Lines of sshd_config(5), `{ MaxSessions: '1', ListenAddress: … }`; they win over the rig's own. */
  readonly settings?: Readonly<Record<string, string | readonly string[]>>;
  /** Arguments of mount(8), for a mount namespace of the server's own: nothing of this machine changes. Root only. */
  readonly mounts?: readonly (readonly string[])[];
  /** Words before the command of the server: a place of its own (nsenter(1)). */
  readonly within?: readonly string[];
}

/** A server that runs. `daemon` freezes, thaws, stops and restarts its processes. */
export interface Server {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly hostKeys: readonly KeyPair[];
  readonly daemon: Daemon;
}

export interface AgentProcess {
  readonly socket: string;
  stop(): Promise<void>;
}

export interface Rig {
  readonly dir: string;
  /** The account that the tests run as: every server of the rig lets its accepted keys in as this one too. */
  readonly user: string;
  /** A client key. Unless `accepted` is false, every sshd of this rig lets it in, as any account. */
  clientKey(options?: { type?: HostKeyType; passphrase?: string; accepted?: boolean }): Promise<KeyPair>;
  hostKey(type?: HostKeyType): Promise<KeyPair>;
  sshd(options?: SshdOptions): Promise<Server>;
  /** Dropbear reads only `~/.ssh/authorized_keys`: log in as an account of this rig, made after its keys. */
  dropbear(options?: ServerOptions & Pick<SshdOptions, 'mounts'> & { readonly flags?: readonly string[] }): Promise<Server>;
  /** A Unix account with this login shell; every accepted key made so far opens it. Root only. */
  account(options: Omit<AccountOptions, 'authorizedKeys'>): Promise<Account>;
  /** A real ssh-agent holding these keys. */
  agent(keys: readonly KeyPair[]): Promise<AgentProcess>;
  /** `host` lines of known_hosts for a server, unhashed. */
  knownHosts(server: Server): string;
  close(): Promise<void>;
}

/** 127.0.1.1 … : `count` loopback addresses, each a host of its own to a client. Linux answers on all of 127.0.0.0/8. */
export function loopback(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`);
}

/** MAX_LISTEN_SOCKS in OpenSSH's sshd.c. */
const addressesPerSshd = 16;

/** A command in a mount namespace of its own, with these mounts. */
function withMounts(mounts: SshdOptions['mounts'], command: readonly string[]): readonly string[] {
  if (mounts === undefined) return command;
  const mounting = mounts.map((words) => `mount ${words.map(quote).join(' ')} && `).join('');
  return ['unshare', '--mount', 'sh', '-c', `${mounting}exec "$@"`, 'sh', ...command];
}

/** Opens an empty rig. */
export async function openRig(): Promise<Rig> {
  const dir = await mkdtemp(join(tmpdir(), 'hum-rig-'));
  const removeDir = () => rmSync(dir, { recursive: true, force: true });
  process.on('exit', removeDir);
  // sshd reads the authorized keys as the account that logs in.
  await chmod(dir, 0o711);
  const authorizedKeys = join(dir, 'authorized_keys');
  await writeFile(authorizedKeys, '', { mode: 0o644 });
  const user = userInfo().username;
  const daemons: Daemon[] = [];
  const accounts: Account[] = [];
  const agents: ChildProcess[] = [];
  let serial = 0;

  async function keyPair(type: HostKeyType, passphrase = ''): Promise<KeyPair> {
    const path = join(dir, `key-${++serial}`);
    await execute('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', `rig key ${serial}`, '-f', path]);
    const { stdout } = await execute('ssh-keygen', ['-l', '-f', `${path}.pub`]);
    return { path, public: (await readFile(`${path}.pub`, 'utf8')).trim(), fingerprint: stdout.split(' ')[1] ?? '' };
  }

  const rig: Rig = {
    dir,
    user,

    async clientKey({ type = 'ed25519', passphrase = '', accepted = true } = {}) {
      const key = await keyPair(type, passphrase);
      if (accepted) await writeFile(authorizedKeys, `${key.public}\n`, { flag: 'a' });
      return key;
    },

    hostKey: (type = 'ed25519') => keyPair(type),

    async sshd({ listen = ['127.0.0.1'], port, hostKeys, settings = {}, mounts, within = [] } = {}) {
      const keys = hostKeys ?? [await keyPair('ed25519')];
      const chosen = port ?? (await freePort());
      // sshd's privilege separation folder; a boot makes it, a container does not.
      await mkdir('/run/sshd', { recursive: true, mode: 0o755 }).catch(() => undefined);
      const commands: string[][] = [];
      for (let from = 0; from < listen.length; from += addressesPerSshd) {
        const addresses = listen.slice(from, from + addressesPerSshd);
        const file = join(dir, `sshd_config-${++serial}`);
        await writeFile(file, sshdConfig(chosen, addresses, keys, authorizedKeys, settings));
        commands.push([...within, ...withMounts(mounts, ['/usr/sbin/sshd', '-D', '-e', '-f', file])]);
      }
      const daemon = new Daemon(commands, listen, chosen);
      daemons.push(daemon);
      await daemon.start();
      return { addresses: listen, port: chosen, hostKeys: keys, daemon };
    },

    async dropbear({ listen = ['127.0.0.1'], port, hostKeys, flags = [], mounts } = {}) {
      const keys = hostKeys ?? [await keyPair('ed25519')];
      const chosen = port ?? (await freePort());
      const keyFlags: string[] = [];
      for (const key of keys) {
        const converted = join(dir, `dropbear-key-${++serial}`);
        await execute('dropbearconvert', ['openssh', 'dropbear', key.path, converted]);
        keyFlags.push('-r', converted);
      }
      const ports = listen.flatMap((address) => ['-p', `${address}:${chosen}`]);
      const pidFile = join(dir, `dropbear-pid-${++serial}`);
      const alone = ['/usr/sbin/dropbear', '-F', '-E', '-s', '-P', pidFile, ...keyFlags, ...ports, ...flags];
      const daemon = new Daemon([withMounts(mounts, alone)], listen, chosen);
      daemons.push(daemon);
      await daemon.start();
      return { addresses: listen, port: chosen, hostKeys: keys, daemon };
    },

    async account(options) {
      const account = await createAccount({ ...options, authorizedKeys: await readFile(authorizedKeys, 'utf8') });
      accounts.push(account);
      return account;
    },

    async agent(keys) {
      const socket = join(dir, `agent-${++serial}`);
      const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
      agents.push(child);
      // It prints the socket's name once it listens.
      await new Promise<void>((resolve, reject) => {
        child.stdout.once('data', () => resolve());
        child.once('error', reject);
      });
      for (const key of keys) await execute('ssh-add', ['-q', key.path], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      return { socket, stop: () => ended(child) };
    },

    knownHosts(server) {
      return server.addresses
        .flatMap((address) => server.hostKeys.map((key) => `${knownHostsName(address, server.port)} ${key.public}\n`))
        .join('');
    },

    async close() {
      await Promise.all([...daemons.map((daemon) => daemon.stop()), ...agents.map(ended)]);
      for (const account of accounts) await account.remove();
      removeDir();
      process.off('exit', removeDir);
    },
  };
  return rig;
}

/** The first field of a known_hosts line, sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT". */
export function knownHostsName(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

/** A TCP port that nobody listens on at this moment. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

/** Runs a program and answers what it printed; a failure carries its stderr. */
export async function command(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await execute(program, [...args], { env, timeout: patienceMs });
  return stdout;
}

function sshdConfig(
  port: number,
  addresses: readonly string[],
  keys: readonly KeyPair[],
  authorizedKeys: string,
  settings: Readonly<Record<string, string | readonly string[]>>,
): string {
  const own: Record<string, string | readonly string[]> = {
    Port: String(port),
    ListenAddress: addresses,
    HostKey: keys.map((key) => key.path),
    AuthorizedKeysFile: authorizedKeys,
    // The folders above ours (/tmp) are writable by all.
    StrictModes: 'no',
    UsePAM: 'no',
    UseDNS: 'no',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PermitRootLogin: 'yes',
    PidFile: 'none',
    LogLevel: 'VERBOSE',
    MaxStartups: '1000:30:2000',
    ...settings,
  };
  return Object.entries(own)
    .flatMap(([name, value]) => (typeof value === 'string' ? [value] : value).map((each) => `${name} ${each}\n`))
    .join('');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
