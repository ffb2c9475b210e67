import { inventoryHost, type SshConfigCandidate, type SshConfigScan } from '../../shared/contract/inventory.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { readConfigFiles } from './config-files.ts';
import { type HostConfig, indexConfig, resolveConfig } from './config-resolve.ts';
import { isPlainName } from './pattern.ts';

export type ScannedCandidate = Omit<SshConfigCandidate, 'known'>;

export type ConfigScan = Omit<SshConfigScan, 'candidates'> & { readonly candidates: readonly ScannedCandidate[] };

/**
 * The concrete hosts that an ssh_config(5) names, as OpenSSH would reach them: the first value of a setting counts, from every `Host`
 * block that matches. Names with wildcards or negation are listed apart. A missing file is an empty one; one that cannot be read is
 * among the problems.
 */
export function scanSshConfig({ file, home, loginUser }: { file: string; home: string; loginUser: string }): ConfigScan {
  const { lines, problems } = readConfigFiles(file, home);
  const blocksOf = indexConfig(lines);
  const candidates = new Map<string, ScannedCandidate>();
  const wildcards = new Set<string>();
  const refused = [...problems];
  for (const line of lines) {
    if (line.kind !== 'host') continue;
    for (const alias of line.patterns) {
      if (!isPlainName(alias)) wildcards.add(alias);
      else if (alias !== '' && !candidates.has(alias)) {
        const candidate = candidateOf(resolveConfig(blocksOf, { alias, home, loginUser }), alias, line.file);
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

function candidateOf(config: HostConfig, alias: string, file: string): ScannedCandidate {
  const { hostName, port, user, identityFiles, unsupported, unknownExec } = config;
  return {
    alias,
    address: hostName.replace(/^\[(.*)\]$/, '$1'),
    port,
    user,
    keyFile: identityFiles[0] ?? null,
    file,
    unsupported: [...unsupported, ...(unknownExec.length > 0 ? ['Match exec'] : [])],
  };
}

const savable = inventoryHost.pick({ name: true, address: true, port: true, user: true, keyFile: true });

/** Why the inventory would not take it, if it would not. */
function unusable({ alias, address, port, user, keyFile }: ScannedCandidate): string | undefined {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return 'Its Port is no number from 1 to 65535.';
  return savable.safeParse({ name: alias, address, port, user, keyFile }).error?.issues[0]?.message;
}
