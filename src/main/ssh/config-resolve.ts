import { hostname } from 'node:os';
import type { Condition, ConfigLine } from './config-files.ts';
import {
  agentOf,
  expandPath,
  familyOf,
  fillTokens,
  isSafeForShell,
  isYes,
  type JumpHop,
  jumpsOf,
  milliseconds,
  type Strictness,
  strictness,
  type Tokens,
} from './config-values.ts';
import { isPlainName, matchesPatternList } from './pattern.ts';

/** Whose configuration is looked for, and what stands on the command line, so to speak: it goes before every file. */
export interface ConfigQuestion {
  readonly alias: string;
  readonly home: string;
  readonly loginUser: string;
  readonly hostName?: string | undefined;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** What a `Match exec` came to; undefined when it has not been run, or may not be. */
  readonly exec?: (command: string) => boolean | undefined;
}

/** What the files say about one host, as `ssh -G` would. Paths have their `~`, `%…` and `${…}` filled in. */
export interface HostConfig {
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  /** Empty when none is named; `none` named alone is `[]` with `identitiesOnly`. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Undefined for the usual agent, null for none. */
  readonly identityAgent: string | null | undefined;
  /** First hop first; empty for none. */
  readonly proxyJump: readonly JumpHop[];
  /** With its tokens filled in; undefined for none. */
  readonly proxyCommand: string | undefined;
  readonly hostKeyAlias: string | undefined;
  /** Undefined for OpenSSH's own. */
  readonly userKnownHosts: readonly string[] | undefined;
  readonly globalKnownHosts: readonly string[] | undefined;
  readonly hashKnownHosts: boolean;
  readonly strict: Strictness;
  /** As written: a list, or a change of the defaults (`+…`, `-…`, `^…`). */
  readonly hostKeyAlgorithms: string | undefined;
  readonly ciphers: string | undefined;
  readonly kexAlgorithms: string | undefined;
  readonly macs: string | undefined;
  readonly connectTimeoutMs: number | undefined;
  readonly aliveIntervalMs: number | undefined;
  readonly aliveCountMax: number | undefined;
  readonly family: 4 | 6 | undefined;
  /** Settings that change the way to the host and that Hum does not follow, as a person knows them. */
  readonly unsupported: readonly string[];
  /** Commands of `Match exec`, as far as they were reached, and those of them whose answer is not known. */
  readonly execs: readonly string[];
  readonly unknownExec: readonly string[];
  /** Why the host cannot be reached by what the files say: a sentence. */
  readonly refusal: string | undefined;
}

/** Settings that change the way to a host and that Hum does not follow. */
const unfollowed: ReadonlyMap<string, string> = new Map(
  [
    'PKCS11Provider',
    'SecurityKeyProvider',
    'CertificateFile',
    'BindAddress',
    'BindInterface',
    'RemoteCommand',
    'CanonicalizeHostname',
    'KnownHostsCommand',
    'PreferredAuthentications',
    'PubkeyAuthentication',
    'PasswordAuthentication',
    'KbdInteractiveAuthentication',
    'PubkeyAcceptedAlgorithms',
    'GSSAPIAuthentication',
    'HostbasedAuthentication',
    'VerifyHostKeyDNS',
    'ProxyUseFdpass',
    'RekeyLimit',
    'Tunnel',
    'IPQoS',
    'RevokedHostKeys',
    'NoHostAuthenticationForLocalhost',
    'RequiredRSASize',
    'CASignatureAlgorithms',
    'LocalCommand',
    'ForwardAgent',
  ].map((name) => [name.toLowerCase(), name]),
);

/** Values that change nothing, or that are OpenSSH's own. */
const harmless: ReadonlySet<string> = new Set([
  'none',
  'no',
  'yes:pubkeyauthentication',
  'yes:passwordauthentication',
  'yes:kbdinteractiveauthentication',
  'no:gssapiauthentication',
]);

/** readconf.c keeps the first value of a setting; of these it keeps all. */
const repeated: ReadonlySet<string> = new Set(['identityfile', 'certificatefile']);
/** These are one command line, quotes and all. */
const wholeLine: ReadonlySet<string> = new Set(['proxycommand', 'proxyjump', 'remotecommand', 'localcommand', 'knownhostscommand']);

/** Blocks of settings under one set of conditions, found by name. Without the index, thousands of hosts would each ask thousands of blocks. */
export type ConfigBlocks = (alias: string) => readonly Block[];

interface Block {
  readonly within: readonly Condition[];
  readonly settings: Extract<ConfigLine, { kind: 'setting' }>[];
}

/** Prepares the lines of all files, the person's first. */
export function indexConfig(lines: readonly ConfigLine[]): ConfigBlocks {
  const blocks: Block[] = [];
  for (const line of lines) {
    if (line.kind !== 'setting') continue;
    const last = blocks.at(-1);
    if (last?.within === line.within) last.settings.push(line);
    else blocks.push({ within: line.within, settings: [line] });
  }
  const general: number[] = [];
  const byName = new Map<string, number[]>();
  blocks.forEach(({ within }, index) => {
    const names = within.find((condition) => condition.kind === 'host' && condition.patterns.every(isPlainName));
    if (names?.kind !== 'host') general.push(index);
    else for (const name of new Set(names.patterns)) byName.set(name, [...(byName.get(name) ?? []), index]);
  });
  return (alias) => [...general, ...(byName.get(alias) ?? [])].sort((a, b) => a - b).flatMap((index) => blocks[index] ?? []);
}

/** What the files say about a host: the first value of a setting counts, from every block that matches (ssh_config(5)). */
export function resolveConfig(blocksOf: ConfigBlocks, question: ConfigQuestion): HostConfig {
  const { alias, loginUser } = question;
  const first = new Map<string, string[]>();
  const identityFiles: string[] = [];
  const unsupported = new Set<string>();
  const unknownExec = new Set<string>();
  const execs = new Set<string>();
  let wantsFinal = false;
  const blocks = blocksOf(alias);
  if (question.hostName !== undefined) first.set('hostname', [question.hostName]);
  if (question.user !== undefined) first.set('user', [question.user]);
  if (question.port !== undefined) first.set('port', [String(question.port)]);

  function soFar(): { host: string; user: string } {
    return { host: hostNameOf(first.get('hostname')?.[0], alias), user: first.get('user')?.[0] ?? loginUser };
  }

  function matches(condition: Condition, final: boolean): boolean {
    if (condition.kind === 'host') return matchesPatternList(alias, condition.patterns);
    let result = true;
    for (const { name, negated, value } of condition.criteria) {
      const { host, user } = soFar();
      const holds = (answer: boolean) => {
        if (answer === negated) result = false;
      };
      switch (name) {
        case 'all':
          return result && !negated;
        case 'final':
          wantsFinal = true;
          holds(final);
          break;
        case 'canonical':
          holds(final);
          break;
        case 'host':
          holds(matchesLowered(host, value));
          break;
        case 'originalhost':
          holds(matchesLowered(alias, value));
          break;
        case 'user':
          holds(matchesPatternList(user, value.split(',')));
          break;
        case 'localuser':
          holds(matchesPatternList(loginUser, value.split(',')));
          break;
        case 'exec': {
          // As OpenSSH: not run once the line cannot match any more.
          if (!result) break;
          const command = fillTokens(value, execTokens(first, question, host, user));
          execs.add(command);
          // A name goes into the command as it is: one with `$(…)` in it would be a command itself.
          const answer = isSafeForShell(value, { n: alias, h: host, r: user }) ? question.exec?.(command) : undefined;
          if (answer === undefined) {
            unknownExec.add(command);
            result = false;
          } else holds(answer);
          break;
        }
        default:
          unsupported.add(`Match ${name}`);
          result = false;
      }
    }
    return result;
  }

  function pass(final: boolean): void {
    // A block's condition is judged once, when it is reached, whatever is set below it.
    const verdicts = new Map<Condition, boolean>();
    const judge = (condition: Condition): boolean => {
      const known = verdicts.get(condition);
      if (known !== undefined) return known;
      const verdict = matches(condition, final);
      verdicts.set(condition, verdict);
      return verdict;
    };
    for (const { within, settings } of blocks) {
      if (!within.every(judge)) continue;
      for (const setting of settings) take(setting);
    }
  }

  function take({ name, values, rest }: Block['settings'][number]): void {
    if (name === 'identityfile') {
      const [file] = values;
      if (file !== undefined && !identityFiles.includes(file)) identityFiles.push(file);
      return;
    }
    const shown = unfollowed.get(name);
    const value = (values[0] ?? '').toLowerCase();
    if (shown !== undefined && !first.has(name) && !harmless.has(value) && !harmless.has(`${value}:${name}`)) unsupported.add(shown);
    if (first.has(name) || repeated.has(name)) return;
    // Each of the two keeps the other out (ssh_config(5), ProxyJump).

    if (name === 'proxyjump' && first.has('proxycommand')) return;
    if (name === 'proxycommand' && first.has('proxyjump')) return;
    first.set(name, wholeLine.has(name) ? [rest] : [...values]);
  }

  pass(false);
  if (wantsFinal) {
    first.set('hostname', [soFar().host]);
    pass(true);
  }
  return hostConfig(first, identityFiles, question, {
    unsupported: [...unsupported].sort(),
    execs: [...execs],
    unknownExec: [...unknownExec],
  });
}

type FirstValues = ReadonlyMap<string, readonly string[]>;

function hostConfig(
  first: FirstValues,
  identityFiles: readonly string[],
  question: ConfigQuestion,
  told: Pick<HostConfig, 'unsupported' | 'execs' | 'unknownExec'>,
): HostConfig {
  const { alias, home, loginUser } = question;
  const one = (name: string) => first.get(name)?.[0];
  const user = one('user') ?? loginUser;
  const port = Number(one('port') ?? 22);
  const hostName = hostNameOf(one('hostname'), alias).toLowerCase();
  const tokens: Tokens = { ...localTokens(question), h: hostName, n: alias, p: String(port), r: user, k: one('hostkeyalias') ?? alias };
  const path = (text: string) => expandPath(text, tokens, home);
  const paths = (name: string) =>
    first
      .get(name)
      ?.filter((text) => text.toLowerCase() !== 'none')
      .map(path);
  const files = identityFiles.filter((file) => file.toLowerCase() !== 'none');
  const unsupported = [...told.unsupported];
  if (one('stricthostkeychecking') !== undefined && strictness(one('stricthostkeychecking')) === 'no') {
    unsupported.push('StrictHostKeyChecking no (a changed key is refused all the same)');
  }
  const command = one('proxycommand');
  return {
    hostName,
    user,
    port,
    identityFiles: files.map(path),
    identitiesOnly: isYes(one('identitiesonly')) || (identityFiles.length > 0 && files.length === 0),
    identityAgent: agentOf(one('identityagent'), path),
    proxyJump: jumpsOf(one('proxyjump')),
    proxyCommand: command === undefined || command.trim().toLowerCase() === 'none' ? undefined : fillTokens(command.trim(), tokens),
    hostKeyAlias: one('hostkeyalias'),
    userKnownHosts: paths('userknownhostsfile'),
    globalKnownHosts: paths('globalknownhostsfile'),
    hashKnownHosts: isYes(one('hashknownhosts')),
    strict: strictness(one('stricthostkeychecking')),
    hostKeyAlgorithms: one('hostkeyalgorithms'),
    ciphers: one('ciphers'),
    kexAlgorithms: one('kexalgorithms'),
    macs: one('macs'),
    connectTimeoutMs: milliseconds(one('connecttimeout')),
    aliveIntervalMs: milliseconds(one('serveraliveinterval')),
    aliveCountMax: one('serveralivecountmax') === undefined ? undefined : Number(one('serveralivecountmax')),
    family: familyOf(one('addressfamily')),
    unsupported,
    execs: told.execs,
    unknownExec: told.unknownExec,
    refusal:
      command === undefined || isSafeForShell(command, { n: alias, h: hostName, r: user })
        ? undefined
        : 'The ProxyCommand would get a name or a user with characters that mean something to a shell.',
  };
}

/** HostName takes `%h`, the name as it was given, and `%%`. */
function hostNameOf(text: string | undefined, alias: string): string {
  return text === undefined ? alias : fillTokens(text, { h: alias });
}

function matchesLowered(text: string, list: string): boolean {
  return matchesPatternList(text.toLowerCase(), list.toLowerCase().split(','));
}

function localTokens({ home, loginUser }: ConfigQuestion): Tokens {
  const name = hostname();
  return { d: home, u: loginUser, l: name, L: name.split('.')[0] ?? name, i: String(process.getuid?.() ?? 0) };
}

function execTokens(first: FirstValues, question: ConfigQuestion, host: string, user: string): Tokens {
  const port = first.get('port')?.[0] ?? '22';
  return { ...localTokens(question), h: host, n: question.alias, p: port, r: user, k: first.get('hostkeyalias')?.[0] ?? question.alias };
}
