import type { MacRange } from './macs.ts';

/**
 * A VM that is to be: a template with every parameter filled in. Bytes. Texts are data: nothing in them has been quoted for a
 * configuration or a shell yet, and nothing in them may be trusted.
 */
export interface Guest {
  readonly name: string;
  readonly type: 'pv' | 'pvh' | 'hvm';
  readonly memory: number;
  /** The ceiling of the balloon; `memory` where there is none. */
  readonly memoryMax: number;
  readonly vcpus: number;
  readonly boot:
    | {
        readonly kind: 'kernel';
        readonly kernel: string;
        readonly ramdisk: string | null;
        readonly commandLine: string;
        /** SHA-256, hex; null: the one noted beside the file, if there is one. */
        readonly kernelChecksum: string | null;
        readonly ramdiskChecksum: string | null;
      }
    /** `pygrub`, `pvgrub32`, `pvgrub64`, or a path. */
    | { readonly kind: 'bootloader'; readonly program: string }
    | { readonly kind: 'firmware'; readonly firmware: 'bios' | 'uefi' };
  readonly disks: readonly GuestDisk[];
  /** Images that are there already and that it only reads, such as an installation medium: never copied, never removed. */
  readonly media?: readonly GuestMedium[];
  readonly vifs: readonly GuestVif[];
  readonly cloudInit: CloudInit | null;
  /** `serial` = the text console, `vnc` = a framebuffer on 127.0.0.1. */
  readonly console: 'serial' | 'vnc';
  readonly onPoweroff: string;
  readonly onReboot: string;
  readonly onCrash: string;
  /** Lines of xl.cfg(5) that pass through as they are. */
  readonly extra: string;
  readonly selinux: { readonly booleans: readonly string[]; readonly whenAbsent: 'note' | 'error' };
  readonly autostart: boolean;
  readonly tags: readonly string[];
  /** When the deployment counts as done; the VM has been running for `stableS` seconds in any case. */
  readonly ready: 'running' | 'ping' | 'ssh' | 'cloud-init';
  readonly stableS: number;
}

export interface GuestDisk {
  /** "xvda". */
  readonly device: string;
  readonly format: 'raw' | 'qcow2';
  readonly place:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'volume'; readonly group: string; readonly volume: string };
  readonly source:
    | { readonly kind: 'empty' }
    /** `reflink` falls back to a sparse copy where the file system cannot; `overlay` is a qcow2 on the image; `snapshot` one of LVM, of a volume in the same group. */
    | {
        readonly kind: 'image';
        /** An absolute path on the host, or `group/volume` for a snapshot. */
        readonly image: string;
        readonly method: 'copy' | 'reflink' | 'overlay' | 'snapshot';
        /** SHA-256, hex; null: the one noted beside the image, if there is one. */
        readonly checksum: string | null;
      };
  /** Null: as large as the image. */
  readonly size: number | null;
  /** Grow the file system in it to the new size, after the copy. */
  readonly grow: boolean;
}

export interface GuestMedium {
  /** "hdc", "xvdb". */
  readonly device: string;
  /** An absolute path on the host. */
  readonly path: string;
}

export interface GuestVif {
  readonly bridge: string;
  /** Null: one is generated when it is deployed. */
  readonly mac: string | null;
  /** What it is generated from; all of Xen's own where it is left out. */
  readonly macs?: MacRange;
  readonly ip:
    | { readonly kind: 'none' }
    | { readonly kind: 'dhcp' }
    | {
        readonly kind: 'static';
        readonly address: string;
        /** The last one that a VM may be given in its stead; that of the network where it is left out. */
        readonly last?: string;
        readonly prefix: number;
        readonly gateway: string | null;
        readonly dns: readonly string[];
      };
}

/** NoCloud: a seed disk with the label CIDATA. */
export interface CloudInit {
  readonly device: string;
  /** The file on the host. */
  readonly path: string;
  readonly hostname: string;
  readonly user: string | null;
  readonly keys: readonly string[];
  readonly packages: readonly string[];
  /** More of a #cloud-config document, merged in. */
  readonly userData: string;
}
