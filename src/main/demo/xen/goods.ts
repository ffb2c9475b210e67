import { createHash } from 'node:crypto';

/** A file that VMs are made from. Bytes; `sum` is its SHA-256 in hex, `modifiedAt` in seconds since 1970. */
export interface Good {
  readonly bytes: number;
  /** What it takes on the disk. */
  readonly allocated: number;
  readonly format: 'raw' | 'qcow2';
  readonly sum: string;
  readonly modifiedAt: number;
}

const mib = 2 ** 20;
const raw = (size: number, taken = size) => [size, taken, 'raw'] as const;

/** What each Xen host of the demo has below /srv/xen, in MiB: all that the templates which ship with Hum ask for. */
const sizes = {
  '/srv/xen/vmlinuz': raw(8),
  '/srv/xen/initrd.img': raw(41),
  '/srv/xen/kernels/vmlinuz': raw(8),
  '/srv/xen/kernels/initrd.img': raw(41),
  '/srv/xen/guest.vmlinux': raw(22),
  '/srv/xen/guest.initrd': raw(2),
  '/srv/xen/data1.img': raw(64, 5),
  '/srv/xen/images/debian-12.raw': raw(2048, 912),
  '/srv/xen/images/debian-12-generic-amd64.qcow2': [424, 424, 'qcow2'],
  '/srv/xen/images/linux.raw': raw(1024, 380),
  '/srv/xen/iso/install.iso': raw(631),
} as const;

type Size = readonly [size: number, taken: number, format: Good['format']];

function byPath(all: Readonly<Record<string, Size>>): ReadonlyMap<string, Good> {
  return new Map(
    Object.entries(all).map(([path, [size, taken, format]]) => {
      const sum = createHash('sha256').update(path).digest('hex');
      return [path, { bytes: size * mib, allocated: taken * mib, format, sum, modifiedAt: 1_760_000_000 }];
    }),
  );
}

/** The same, by path. */
export const goods = byPath(sizes);

/** Whoever brought these noted their checksums beside them. */
export const goodsNoted: ReadonlySet<string> = new Set(['/srv/xen/guest.vmlinux', '/srv/xen/images/debian-12-generic-amd64.qcow2']);

/** Where some of the hosts have mounted a folder of images of one server, by NFS. */
export const sharedFolder = '/mnt/images';
export const sharedSource = 'nas.example.org:/export/images';

/** What is in it. */
export const sharedGoods = byPath({
  '/mnt/images/debian-13-generic-amd64.qcow2': [433, 433, 'qcow2'],
  '/mnt/images/rocky-9.raw': raw(4096, 1210),
});

export const sharedNoted: ReadonlySet<string> = new Set(['/mnt/images/debian-13-generic-amd64.qcow2']);

/** Folders that are there, the deepest ones. */
export const folders: readonly string[] = ['/srv/xen/images', '/srv/xen/kernels', '/srv/xen/iso', '/etc/xen/auto', '/var/lib/xen', '/dev'];

/** The file system that /srv is, and the only volume group. */
export const mount = '/srv';
export const group = 'vg0';
