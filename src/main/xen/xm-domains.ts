import type { ConfigValue } from './config-parse.ts';
import { writeDisk } from './disk-spec.ts';
import { domainId, fromKib, type RunningDomain, uuidOf } from './running-domain.ts';
import { atomOf, childrenOf, parseSExprs, type SExpr } from './sexpr.ts';
import { writeVif } from './vif-spec.ts';

/** Reads `xm list --long`: a `(domain …)` for each. Domains without a number are off. Undefined when it is no such text. */
export function parseXmDomains(text: string): RunningDomain[] | undefined {
  const all = parseSExprs(text);
  if (all === undefined) return undefined;
  return childrenOf(all, 'domain').flatMap((domain) => xmDomain(domain) ?? []);
}

function xmDomain(domain: readonly SExpr[]): RunningDomain | undefined {
  const id = domainId(atomOf(domain, 'domid'));
  if (id === null) return undefined;
  const image = childrenOf(domain, 'image')[0];
  const builder = image?.find((child) => typeof child !== 'string');
  const hvm = typeof builder !== 'string' && builder?.[0] === 'hvm';
  const devices = (...kinds: readonly string[]) =>
    childrenOf(domain, 'device').flatMap((device) => kinds.flatMap((kind) => childrenOf(device, kind)));
  const framebuffer = devices('vfb')[0];
  const name = atomOf(domain, 'name');
  const memory = mebibytes(atomOf(domain, 'memory'));

  const settings = new Map<string, ConfigValue>();
  const set = (setting: string, value: string | undefined) => {
    if (value !== undefined) settings.set(setting, value);
  };
  set('name', name);
  set('uuid', atomOf(domain, 'uuid'));
  settings.set('type', hvm ? 'hvm' : 'pv');
  set('kernel', atomOf(builder, 'kernel'));
  set('ramdisk', atomOf(builder, 'ramdisk'));
  set('cmdline', atomOf(builder, 'args'));
  set('bootloader', atomOf(domain, 'bootloader'));
  set('memory', atomOf(domain, 'memory'));
  set('maxmem', atomOf(domain, 'maxmem'));
  set('vcpus', atomOf(domain, 'online_vcpus') ?? atomOf(domain, 'vcpus'));
  set('maxvcpus', atomOf(domain, 'vcpus'));
  for (const event of ['on_poweroff', 'on_reboot', 'on_crash'] as const) set(event, atomOf(domain, event));
  settings.set('vif', devices('vif').map(vif));
  // blktap's disks are tap devices, with what a vbd has.
  settings.set('disk', devices('vbd', 'tap', 'tap2').map(disk));

  return {
    id,
    name: name ?? null,
    uuid: id === 0 ? null : uuidOf(atomOf(domain, 'uuid')),
    type: image === undefined ? null : hvm ? 'hvm' : 'pv',
    memoryTarget: memory,
    memoryMax: mebibytes(atomOf(domain, 'maxmem')),
    vcpusMax: Number(/^\d{1,5}$/.exec(atomOf(domain, 'vcpus') ?? '')?.[0] ?? 0) || null,
    vnc: atomOf(framebuffer, 'location') ?? null,
    settings,
  };
}

function mebibytes(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? fromKib(Number(text) * 1024) : null;
}

function vif(device: readonly SExpr[]): string {
  const keys = new Map<string, string>();
  for (const key of ['mac', 'bridge', 'script', 'ip', 'model', 'vifname'] as const) {
    const value = atomOf(device, key);
    if (value !== undefined) keys.set(key, value);
  }
  return writeVif(keys);
}

/** `(uname phy:/dev/sdb7) (dev xvda:disk) (mode w)`: the prefix is a backend, and for tap:aio: the format after it. */
function disk(device: readonly SExpr[]): string {
  const [, backend = null, driver, target = ''] =
    /^(?:(phy|file|tap2?):)?(?:(aio|qcow2?|vhd|ram|vmdk):)?(.*)$/s.exec(atomOf(device, 'uname') ?? '') ?? [];
  const [name = '', kind] = (atomOf(device, 'dev') ?? '').split(':');
  return writeDisk({
    device: name,
    target,
    format: driver === undefined || driver === 'aio' ? 'raw' : driver,
    backend: backend === 'phy' ? 'phy' : null,
    writable: /w/.test(atomOf(device, 'mode') ?? ''),
    cdrom: kind === 'cdrom',
    script: null,
    others: [],
  });
}
