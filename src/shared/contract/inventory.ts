import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, hostIds, procedure } from './base.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const plainLine = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** A DNS name (RFC 1123), an IPv4 or an IPv6 address without brackets (a zone such as `%eth0` is allowed). Never starts with `-`. */
export const address = z
  .string()
  .trim()
  .min(1, 'An address is needed.')
  .max(253, 'An address has at most 253 characters.')
  .regex(
    /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9_.-]+)?)$/,
    'An address is a host name, an IPv4 or an IPv6 address: letters, digits, dots and hyphens, or hex digits and colons.',
  );

export const port = z.int('A port is a whole number.').min(1, 'A port is 1 to 65535.').max(65_535, 'A port is 1 to 65535.');

export const user = z
  .string()
  .trim()
  .min(1, 'A user is needed.')
  .max(255)
  .regex(/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u, 'A user has no spaces and does not start with a hyphen.');

const label = z.string().trim().min(1).max(64).regex(plainLine, 'No control characters.');
const tag = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\s,\p{Cc}]+$/u, 'A tag has no spaces and no commas.');

/** A path on the console's own machine; `~/` is the person's home. */
const keyFile = z.string().trim().min(1).max(1024).regex(plainLine, 'No control characters.');

export const mostTags = 32;

const hostFields = {
  address,
  port,
  user,
  keyFile: keyFile.nullable(),
  group: label.nullable(),
  tags: z.array(tag).max(mostTags),
};

/** What a person types into "Add a host". `address` may be a ClusterShell-style range: `web[01-20].example.org`, `db[1,3-5]`. */
export const hostDraft = z.object({
  ...hostFields,
  address: z.string().trim().min(1, 'An address is needed.').max(1000).regex(plainLine, 'No control characters.'),
  name: z.string().trim().max(253).regex(plainLine, 'No control characters.').nullable(),
});
export type HostDraft = z.infer<typeof hostDraft>;

const runAs = z.enum(['sudo-n', 'nothing', 'sudo-password', 'doas']);
/** How commands that need root's rights get them, where the account is not root. Absent: `sudo-n`. */
export type RunAs = z.infer<typeof runAs>;

const keepShells = z.enum(['no', 'tmux', 'screen']);
/** What a shell runs in, so that it goes on when the connection is cut and the next one finds it. Absent: `no`. */
export type KeepShells = z.infer<typeof keepShells>;

/** A name of ssh_config(5): what would be typed after `ssh`. */
const sshAlias = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u, 'Not a name for ssh.');

/**
 * One saved host. `keyFile: null` means: the agent, then OpenSSH's default key files. With `sshAlias` the rest of the way to it (jump hosts,
 * known_hosts, algorithms, …) is read from this account's ssh_config for each connection, as `ssh sshAlias` would; what stands here goes before it.
 */
export const inventoryHost = z.object({
  id: hostId,
  name: z.string().trim().min(1).max(253).regex(plainLine, 'No control characters.'),
  ...hostFields,
  enabled: z.boolean(),
  sshAlias: sshAlias.optional(),
  runAs: runAs.optional(),
  keepShells: keepShells.optional(),
  /** Whether shells on it may use this account's agent, as with `ssh -A`. Absent: no. */
  forwardAgent: z.boolean().optional(),
  origin: z.enum(['manual', 'ssh-config', 'import', 'demo']),
});
export type InventoryHost = z.infer<typeof inventoryHost>;

/** What an update may change; what is absent stays. */
export const hostChange = z.object({
  name: inventoryHost.shape.name.optional(),
  address: address.optional(),
  port: port.optional(),
  user: user.optional(),
  keyFile: hostFields.keyFile.optional(),
  group: hostFields.group.optional(),
  tags: hostFields.tags.optional(),
  runAs: runAs.optional(),
  keepShells: keepShells.optional(),
  forwardAgent: inventoryHost.shape.forwardAgent,
});
export type HostChange = z.infer<typeof hostChange>;

/** The file that export writes and import reads. By hand, name, address and user are enough. docs/inventory-file.schema.json is its JSON Schema. */
export const inventoryFile = z.object({
  format: z.literal('hum-inventory'),
  version: z.literal(1),
  hosts: z
    .array(
      inventoryHost.omit({ id: true, origin: true }).extend({
        port: port.default(22),
        keyFile: hostFields.keyFile.default(null),
        group: hostFields.group.default(null),
        tags: hostFields.tags.default([]),
        enabled: z.boolean().default(true),
      }),
    )
    .max(10_000),
});
export type InventoryFile = z.infer<typeof inventoryFile>;

/** One error of an import file. `line` and `column` count from 1 and point into the text that was given. */
export interface ImportError {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

export type ImportResult =
  | { readonly kind: 'imported'; readonly added: number; readonly skipped: readonly string[] }
  | { readonly kind: 'refused'; readonly errors: readonly ImportError[] };

/** A concrete host that `~/.ssh/config` names. */
export interface SshConfigCandidate {
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string | null;
  /** The file that it was read from. */
  readonly file: string;
  /** A host with the same address, port and user is in the inventory already. */
  readonly known: boolean;
  /** Directives that Hum does not follow yet, such as `ProxyJump`. */
  readonly unsupported: readonly string[];
}

export interface SshConfigScan {
  readonly file: string;
  readonly candidates: readonly SshConfigCandidate[];
  /** Patterns with wildcards or negation: no host by themselves. */
  readonly wildcards: readonly string[];
  /** Files that could not be read or parsed; the rest was. */
  readonly problems: readonly Problem[];
}

export const testStages = ['resolve', 'connect', 'handshake', 'host-key', 'login', 'shell', 'sample'] as const;
export type TestStage = (typeof testStages)[number];

/** One step of "Test connection", in the order of `testStages`. `note` says what was found ("10.0.0.7", "SHA256:…", "Debian 12, 15.6 GiB"). */
export interface TestStep {
  readonly stage: TestStage;
  readonly outcome: 'done' | 'failed' | 'skipped';
  readonly tookMs: number;
  readonly note: string;
  readonly problem?: Problem;
}

/** What this account's ssh_config says of a host that came from there, beyond what the inventory has. */
export interface SshConfigView {
  readonly alias: string;
  /** What is followed: `["ProxyJump", "bastion:22"]`. */
  readonly followed: readonly (readonly [name: string, value: string])[];
  /** What changes the way of `ssh` and is not followed. */
  readonly unsupported: readonly string[];
  /** Commands of `Match exec`: each is run only when the person has allowed it. */
  readonly commands: readonly { readonly command: string; readonly allowed: boolean }[];
  /** Files that could not be read; the rest was. */
  readonly problems: readonly Problem[];
}

/** `removed` is what "Undo" gives back. */
export interface Removal {
  readonly undo: string;
  readonly count: number;
}

export const inventory = {
  /** Adds one host, or one for each name of a range. Refused (`conflict`) when an equal user, address and port is there already. */
  add: procedure.input(hostDraft).output(type<{ ids: string[] }>()),
  update: procedure.input(z.object({ ids: hostIds, change: hostChange })).output(type<void>()),
  /** Adds and removes tags, leaving the others of each host. */
  retag: procedure
    .input(z.object({ ids: hostIds, add: z.array(tag).max(mostTags), remove: z.array(tag).max(mostTags) }))
    .output(type<void>()),
  duplicate: procedure.input(z.object({ id: hostId })).output(type<{ id: string }>()),
  remove: procedure.input(z.object({ ids: hostIds })).output(type<Removal>()),
  restore: procedure.input(z.object({ undo: z.string().max(64) })).output(type<{ count: number }>()),
  setEnabled: procedure.input(z.object({ ids: hostIds, enabled: z.boolean() })).output(type<void>()),
  /** How many hosts a typed address stands for, and the first few; `problem` when it is no address. For the form's live preview. */
  preview: procedure
    .input(z.object({ address: z.string().max(1000) }))
    .output(type<{ count: number; first: readonly string[]; problem?: Problem }>()),
  /** Walks the way to a host and reports each step as it ends. Nothing is saved, no host key is stored. */
  test: procedure.input(hostDraft).output(type<AsyncIteratorObject<TestStep, void, void>>()),
  scanSshConfig: procedure.output(type<SshConfigScan>()),
  importSshConfig: procedure
    .input(z.object({ aliases: z.array(z.string().max(1000)).min(1).max(10_000) }))
    .output(type<{ ids: string[] }>()),
  /** Null for a host that did not come from ssh_config. */
  sshConfigOf: procedure.input(z.object({ id: hostId })).output(type<SshConfigView | null>()),
  /** Allows a command of `Match exec` to be run on this machine, or no more. */
  allowCommand: procedure.input(z.object({ command: z.string().min(1).max(10_000), allowed: z.boolean() })).output(type<void>()),
  /** The inventory as the text of an `inventoryFile`. */
  exportFile: procedure.output(type<{ text: string; fileName: string }>()),
  /** All or nothing: one error, and nothing is changed. Hosts that are there already are skipped and named. */
  importFile: procedure.input(z.object({ text: z.string().max(8 * 1024 * 1024) })).output(type<ImportResult>()),
};
