import { loopback } from '../support/sshd.ts';
import { savedHost, savedInventory } from './fleet.ts';
import { test as base } from './sshd.ts';

export { expect } from './sshd.ts';

export const names = ['web1', 'web2', 'web3', 'web4'] as const;

/**
 * A console with four real servers of the tag web, which a script tells apart by its `$at` (1 to 4); the last is in production. One more is
 * disabled.
 */
export const test = base.extend({
  homeFiles: async ({ rig, account }, use) => {
    const key = await rig.clientKey();
    const server = await rig.sshd({ listen: loopback(names.length) });
    const rest = { user: account, keyFile: key.path, port: server.port, enabled: true };
    const hosts = server.addresses.map((address, index) =>
      savedHost(names[index] ?? '', { ...rest, address, tags: index === names.length - 1 ? ['web', 'prod'] : ['web'] }),
    );
    const absent = savedHost('absent', { ...rest, tags: [], enabled: false });
    await use({ ...savedInventory([...hosts, absent]), '.ssh/known_hosts': rig.knownHosts(server) });
  },
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
export const at = 'at=${SSH_CONNECTION#* * 127.0.1.}; at=${at% *}';
