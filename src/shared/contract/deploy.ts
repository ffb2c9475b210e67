import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';
import type { HostKeyView } from './fleet.ts';
import { hostDraft } from './inventory.ts';
import { type PlannedStep, planId } from './plans.ts';
import { templateId } from './templates.ts';
import { type DomainRef, domainRef } from './xen.ts';

/** What is to be deployed. Values of parameters are as a person writes them; those left out take their defaults. */
export const deployRequest = z.object({
  template: templateId,
  values: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), z.string().max(16_384)),
  /** Names, ClusterShell-style: `web01`, `web[01-10]`; 200 VMs at most. */
  names: z.string().min(1).max(4096),
  /** An inventory id, or the best host for each VM. */
  host: z.union([z.literal('best'), hostId]),
  /** MiB etc. are given in bytes: Xen memory that placement leaves free on each host. */
  headroom: z
    .int()
    .min(0)
    .max(2 ** 44)
    .default(256 * 2 ** 20),
  /** When one of several fails: the good ones stay, or all are taken back. */
  partial: z.enum(['keep', 'all-or-none']).default('keep'),
  /** How many are built side by side on one host. With `all-or-none` it is one after the other. */
  atOnce: z.int().min(1).max(8).default(2),
});
export type DeployRequest = z.infer<typeof deployRequest>;

export type CheckState = 'running' | 'ok' | 'note' | 'failed';

/** One thing that is looked at before anything is touched. */
export interface DeployCheck {
  /** `name`, `mac`, `bridge`, `memory`, `disk-space`, `image`, `kernel`, `program`, `type`, `ip`, `config`, `selinux`, `autostart`, `clock`, `parameters`: unique with `vm`. */
  readonly id: string;
  /** The name of the VM that it is about; null for one about the whole. */
  readonly vm: string | null;
  /** "The name web01 is free on every host". */
  readonly title: string;
  readonly state: CheckState;
  /** What was found, and for one that failed what to do; empty while it runs. */
  readonly detail: string;
}

/** Whether one host could take one more VM of this kind. */
export interface HostFit {
  readonly host: string;
  readonly fits: boolean;
  /** Highest first is best; 0..1. */
  readonly score: number;
  /** "3.2 GiB left after it", "no: 1.2 GiB short", "no bridge xenbr0". */
  readonly reasons: readonly string[];
}

/** One VM, resolved. */
export interface DeployVm {
  readonly name: string;
  /** The inventory id; null where no host fits. */
  readonly host: string | null;
  readonly macs: readonly string[];
  readonly ip: string | null;
  /** The rendered configuration, as it is written to `/etc/xen/NAME.cfg`. */
  readonly configuration: string;
  /** Stands for the files of its cloud-init seed (`seed`); null without cloud-init, or before there is a host for it. */
  readonly seed: string | null;
  readonly steps: readonly PlannedStep[];
}

export interface SeedFile {
  /** `user-data`, `network-config`, `meta-data`. */
  readonly name: string;
  readonly text: string;
}

export interface FieldError {
  /** The name of a parameter, or `names`, `host`. */
  readonly field: string;
  readonly message: string;
}

/**
 * The preview as it comes to be: `draft` at once, and anew whenever what is known of the fleet changes it; then each check as its state
 * changes; `ready` when all have ended and none failed. `digest` stands for exactly these VMs: `start` refuses others.
 */
export type DeployPreviewEvent =
  | {
      readonly kind: 'draft';
      readonly errors: readonly FieldError[];
      readonly vms: readonly DeployVm[];
      readonly hosts: readonly HostFit[];
      readonly checks: readonly DeployCheck[];
    }
  | { readonly kind: 'check'; readonly check: DeployCheck }
  | { readonly kind: 'ready'; readonly digest: string }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A disk of a VM that is to be removed. */
export interface RemovalDisk {
  /** The file, or the device of a volume. */
  readonly path: string;
  readonly kind: 'file' | 'volume' | 'other';
  /** Null where it cannot be told. */
  readonly bytes: number | null;
  /** The names of other configurations and domains that use it: it is not offered then. */
  readonly sharedWith: readonly string[];
  /** It is labelled as a seed of cloud-init, and may be that of several VMs. */
  readonly seed: boolean;
}

export interface RemovalPreview {
  readonly disks: readonly RemovalDisk[];
  /** What else belongs to it: configuration, autostart link, cloud-init seed. */
  readonly files: readonly string[];
  readonly steps: readonly PlannedStep[];
  readonly digest: string;
}

export const removalRequest = z.object({
  domain: domainRef,
  /** Paths of the disks to remove, ticked by hand. */
  disks: z.array(z.string().max(1024)).max(64),
  /** Days in the trash folder on the host; 0 removes at once. */
  keepDays: z.int().min(0).max(365).default(7),
});

/** One of the VMs that a plan has deployed. */
export interface DeployedVm extends DomainRef {
  readonly name: string;
}

/** A VM that was deployed: where it answers, who is likely to get in, and the host keys that it has printed to its console, if any. */
export interface DeployedGuest {
  readonly name: string;
  readonly address: string;
  /** The account that cloud-init was to make, else root. */
  readonly user: string;
  readonly hostKeys: readonly HostKeyView[];
}

export const deploy = {
  /** Ends when the caller leaves. What it allocates (names, MACs, addresses) is held as long. */
  preview: procedure.input(deployRequest).output(type<AsyncIteratorObject<DeployPreviewEvent, void, void>>()),
  /** What cloud-init will be told in a VM of the preview that this window has open. They may be long, and are not part of it for that. */
  seed: procedure.input(z.object({ vm: z.string().min(1).max(64) })).output(type<readonly SeedFile[]>()),
  /** Checks once more what can change, then starts a plan for each VM. */
  start: procedure
    .input(deployRequest.extend({ digest: z.string().regex(/^[0-9a-f]{64}$/) }))
    .output(type<{ batch: string; plans: readonly string[] }>()),
  /** The VMs of a plan that is done: several where it was to make all of them or none. */
  deployed: procedure.input(z.object({ plan: planId })).output(type<readonly DeployedVm[]>()),
  /** One of them. */
  guest: procedure.input(z.object({ plan: planId, vm: domainRef })).output(type<DeployedGuest>()),
  /**
   * Saves it as a host, with the keys of its console as those that are known: nothing is trusted that it has not said itself. Where the same
   * user, address and port are a host already, that one is meant, and `added` is false.
   */
  addToFleet: procedure
    .input(z.object({ plan: planId, vm: domainRef, name: hostDraft.shape.name, user: hostDraft.shape.user }))
    .output(type<{ id: string; added: boolean }>()),
  previewRemoval: procedure.input(removalRequest).output(type<RemovalPreview>()),
  /** `confirmed`: the name of the VM, typed. */
  remove: procedure
    .input(removalRequest.extend({ digest: z.string().regex(/^[0-9a-f]{64}$/), confirmed: z.string().max(2048) }))
    .output(type<{ plan: string }>()),
};
