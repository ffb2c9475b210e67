import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';

/** A golden image in a folder of images on a host. Bytes; epoch ms. */
export interface GoldenImage {
  readonly host: string;
  /** The folder, as the settings name it. */
  readonly folder: string;
  readonly path: string;
  readonly name: string;
  readonly format: 'raw' | 'qcow2' | 'unknown';
  /** As long as the file is, and what it takes on the disk. */
  readonly bytes: number;
  readonly allocated: number;
  readonly modifiedAt: number;
  /** SHA-256 in hex as noted beside it (`<name>.sha256`), or null. */
  readonly checksum: string | null;
  /** Names of templates that name it, and of VMs whose disk lies on it. */
  readonly usedBy: readonly string[];
}

/** The place of a folder on a network or cluster file system. */
export interface ImageShare {
  /** Made of all that tells places apart: it is the same on each host that has it mounted, as far as these can be believed. */
  readonly id: string;
  /** "NFS". */
  readonly kind: string;
  /** "server:/export/images"; what was invisible in it is shown. */
  readonly place: string;
}

/** A folder of images on a host. `path` as the settings name it. */
export interface ImageFolder {
  readonly host: string;
  readonly path: string;
  /** Whether the host has it; what is uploaded or copied to it makes it. */
  readonly there: boolean;
  /** Null of one on a disk of the host's own, and where that is not known. */
  readonly share: ImageShare | null;
  readonly freeBytes: number | null;
  readonly images: readonly GoldenImage[];
  /** Why the host could not tell what the disks of its VMs lie on: `usedBy` has only those then whose disk has the image's path. */
  readonly usersUnknown?: Problem;
  readonly problem?: Problem;
}

/** A copy, an upload or a verification that is under way, or ended lately. */
export interface ImageTransfer {
  readonly id: string;
  readonly kind: 'upload' | 'copy' | 'verify';
  readonly name: string;
  readonly host: string;
  readonly folder: string;
  /** The host it comes from, of a copy, and the folder there. */
  readonly from: string | null;
  readonly fromFolder: string | null;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** Whether it is being read to tell its checksum, and no longer, or not yet, moved. */
  readonly checking: boolean;
  readonly bytes: number;
  readonly total: number | null;
  /** Bytes per second; null before it is known. */
  readonly rate: number | null;
  /** Of an upload that does not go by SFTP, but through a script of root's: why. */
  readonly notBySftp?: Problem;
  readonly problem?: Problem;
}

/** What an image may be called for Hum to act on it; others are listed. */
export const imageNamePattern = /^(?!.*\.sha256$)\w[\w.+-]{0,199}$/;
const imageName = z.string().regex(imageNamePattern, 'A name of letters, digits and . _ + -');
/** One of those that the settings name. */
const folder = z.string().max(1000);

export const images = {
  /** Every folder of the settings on each of the hosts. One that a host does not have is empty; what goes wrong with one is told in it. */
  list: procedure.input(z.object({ hosts: z.array(hostId).max(1000) })).output(type<readonly ImageFolder[]>()),
  watchTransfers: procedure.output(type<AsyncIteratorObject<readonly ImageTransfer[], void, void>>()),
  /** Reads the image on the host and compares it with its checksum, or notes the checksum where there is none. */
  verify: procedure.input(z.object({ host: hostId, folder, name: imageName })).output(type<{ transfer: string }>()),
  /** To another folder, of another host or the same: directly where the hosts can, else through Hum; resumes where an earlier one was cut. */
  copy: procedure
    .input(z.object({ from: hostId, fromFolder: folder, to: hostId, toFolder: folder, name: imageName }))
    .output(type<{ transfer: string }>()),
  /**
   * Begins an upload, or goes on with one of the same file that was cut: answers from where on the file is to be sent, to `piecePath`. It becomes an image
   * when its SHA-256 on the host is that of what was sent.
   */
  beginUpload: procedure
    .input(
      z.object({
        host: hostId,
        folder,
        name: imageName,
        bytes: z
          .int()
          .min(1)
          .max(2 ** 43),
        /** When the file was last changed, epoch ms: what has arrived of another version is dropped. */
        modifiedAt: z.number().min(0).max(8.64e15),
        /** Another one each time that a person chooses a file: only then it is known to be the same. */
        chosen: z.string().regex(/^[\w-]{20,50}$/),
      }),
    )
    .output(type<{ transfer: string; offset: number }>()),
  /** Nothing more comes of a file that cannot be read; what has arrived stays. */
  leaveUpload: procedure.input(z.object({ transfer: z.uuid() })).output(type<void>()),
  cancel: procedure.input(z.object({ transfer: z.uuid() })).output(type<void>()),
  remove: procedure.input(z.object({ host: hostId, folder, name: imageName })).output(type<void>()),
};
