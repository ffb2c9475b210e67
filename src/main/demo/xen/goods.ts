/** A file that is there for VMs to be made from. Bytes. */
export interface Good {
  readonly bytes: number;
  /** What it takes on the disk. */
  readonly allocated: number;
  readonly format: 'raw' | 'qcow2';
}

const mib = 2 ** 20;
const raw = (size: number, taken = size): Good => ({ bytes: size * mib, allocated: taken * mib, format: 'raw' });

/** What each Xen host of the demo has below /srv/xen, by path: all that the templates which ship with Hum ask for. */
export const goods: ReadonlyMap<string, Good> = new Map([
  ['/srv/xen/vmlinuz', raw(8)],
  ['/srv/xen/initrd.img', raw(41)],
  ['/srv/xen/kernels/vmlinuz', raw(8)],
  ['/srv/xen/kernels/initrd.img', raw(41)],
  ['/srv/xen/guest.vmlinux', raw(22)],
  ['/srv/xen/guest.initrd', raw(2)],
  ['/srv/xen/data1.img', raw(64, 5)],
  ['/srv/xen/images/debian-12.raw', raw(2048, 912)],
  ['/srv/xen/images/debian-12-generic-amd64.qcow2', { bytes: 424 * mib, allocated: 424 * mib, format: 'qcow2' }],
  ['/srv/xen/images/linux.raw', raw(1024, 380)],
  ['/srv/xen/iso/install.iso', raw(631)],
]);

/** Folders that are there, the deepest ones. */
export const folders: readonly string[] = ['/srv/xen/images', '/srv/xen/kernels', '/srv/xen/iso', '/etc/xen/auto', '/var/lib/xen', '/dev'];

/** The file system that /srv is, and the only volume group. */
export const mount = '/srv';
export const group = 'vg0';
