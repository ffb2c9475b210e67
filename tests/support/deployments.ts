import type { Deployment } from '../../src/main/xen/deploy/deployment-plan.ts';
import type { Guest, GuestDisk } from '../../src/main/xen/deploy/guest.ts';

/** A small PV guest with one disk, copied from an image. */
export function guest(change: Partial<Guest> = {}): Guest {
  return {
    name: 'web01',
    type: 'pv',
    memory: 128 * 2 ** 20,
    memoryMax: 128 * 2 ** 20,
    vcpus: 1,
    boot: kernelBoot('/srv/xen/guest.vmlinux', '/srv/xen/guest.initrd', 'console=hvc0'),
    disks: [disk()],
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
    ...change,
  };
}

/** A kernel and a ramdisk of which no template says the checksums. */
export function kernelBoot(kernel: string, ramdisk: string | null, commandLine: string) {
  return { kind: 'kernel', kernel, ramdisk, commandLine, kernelChecksum: null, ramdiskChecksum: null } as const;
}

export function disk(change: Partial<GuestDisk> = {}): GuestDisk {
  return {
    device: 'xvda',
    format: 'raw',
    place: { kind: 'file', path: '/srv/xen/web01.img' },
    source: { kind: 'image', image: '/srv/xen/golden.img', method: 'copy', checksum: null },
    size: null,
    grow: false,
    ...change,
  };
}

export function deployment(change: Partial<Deployment> = {}): Deployment {
  return {
    guest: guest(),
    macs: ['00:16:3e:00:00:01'],
    host: { id: 'x', name: 'xen-a' },
    mark: '0123456789abcdef',
    checksums: new Map(),
    totals: new Map(),
    ...change,
  };
}
