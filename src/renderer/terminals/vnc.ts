import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { shellWord } from '../../shared/shell-word.ts';

/** How a person comes to the graphical screen of a guest. */
export interface VncWay {
  /** Who can reach it without a tunnel: the host alone, or whoever reaches the host. */
  readonly open: 'to-host' | 'to-all';
  /** Brings it to this port of the person's own machine, by ssh(1). */
  readonly tunnel: string;
  /** What a viewer is then pointed at. */
  readonly viewer: string;
}

/** The way to a framebuffer at `address:port` of a host, as Xen tells it: hostile text. Null where it is no address. */
export function vncWay(vnc: string, host: Pick<InventoryHost, 'address' | 'port' | 'user' | 'sshAlias'>): VncWay | null {
  const found = /^(?:\[([0-9A-Fa-f:]+)\]|([0-9A-Za-z.-]{1,253}|[0-9A-Fa-f:]+|)):(\d{1,5})$/.exec(vnc);
  const port = Number(found?.[3]);
  if (found === null || port < 1 || port > 65_535) return null;
  const address = found[1] ?? found[2] ?? '';
  const everywhere = address === '' || address === '0.0.0.0' || address === '::';
  const target = everywhere ? '127.0.0.1' : address.includes(':') ? `[${address}]` : address;
  const words = ['ssh', '-N', '-L', `${port}:${target}:${port}`, ...placeOf(host)];
  return {
    open: /^(?:127\.|localhost$|::1$)/.test(address) ? 'to-host' : 'to-all',
    tunnel: words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellWord(word))).join(' '),
    viewer: `localhost:${port}`,
  };
}

function placeOf({ address, port, user, sshAlias }: Parameters<typeof vncWay>[1]): readonly string[] {
  if (sshAlias !== undefined) return [sshAlias];
  return [...(port === 22 ? [] : ['-p', String(port)]), `${user}@${address}`];
}
