import { join } from 'node:path';
import type { SshConfigScan } from '../../shared/contract/inventory.ts';
import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { scanSshConfig } from '../ssh/config.ts';
import type { NewHost } from './draft.ts';
import { type Inventory, sameWayIn } from './inventory.ts';

export interface SshConfigImport {
  /** The hosts that `~/.ssh/config` names now, with those marked that the inventory has. */
  scan(): SshConfigScan;
  /** Adds the named hosts as the file says now; those that are there already stay as they are. @throws HumError `not-found` */
  importHosts(aliases: readonly string[]): { ids: string[] };
}

/** The way from this account's ssh_config(5) into the inventory. Nothing is read until it is asked. */
export function sshConfigImport(inventory: Inventory, home: string, loginUser: string): SshConfigImport {
  const file = join(home, '.ssh', 'config');

  function scan(): SshConfigScan {
    const { candidates, wildcards, problems } = scanSshConfig({ file, home, loginUser });
    const taken = new Set(inventory.hosts.map(sameWayIn));
    return {
      file,
      wildcards,
      problems,
      candidates: candidates.map((candidate) => ({ ...candidate, known: taken.has(sameWayIn(candidate)) })),
    };
  }

  return {
    scan,
    importHosts(aliases) {
      const { candidates } = scan();
      const byAlias = new Map(candidates.map((candidate) => [candidate.alias, candidate]));
      const hosts = aliases.map((alias): NewHost => {
        const candidate = byAlias.get(alias);
        if (!candidate) {
          throw new HumError({
            code: 'not-found',
            message: `${file} no longer names ${visibleText(alias, 100)}; nothing was imported.`,
            hint: 'Read the file again and choose anew.',
          });
        }
        const { address, port, user, keyFile } = candidate;
        return { name: alias, address, port, user, keyFile, group: null, tags: [], enabled: true, sshAlias: alias, origin: 'ssh-config' };
      });
      return { ids: inventory.addAll(hosts).ids };
    },
  };
}
