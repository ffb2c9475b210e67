import { parse, stringify } from 'yaml';
import type { CloudInit, Guest, GuestVif } from './guest.ts';

/** The files of a NoCloud seed, by name; what a person wants to read comes first. */
export interface SeedFiles {
  readonly [name: string]: string;
  readonly 'user-data': string;
  readonly 'network-config': string;
  readonly 'meta-data': string;
}

/** What cloud-init is given for a guest. `mark` makes it a new instance: a disk that was set up before is set up again. Pure. */
export function seedFiles(guest: Guest, cloudInit: CloudInit, macs: readonly string[], mark: string): SeedFiles {
  return {
    'user-data': userData(cloudInit),
    'network-config': stringify(networkConfig(guest.vifs, macs), yamlOptions),
    'meta-data': stringify({ 'instance-id': `${guest.name}-${mark}`, 'local-hostname': cloudInit.hostname }, yamlOptions),
  };
}

/** No line is folded, and no value stands for another one: cloud-init's own reader is old, and takes no, 1:30 and a MAC of digits for no texts (YAML 1.1). */
const yamlOptions = { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' } as const;

type Fields = Readonly<Record<string, unknown>>;

function userData({ hostname, user, keys, packages, userData: more }: CloudInit): string {
  const own: Fields = {
    hostname,
    // A name that is no whole one is not looked for in a domain.
    ...(hostname.includes('.') ? { fqdn: hostname } : {}),
    ...(user === null
      ? keys.length > 0
        ? { ssh_authorized_keys: keys }
        : {}
      : {
          users: [
            'default',
            { name: user, shell: '/bin/bash', sudo: 'ALL=(ALL) NOPASSWD:ALL', lock_passwd: true, ssh_authorized_keys: keys },
          ],
        }),
    ...(packages.length > 0 ? { package_update: true, packages } : {}),
  };
  const merged = merge(own, fieldsOf(more));
  if (merged !== undefined) return `#cloud-config\n${stringify(merged, yamlOptions)}`;
  // What is not a list of fields is the reader's own business: an archive holds both, and cloud-init merges them by its rules.
  const archive = [
    { type: 'text/cloud-config', content: stringify(own, yamlOptions), filename: 'hum.cfg' },
    { content: more, filename: 'user-data' },
  ];
  return `#cloud-config-archive\n${stringify(archive, yamlOptions)}`;
}

/** The fields of a document; undefined where it has none to merge: a script, say, or what is no YAML. */
function fieldsOf(text: string): Fields | undefined {
  if (text.trim() === '') return {};
  const [first = ''] = text.split('\n', 1);
  if (/^#(?:!|include|cloud-(?!config\s*$))/.test(first)) return undefined;
  try {
    const read: unknown = parse(text, { logLevel: 'error', maxAliasCount: 100, version: '1.1' });
    if (read === null || read === undefined) return {};
    return typeof read === 'object' && !Array.isArray(read) ? (read as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** Lists grow, and of two other values the person's own counts. */
function merge(own: Fields, more: Fields | undefined): Fields | undefined {
  if (more === undefined) return undefined;
  const merged: Record<string, unknown> = { ...own };
  for (const [key, value] of Object.entries(more)) {
    const before = Object.hasOwn(own, key) ? own[key] : undefined;
    Object.defineProperty(merged, key, {
      value: Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return merged;
}

/** Version 2: each card is found by its address, whatever its driver calls it, and keeps the name that it has. */
function networkConfig(vifs: readonly GuestVif[], macs: readonly string[]): Fields {
  const cards = vifs.flatMap(({ mac, ip }, at): readonly (readonly [string, Fields])[] => {
    const address = macs[at] ?? mac;
    if (address === null || address === undefined) return [];
    return [[`hum${at}`, { match: { macaddress: address.toLowerCase() }, ...addressing(ip) }]];
  });
  return { version: 2, ethernets: Object.fromEntries(cards) };
}

function addressing(ip: GuestVif['ip']): Fields {
  switch (ip.kind) {
    case 'none':
      return { dhcp4: false, optional: true };
    case 'dhcp':
      return { dhcp4: true };
    case 'static':
      return {
        addresses: [`${ip.address}/${ip.prefix}`],
        // cloud-init before 22 knows gateway4 alone, and those after it still do.
        ...(ip.gateway === null ? {} : { gateway4: ip.gateway }),
        ...(ip.dns.length > 0 ? { nameservers: { addresses: ip.dns } } : {}),
      };
  }
}
