import type { Guest, GuestDisk } from '../../src/main/xen/deploy/guest.ts';
import type { Finding, HostLook } from '../../src/main/xen/deploy/look.ts';
import type { PlacementHost } from '../../src/main/xen/deploy/placement.ts';
import { kernelBoot } from './deployments.ts';

const mib = 2 ** 20;
const gib = 2 ** 30;

/** A PV guest with a disk copied from an image, on xenbr0; tests say what is different. */
export function guest(other: Partial<Guest> = {}): Guest {
  const name = other.name ?? 'web01';
  return {
    name,
    type: 'pv',
    memory: 512 * mib,
    memoryMax: 512 * mib,
    vcpus: 1,
    boot: kernelBoot('/srv/xen/vmlinuz', null, 'console=hvc0'),
    disks: [copied(`/srv/xen/${name}.img`)],
    vifs: [{ bridge: 'xenbr0', mac: null, ip: { kind: 'dhcp' } }],
    cloudInit: null,
    console: 'serial',
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: 'destroy',
    extra: '',
    selinux: { booleans: [], whenAbsent: 'note' },
    autostart: false,
    tags: [],
    ready: 'running',
    stableS: 1,
    ...other,
  };
}

export function copied(path: string, image = '/srv/xen/base.img'): GuestDisk {
  const source = { kind: 'image', image, method: 'copy', checksum: null } as const;
  return { device: 'xvda', format: 'raw', place: { kind: 'file', path }, source, size: null, grow: false };
}

/** A host with 8 GiB free that nobody has looked at. */
export function placementHost(id: string, other: Partial<PlacementHost> = {}): PlacementHost {
  return {
    id,
    name: `name of ${id}`,
    trouble: null,
    toolstack: 'xl',
    version: '4.17.7',
    capabilities: ['xen-3.0-x86_64', 'hvm-3.0-x86_64'],
    memoryTotal: 16 * gib,
    memoryFree: 8 * gib,
    load: 0,
    vms: [],
    look: null,
    ...other,
  };
}

/** A look that has found everything that `guest()` needs, with 20 GiB on the disk; tests say what is different. */
export function lookAtAll(other: Readonly<Record<string, Finding>> = {}, more: Partial<HostLook> = {}): HostLook {
  const found: Readonly<Record<string, Finding>> = {
    'bridge=xenbr0': { kind: 'bridge' },
    'folder=/srv/xen': { kind: 'free', bytes: 20 * gib, writable: true, mount: '/srv' },
    'file=/srv/xen/vmlinuz': { kind: 'file', bytes: 6 * mib, allocated: 6 * mib, format: 'raw', holds: 6 * mib, checksum: null },
    'sum=/srv/xen/vmlinuz': { kind: 'sum', checksum: '0'.repeat(64) },
    'file=/srv/xen/base.img': { kind: 'file', bytes: 2 * gib, allocated: gib, format: 'raw', holds: 2 * gib, checksum: null },
    'target=/etc/xen/web01.cfg': { kind: 'absent' },
    'target=/srv/xen/web01.img': { kind: 'absent' },
    'claim=web01': { kind: 'absent' },
    'program=qemu-img': { kind: 'there' },
    ...other,
  };
  return {
    at: 1000,
    since: 1000,
    clockAheadMs: 0,
    memoryFree: 8 * gib,
    selinux: 'off',
    autostart: true,
    findings: new Map(Object.entries(found)),
    ...more,
  };
}
