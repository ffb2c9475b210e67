import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { SshConfigView } from '../../shared/contract/inventory.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { readConfigFiles } from './config-files.ts';
import { type ConfigBlocks, type ConfigQuestion, type HostConfig, indexConfig, resolveConfig } from './config-resolve.ts';
import { failure, shownPlace } from './failures.ts';
import { defaultKeyFiles, shownPath } from './key-files.ts';
import { createKnownHosts, type KnownHosts } from './known-hosts.ts';
import type { Target } from './session.ts';

/** This account's ssh_config(5), and the machine's, as the way to hosts that came from there. */
export interface ConfigWay {
  /**
   * The target as `ssh alias` would reach it. Its own address, port, user and key file go before the files, as on a command line.
   * @throws HumError `bad-input` when the files lead nowhere
   */
  follow(target: Target, alias: string, signal: AbortSignal): Promise<Target>;
  /** What is followed and what is not, for a person. Runs nothing. */
  describe(alias: string, host: Pick<Target, 'address' | 'port' | 'user'>): SshConfigView;
}

export interface ConfigWayOptions {
  readonly home: string;
  readonly loginUser: string;
  /** The usual files. */
  readonly knownHosts: KnownHosts;
  /** The usual agent's socket. */
  readonly agent: () => string | undefined;
  /** Whether the person has allowed a command of `Match exec`. */
  readonly mayRun: (command: string) => boolean;
  /** The machine's own file. */
  readonly systemFile?: string;
}

/** A fleet that connects at once reads the files once. */
const readAgainMs = 1000;
/** OpenSSH follows a jump host's own jump hosts as deep as they go; a loop ends here. */
const mostHops = 8;
const execMs = 10_000;

/** Nothing is read until it is asked. */
export function createConfigWay(options: ConfigWayOptions): ConfigWay {
  const { home, loginUser, knownHosts, agent, mayRun, systemFile = '/etc/ssh/ssh_config' } = options;
  let read: { readonly at: number; readonly blocks: ConfigBlocks; readonly problems: readonly Problem[] } | undefined;
  const otherKnownHosts = new Map<string, KnownHosts>();
  const shell = process.env.SHELL || '/bin/sh';

  function files(): { readonly blocks: ConfigBlocks; readonly problems: readonly Problem[] } {
    if (read !== undefined && performance.now() - read.at < readAgainMs) return read;
    const own = readConfigFiles(join(home, '.ssh', 'config'), home);
    const machine = readConfigFiles(systemFile, home, true);
    read = {
      at: performance.now(),
      blocks: indexConfig([...own.lines, ...machine.lines]),
      problems: [...own.problems, ...machine.problems],
    };
    return read;
  }

  /** Runs what `Match exec` needs, one after the other, as far as the person allows it. */
  async function resolve(question: Omit<ConfigQuestion, 'home' | 'loginUser' | 'exec'>, signal: AbortSignal): Promise<HostConfig> {
    const answers = new Map<string, boolean>();
    for (;;) {
      const config = resolveConfig(files().blocks, { ...question, home, loginUser, exec: (command) => answers.get(command) });
      const next = config.unknownExec.find((command) => !answers.has(command) && mayRun(command));
      if (next === undefined) return config;
      answers.set(next, await succeeds(shell, next, signal));
    }
  }

  function knownHostsOf({ userKnownHosts, globalKnownHosts }: HostConfig): KnownHosts {
    if (userKnownHosts === undefined && globalKnownHosts === undefined) return knownHosts;
    const own = userKnownHosts ?? [join(home, '.ssh', 'known_hosts')];
    const all = [...own, ...(globalKnownHosts ?? ['/etc/ssh/ssh_known_hosts'])];
    const key = JSON.stringify([own[0], all]);
    const known = otherKnownHosts.get(key) ?? createKnownHosts({ files: all, appendTo: own[0] ?? '/dev/null' });
    otherKnownHosts.set(key, known);
    return known;
  }

  async function apply(target: Target, alias: string, signal: AbortSignal, hops: number): Promise<Target> {
    const { address, port, user } = target;
    const config = await resolve({ alias, hostName: address, port, user }, signal);
    if (config.refusal !== undefined) {
      throw failure(target, 'bad-input', config.refusal, 'Change the name or the user, or the ProxyCommand in ~/.ssh/config.');
    }
    const { identityFiles, identityAgent } = config;
    const own = target.explicitKeys ? target.keyFiles : [];
    const found: Target = {
      ...target,
      keyFiles:
        identityFiles.length > 0
          ? [...new Set([...own, ...identityFiles])]
          : config.identitiesOnly && own.length === 0
            ? []
            : target.keyFiles,
      // A key that the files name is tried where OpenSSH tries it; one that the person chose in Hum goes first.
      explicitKeys: target.explicitKeys && !identityFiles.includes(own[0] ?? ''),
      agent: identityAgent === undefined ? target.agent : (identityAgent ?? undefined),
      identitiesOnly: config.identitiesOnly,
      knownHosts: knownHostsOf(config),
      hashKnownHosts: config.hashKnownHosts,
      hostKeyAlias: config.hostKeyAlias,
      strict: config.strict,
      algorithms: { hostKeys: config.hostKeyAlgorithms, ciphers: config.ciphers, kex: config.kexAlgorithms, macs: config.macs },
      connectTimeoutMs: config.connectTimeoutMs || undefined,
      keepalive:
        config.aliveIntervalMs === undefined ? undefined : { intervalMs: config.aliveIntervalMs, countMax: config.aliveCountMax ?? 3 },
      family: config.family,
    };
    return { ...found, way: found.way ?? (await wayOf(found, config, signal, hops)) };
  }

  async function wayOf(target: Target, config: HostConfig, signal: AbortSignal, hops: number): Promise<Target['way']> {
    if (config.proxyCommand !== undefined) return { kind: 'command', command: config.proxyCommand, shell };
    let through: Target | undefined;
    for (const hop of config.proxyJump) {
      if (hops >= mostHops) {
        throw failure(
          target,
          'bad-input',
          `The jump hosts of ${shownPlace(target)} lead in a circle.`,
          'Look at ProxyJump in ~/.ssh/config.',
        );
      }
      const config = await resolve({ alias: hop.host, user: hop.user, port: hop.port }, signal);
      const before: Target = {
        id: target.id,
        address: config.hostName,
        port: config.port,
        user: config.user,
        keyFiles: defaultKeyFiles(home),
        explicitKeys: false,
        agent: agent(),
        knownHosts,
        hop: shownPlace(target),
        ...(through === undefined ? {} : { way: { kind: 'jump', through } as const }),
      };
      through = await apply(before, hop.host, signal, hops + 1);
    }
    return through === undefined ? undefined : { kind: 'jump', through };
  }

  return {
    follow: (target, alias, signal) => apply(target, alias, signal, 0),
    describe(alias, { address, port, user }) {
      const { blocks, problems } = files();
      const config = resolveConfig(blocks, { alias, home, loginUser, hostName: address, port, user });
      return {
        alias: visibleText(alias, 253),
        followed: followed(config).map(([name, value]) => [name, visibleText(value, 500)]),
        unsupported: config.unsupported.map((name) => visibleText(name, 200)),
        commands: config.execs.map((command) => ({ command, allowed: mayRun(command) })),
        problems,
      };
    },
  };
}

/** What the files change about the way, in the words of ssh_config(5). */
function followed(config: HostConfig): [string, string][] {
  const lines: [string, string | undefined][] = [
    [
      'ProxyJump',
      config.proxyJump
        .map(({ user, host, port }) => `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`)
        .join(', ') || undefined,
    ],
    ['ProxyCommand', config.proxyCommand],
    ['IdentityFile', config.identityFiles.map((path) => shownPath(path)).join(', ') || undefined],
    ['IdentitiesOnly', config.identitiesOnly ? 'yes' : undefined],
    ['IdentityAgent', config.identityAgent === null ? 'none' : config.identityAgent],
    ['HostKeyAlias', config.hostKeyAlias],
    ['UserKnownHostsFile', config.userKnownHosts?.join(' ')],
    ['GlobalKnownHostsFile', config.globalKnownHosts?.join(' ')],
    ['HashKnownHosts', config.hashKnownHosts ? 'yes' : undefined],
    ['StrictHostKeyChecking', config.strict === 'ask' ? undefined : config.strict],
    ['HostKeyAlgorithms', config.hostKeyAlgorithms],
    ['Ciphers', config.ciphers],
    ['KexAlgorithms', config.kexAlgorithms],
    ['MACs', config.macs],
    ['ConnectTimeout', seconds(config.connectTimeoutMs)],
    ['ServerAliveInterval', seconds(config.aliveIntervalMs)],
    ['ServerAliveCountMax', config.aliveCountMax?.toString()],
    ['AddressFamily', config.family === undefined ? undefined : config.family === 4 ? 'inet' : 'inet6'],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms / 1000} s`;
}

/** Whether a command ends with status 0, in the person's shell as OpenSSH runs it; one that takes too long does not. */
function succeeds(shell: string, command: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(shell, ['-c', command], { timeout: execMs, signal, maxBuffer: 1024 * 1024 }, (error) => resolve(error === null));
  });
}
