import { join } from 'node:path';
import { inventoryHost, type SshConfigCandidate, type SshConfigScan } from '../../shared/contract/inventory.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { type Condition, type ConfigLine, readConfigFiles } from './config-files.ts';
import { isPlainName, matchesPatternList } from './pattern.ts';

export type ScannedCandidate = Omit<SshConfigCandidate, 'known'>;

export type ConfigScan = Omit<SshConfigScan, 'candidates'> & { readonly candidates: readonly ScannedCandidate[] };

/** Settings that change the way to a host and that Hum does not follow yet. */
const unfollowed: ReadonlyMap<string, string> = new Map([
  ['proxyjump', 'ProxyJump'],
  ['proxycommand', 'ProxyCommand'],
  ['hostkeyalias', 'HostKeyAlias'],
  ['userknownhostsfile', 'UserKnownHostsFile'],
  ['identityagent', 'IdentityAgent'],
  ['pkcs11provider', 'PKCS11Provider'],
  ['certificatefile', 'CertificateFile'],
  ['bindaddress', 'BindAddress'],
  ['bindinterface', 'BindInterface'],
  ['addressfamily', 'AddressFamily'],
  ['remotecommand', 'RemoteCommand'],
]);

/**
 * The concrete hosts that an ssh_config(5) names, as OpenSSH would reach them: the first value of a setting counts, from every `Host`
 * block that matches. Names with wildcards or negation are listed apart. A missing file is an empty one; one that cannot be read is
 * among the problems.
 */
export function scanSshConfig({ file, home, loginUser }: { file: string; home: string; loginUser: string }): ConfigScan {
  const { lines, problems } = readConfigFiles(file, home);
  const candidates = new Map<string, ScannedCandidate>();
  const wildcards = new Set<string>();
  const refused = [...problems];
  const blocksOf = indexBlocks(lines);
  for (const line of lines) {
    if (line.kind !== 'host') continue;
    for (const alias of line.patterns) {
      if (!isPlainName(alias)) wildcards.add(alias);
      else if (alias !== '' && !candidates.has(alias)) {
        const candidate = resolveAlias(alias, line.file, blocksOf(alias), home, loginUser);
        const why = unusable(candidate);
        if (why === undefined) candidates.set(alias, candidate);
        else {
          refused.push({
            code: 'bad-input',
            message: `The host ${visibleText(alias, 100)} of ${visibleText(line.file)} cannot be taken: ${why}`,
            hint: 'Correct it in the file, or add the host by hand.',
          });
        }
      }
    }
  }
  return { file, candidates: [...candidates.values()], wildcards: [...wildcards], problems: refused };
}

interface Block {
  readonly within: readonly Condition[];
  readonly settings: Extract<ConfigLine, { kind: 'setting' }>[];
}

/** The blocks that may be about a name, in their order. Without it, thousands of hosts would each ask thousands of blocks. */
function indexBlocks(lines: readonly ConfigLine[]): (alias: string) => Block[] {
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

function resolveAlias(alias: string, file: string, blocks: readonly Block[], home: string, loginUser: string): ScannedCandidate {
  const first = new Map<string, string>();
  const unsupported = new Set<string>();
  for (const { within, settings } of blocks) {
    const host = expand(first.get('hostname') ?? alias, { h: alias });
    const applies = holds(within, { alias, host, user: first.get('user'), loginUser });
    if (applies === 'unknown') unsupported.add('Match');
    if (applies !== true) continue;
    for (const { name, values } of settings) {
      if (first.has(name)) continue;
      const value = values.join(' ');
      first.set(name, value);
      const shown = unfollowed.get(name);
      if (shown !== undefined && value.toLowerCase() !== 'none') unsupported.add(shown);
    }
  }
  const port = Number(first.get('port') ?? 22);
  const user = first.get('user') ?? loginUser;
  // ssh_config(5), TOKENS: HostName takes %h and %%.
  const address = expand(first.get('hostname') ?? alias, { h: alias });
  const identity = first.get('identityfile');
  const tokens = { h: address, r: user, u: loginUser, d: home, n: alias, p: String(port) };
  return {
    alias,
    address: address.replace(/^\[(.*)\]$/, '$1'),
    port,
    user,
    keyFile: identity === undefined || identity.toLowerCase() === 'none' ? null : keyPath(expand(identity, tokens), home),
    file,
    unsupported: [...unsupported].sort(),
  };
}

/** What is known of a host when a block is reached: `Match` is decided by the settings before it, ssh_config(5). */
interface SoFar {
  readonly alias: string;
  readonly host: string;
  readonly user: string | undefined;
  readonly loginUser: string;
}

/** Whether a block counts. `Match exec`, `final` and other criteria that Hum does not look into are `unknown`, and not applied. */
function holds(within: readonly Condition[], soFar: SoFar): boolean | 'unknown' {
  let answer: true | 'unknown' = true;
  for (const condition of within) {
    if (condition.kind === 'host') {
      if (!matchesPatternList(soFar.alias, condition.patterns)) return false;
      continue;
    }
    for (const { name, values } of condition.criteria) {
      const subject = matchSubject(name, soFar);
      if (subject === undefined) answer = 'unknown';
      else if (!matchesPatternList(subject, values)) return false;
    }
  }
  return answer;
}

function matchSubject(criterion: string, soFar: SoFar): string | undefined {
  switch (criterion) {
    case 'originalhost':
      return soFar.alias;
    case 'host':
      return soFar.host;
    case 'user':
      return soFar.user ?? soFar.loginUser;
    case 'localuser':
      return soFar.loginUser;
    default:
      return undefined;
  }
}

function expand(text: string, tokens: Readonly<Record<string, string>>): string {
  return text.replace(/%(.)/g, (whole, token: string) => (token === '%' ? '%' : (tokens[token] ?? whole)));
}

function keyPath(path: string, home: string): string {
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return path;
}

const savable = inventoryHost.pick({ name: true, address: true, port: true, user: true, keyFile: true });

/** Why the inventory would not take it, if it would not. */
function unusable({ alias, address, port, user, keyFile }: ScannedCandidate): string | undefined {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return 'Its Port is no number from 1 to 65535.';
  return savable.safeParse({ name: alias, address, port, user, keyFile }).error?.issues[0]?.message;
}
