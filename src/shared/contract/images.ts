import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';

/** A golden image in the image folder of a host. Bytes; epoch ms. */
export interface GoldenImage {
  readonly host: string;
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

export interface ImageFolder {
  readonly host: string;
  readonly path: string;
  readonly freeBytes: number | null;
  readonly images: readonly GoldenImage[];
  readonly problem?: Problem;
}

/** A copy, an upload or a verification that is under way, or ended lately. */
export interface ImageTransfer {
  readonly id: string;
  readonly kind: 'upload' | 'copy' | 'verify';
  readonly name: string;
  readonly host: string;
  /** The host it comes from, of a copy. */
  readonly from: string | null;
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

export const images = {
  list: procedure.input(z.object({ hosts: z.array(hostId).max(1000) })).output(type<readonly ImageFolder[]>()),
  watchTransfers: procedure.output(type<AsyncIteratorObject<readonly ImageTransfer[], void, void>>()),
  /** Reads the image on the host and compares it with its checksum, or notes the checksum where there is none. */
  verify: procedure.input(z.object({ host: hostId, name: imageName })).output(type<{ transfer: string }>()),
  /** From host to host directly where they can, else through Hum; resumes where an earlier one was cut. */
  copy: procedure.input(z.object({ from: hostId, to: hostId, name: imageName })).output(type<{ transfer: string }>()),
  /**
   * Begins an upload, or goes on with one of the same file that was cut: answers from where on the file is to be sent, to `piecePath`. It becomes an image
   * when its SHA-256 on the host is that of what was sent.
   */
  beginUpload: procedure
    .input(
      z.object({
        host: hostId,
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
  remove: procedure.input(z.object({ host: hostId, name: imageName })).output(type<void>()),
};
