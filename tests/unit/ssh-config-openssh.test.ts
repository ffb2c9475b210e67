import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfigFiles } from '../../src/main/ssh/config-files.ts';
import { type HostConfig, indexConfig, resolveConfig } from '../../src/main/ssh/config-resolve.ts';
import { splitArguments } from '../../src/main/ssh/config-text.ts';
import { assembleAlgorithms } from '../../src/main/ssh/config-values.ts';
import { corpus } from '../fixtures/ssh-config/corpus.ts';

const home = homedir();
const loginUser = userInfo().username;
let dir: string;
let defaults: Openssh;

type Openssh = ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-corpus-'));
  writeFileSync(join(dir, 'empty'), '');
  defaults = opensshSays(join(dir, 'empty'), 'web1');
});
afterAll(() => rmSync(dir, { recursive: true }));

/** What `ssh -G` prints, all lines of a keyword. */
function opensshSays(file: string, alias: string): Openssh {
  const text = execFileSync('ssh', ['-G', '-F', file, alias], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const values = new Map<string, string[]>();
  for (const line of text.trim().split('\n')) {
    const at = line.indexOf(' ');
    const name = line.slice(0, at);
    values.set(name, [...(values.get(name) ?? []), line.slice(at + 1)]);
  }
  return values;
}

/** As OpenSSH would read the file: its `Match exec` run, by the same shell. */
function humSays(file: string, alias: string): HostConfig {
  const { lines, problems } = readConfigFiles(file, home);
  expect(problems).toEqual([]);
  const exec = (command: string) => {
    try {
      execFileSync('/bin/sh', ['-c', command], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  return resolveConfig(indexConfig(lines), { alias, home, loginUser, exec });
}

/** The lines of `ssh -G` that our reading comes to, with the files as they would be opened. */
function shown(config: HostConfig): Record<string, unknown> {
  const algorithms = (name: string, text: string | undefined) =>
    assembleAlgorithms(defaults.get(name)?.[0]?.split(',') ?? [], text).join(',');
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : String(ms / 1000));
  return {
    hostname: config.hostName,
    user: config.user,
    port: String(config.port),
    identityfile: config.identityFiles,
    proxyjump:
      config.proxyJump
        .map(({ host, user, port }) => {
          const place = host.includes(':') ? `[${host}]` : host;
          return `${user === undefined ? '' : `${user}@`}${place}${port === undefined || port === 22 ? '' : `:${port}`}`;
        })
        .join(',') || undefined,
    proxycommand: config.proxyCommand,
    hostkeyalias: config.hostKeyAlias,
    hashknownhosts: config.hashKnownHosts ? 'yes' : 'no',
    stricthostkeychecking: { yes: 'true', no: 'false', ask: 'ask', 'accept-new': 'accept-new' }[config.strict],
    hostkeyalgorithms: algorithms('hostkeyalgorithms', config.hostKeyAlgorithms),
    ciphers: algorithms('ciphers', config.ciphers),
    kexalgorithms: algorithms('kexalgorithms', config.kexAlgorithms),
    macs: algorithms('macs', config.macs),
    connecttimeout: seconds(config.connectTimeoutMs) ?? 'none',
    serveraliveinterval: seconds(config.aliveIntervalMs) ?? '0',
    serveralivecountmax: String(config.aliveCountMax ?? 3),
    addressfamily: config.family === undefined ? 'any' : config.family === 4 ? 'inet' : 'inet6',
  };
}

function wanted(said: Openssh): Record<string, unknown> {
  const one = (name: string) => said.get(name)?.[0];
  const open = (path: string) =>
    path.replace(/^~(?=\/)/, home).replace(/%(.)/g, (whole, token: string) => {
      const [hostName = '', user = '', port = ''] = [one('hostname'), one('user'), one('port')];
      return { h: hostName, r: user, p: port, d: home, u: loginUser, '%': '%' }[token] ?? whole;
    });
  const files = said.get('identityfile') ?? [];
  const isDefault = files.join() === defaults.get('identityfile')?.join();
  const proxyJump = one('proxyjump');
  const proxyCommand = one('proxycommand');
  return {
    hostname: one('hostname'),
    user: one('user'),
    port: one('port'),
    identityfile: isDefault ? [] : files.filter((file) => file !== 'none').map(open),
    proxyjump: proxyJump === 'none' ? undefined : proxyJump,
    proxycommand: proxyCommand === undefined || proxyCommand === 'none' ? undefined : open(proxyCommand),
    hostkeyalias: one('hostkeyalias'),
    hashknownhosts: one('hashknownhosts'),
    stricthostkeychecking: one('stricthostkeychecking'),
    hostkeyalgorithms: one('hostkeyalgorithms'),
    ciphers: one('ciphers'),
    kexalgorithms: one('kexalgorithms'),
    macs: one('macs'),
    connecttimeout: one('connecttimeout'),
    serveraliveinterval: one('serveraliveinterval'),
    serveralivecountmax: one('serveralivecountmax'),
    addressfamily: one('addressfamily'),
  };
}

test('the corpus has sixty files', () => expect(corpus).toHaveLength(60));

test.each(corpus.map((text, index) => [index, text] as const))('file %i reads as OpenSSH reads it: %j', (index, text) => {
  const file = join(dir, `config-${index}`);
  writeFileSync(file, text);
  const alias = /^#ask (.+)$/m.exec(text)?.[1] ?? 'web1';
  const said = opensshSays(file, alias);
  const config = humSays(file, alias);
  expect(shown(config)).toEqual(wanted(said));
  expect(config.identitiesOnly || said.get('identitiesonly')?.[0] === 'no').toBe(true);
  const known = (name: string) => said.get(name)?.[0]?.replaceAll(/(^| )~(?=\/)/g, `$1${home}`);
  if (config.userKnownHosts !== undefined) expect(config.userKnownHosts.join(' ') || 'none').toBe(known('userknownhostsfile'));
  if (config.globalKnownHosts !== undefined) expect(config.globalKnownHosts.join(' ')).toBe(known('globalknownhostsfile'));
  const agent = config.identityAgent === null ? 'none' : config.identityAgent;
  if (agent !== undefined) expect(agent).toBe(known('identityagent'));
});

test('a Match exec that may not be run is named and its block left out', () => {
  const file = join(dir, 'exec');
  writeFileSync(file, 'Match host web1 exec "curl http://%h"\n Port 99\nMatch host web2 exec "never for web1"\n Port 98\n');
  const { lines } = readConfigFiles(file, home);
  const config = resolveConfig(indexConfig(lines), { alias: 'web1', home, loginUser });
  expect(config).toMatchObject({ port: 22, unknownExec: ['curl http://web1'] });
});

test('any words come back from their quotes, and no line makes the reader stumble', () => {
  const quoted = (word: string) => `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const word = fc.string({ unit: 'binary' }).filter((text) => !/[\n\0]/.test(text));
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(splitArguments(words.map(quoted).join(' '))).toEqual(words);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      const file = { kind: 'x', text: line };
      expect(() => splitArguments(file.text)).not.toThrow();
    }),
  );
});
