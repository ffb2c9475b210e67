import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';
import type { PlannedStep } from './plans.ts';

export type Toolstack = 'xl' | 'xm' | 'xe';
export type DomainType = 'pv' | 'pvh' | 'hvm';

/**
 * `running` (on a CPU or runnable), `idle` (blocked: waits for work), `paused`, `shut-down` (has ended, its remains are still there),
 * `crashed`, `dying`, and `off`: configured on disk, not there. xl(1), "list", has the flags r b p s c d.
 */
export type DomainState = 'running' | 'idle' | 'paused' | 'shut-down' | 'crashed' | 'dying' | 'off';

/** A Xen host apart from its domains. Bytes; times in epoch ms. */
export interface XenHost {
  readonly host: string;
  readonly toolstack: Toolstack;
  /** "4.17.7". */
  readonly version: string;
  readonly capabilities: readonly string[];
  readonly scheduler: string;
  /** Physical CPUs that Xen uses, and how they are laid out. */
  readonly cpus: number;
  readonly threadsPerCore: number;
  readonly coresPerSocket: number;
  readonly numaNodes: number;
  readonly memoryTotal: number;
  readonly memoryFree: number;
  /** Set aside for domains that are being built. */
  readonly memoryClaimed: number;
  /** When the host last answered: how new its figures and those of its domains are. */
  readonly at: number;
  /** Request to answer, ms. */
  readonly tookMs: number;
  /** What stands in the way of newer figures: no permission, xl hangs, xenstored is dead. The rest is then the last that was known. */
  readonly problem?: Problem;
}

export interface Vif {
  readonly mac: string | null;
  readonly bridge: string | null;
  readonly script: string | null;
  readonly model: string | null;
  /** As configured for the vif; what the guest tells is in `DomainDetail`. */
  readonly ip: string | null;
}

export interface Disk {
  /** "xvda". */
  readonly device: string;
  readonly target: string;
  /** "raw", "qcow2", "phy"; null when it is not told. */
  readonly format: string | null;
  /** "qdisk", "phy", …; null for the toolstack's own choice. */
  readonly backend: string | null;
  readonly writable: boolean;
  readonly cdrom: boolean;
}

/** What changes seldom of a domain, asked for every minute and after each step of a plan. */
export interface DomainFacts {
  readonly uuid: string | null;
  /** Null while it is off, or cannot be told. */
  readonly type: DomainType | null;
  /** Dom0, which runs the toolstack: no action is ever possible on it. */
  readonly control: boolean;
  readonly kernel: string | null;
  readonly ramdisk: string | null;
  readonly commandLine: string | null;
  readonly bootloader: string | null;
  /** The balloon target, and the ceiling; bytes. */
  readonly memoryTarget: number;
  readonly memoryMax: number;
  readonly vcpusMax: number;
  readonly startedAt: number | null;
  readonly vifs: readonly Vif[];
  readonly disks: readonly Disk[];
  readonly pci: readonly string[];
  /** `destroy`, `restart`, `preserve`, … as in xl.cfg(5). */
  readonly onPoweroff: string;
  readonly onReboot: string;
  readonly onCrash: string;
  /** VNC of its framebuffer, `127.0.0.1:5900`; null without one. */
  readonly vnc: string | null;
  /** In /etc/xen/auto. */
  readonly autostart: boolean;
  /** The file in /etc/xen that has this name, or null. */
  readonly configFile: string | null;
  /** Which settings differ between that file and what runs: names of xl.cfg(5). */
  readonly differs: readonly string[];
  /** The file is more than settings: Python, as xm reads it. It is shown, not evaluated. */
  readonly configIsProgram: boolean;
}

/** What moves, asked for while somebody looks. Bytes; bytes per second; null before a second sample, or where it cannot be told. */
export interface DomainLoad {
  /** When it was first seen to be so. A load that stands still is not sent again; how new it is, the host's `at` says. */
  readonly at: number;
  /** Null while it is off. */
  readonly id: number | null;
  readonly state: DomainState;
  readonly memory: number;
  readonly vcpus: number;
  /** Of all its virtual CPUs, 0..1. */
  readonly cpuUsed: number | null;
  /** Since it was built, ms of all its virtual CPUs. */
  readonly cpuTimeMs: number;
  /** From the guest's side. */
  readonly receivePerSecond: number | null;
  readonly transmitPerSecond: number | null;
  readonly readPerSecond: number | null;
  readonly writePerSecond: number | null;
}

/** A domain that is there or configured. */
export interface DomainRow {
  /** Unique in the fleet, and the same through reboots: `<host>/<name>`, with `#<id>` behind it where a host has the name twice or not at all. */
  readonly key: string;
  readonly host: string;
  /** As the host tells it: hostile text. `(null)` where it has none. */
  readonly name: string;
  readonly facts: DomainFacts;
  readonly load: DomainLoad;
}

/** First everything, then what changed, at most four times a second. `at` is the console's clock, epoch ms. */
export type XenEvent =
  | { readonly kind: 'snapshot'; readonly at: number; readonly hosts: readonly XenHost[]; readonly domains: readonly DomainRow[] }
  | {
      readonly kind: 'patch';
      readonly at: number;
      readonly hosts?: readonly XenHost[];
      /** Hosts that are no Xen hosts any more, or gone; their domains go with them. */
      readonly hostsGone?: readonly string[];
      readonly added?: readonly DomainRow[];
      readonly facts?: readonly { readonly key: string; readonly facts: DomainFacts }[];
      readonly loads?: readonly { readonly key: string; readonly load: DomainLoad }[];
      readonly gone?: readonly string[];
    };

/** What happened to a domain, newest last, at most 200. */
export interface DomainEvent {
  readonly at: number;
  readonly severity: 'info' | 'warning' | 'critical';
  /** "Started as domain 7", "Crashed", "Paused by somebody else". */
  readonly text: string;
}

/** One point of a domain's history, 15 minutes at most, oldest first. */
export interface DomainSample extends DomainLoad {
  readonly memoryTarget: number;
}

export type DomainDetailEvent =
  | {
      readonly kind: 'snapshot';
      readonly at: number;
      readonly row: DomainRow;
      readonly history: readonly DomainSample[];
      readonly events: readonly DomainEvent[];
    }
  | { readonly kind: 'sample'; readonly sample: DomainSample }
  | { readonly kind: 'facts'; readonly facts: DomainFacts }
  | { readonly kind: 'event'; readonly event: DomainEvent }
  | { readonly kind: 'gone' };

/** A setting that differs, written as in xl.cfg(5). Null where one side does not have it. */
export interface ConfigDifference {
  readonly setting: string;
  readonly disk: string | null;
  readonly running: string | null;
}

/** What is asked of the host when somebody opens the configuration of a domain. */
export interface DomainConfig {
  /** The file, its text and the SHA-256 of its bytes in hex; null when there is none. */
  readonly disk: { readonly path: string; readonly text: string; readonly version: string } | null;
  /** What runs, written as a configuration by Hum; null while it is off. */
  readonly running: string | null;
  readonly differences: readonly ConfigDifference[];
  /** What the guest tells through xenstore: its IP addresses. */
  readonly addresses: readonly string[];
}

/** One complaint about a configuration. Lines and columns count from 1; 0 where only the toolstack complains and does not say where. */
export interface ConfigComplaint {
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** The key of a `DomainRow`. */
export const domainRef = z.object({ host: hostId, key: z.string().min(1).max(2048) });
export type DomainRef = z.infer<typeof domainRef>;

const hostPath = z
  .string()
  .max(1024)
  .regex(/^\/[^\p{Cc}]*$/u, 'A path on the host begins with / and has no control characters.');

/** xl.cfg(5) does not say what a name may be; these need no quoting anywhere, and no command takes them for an id or an option. */
export const domainName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.+-]{0,63}$/, 'A name begins with a letter and has letters, digits, and . _ + - (64 at most).');

export const domainAction = z.discriminatedUnion('action', [
  z.object({ action: z.literal('start') }),
  z.object({ action: z.literal('shutdown') }),
  z.object({ action: z.literal('reboot') }),
  z.object({ action: z.literal('pause') }),
  z.object({ action: z.literal('unpause') }),
  z.object({ action: z.literal('destroy') }),
  /** Into this file, or one named after the domain in /var/lib/xen/save. */
  z.object({ action: z.literal('save'), path: hostPath.nullable() }),
  z.object({ action: z.literal('restore'), path: hostPath.nullable() }),
  /** Bytes. */
  z.object({
    action: z.literal('set-memory'),
    memory: z
      .int()
      .min(4 * 2 ** 20)
      .max(2 ** 44),
  }),
  z.object({ action: z.literal('set-vcpus'), vcpus: z.int().min(1).max(512) }),
  z.object({ action: z.literal('rename'), name: domainName }),
  z.object({ action: z.literal('set-autostart'), on: z.boolean() }),
  z.object({ action: z.literal('migrate'), to: hostId }),
]);
export type DomainAction = z.infer<typeof domainAction>;

const someDomains = z.array(domainRef).min(1).max(1000);

/** What an action would do to one domain, or why it cannot. */
export type DomainPlan =
  | { readonly key: string; readonly kind: 'possible'; readonly title: string; readonly steps: readonly PlannedStep[] }
  | { readonly key: string; readonly kind: 'refused'; readonly problem: Problem };

export interface ActionPreview {
  readonly plans: readonly DomainPlan[];
  /** Stands for exactly these plans: `act` refuses when they would be others by then. */
  readonly digest: string;
}

export const xen = {
  /** While this stream is open and a window is seen, the domains' load is asked for every 5 s. */
  watch: procedure.output(type<AsyncIteratorObject<XenEvent, void, void>>()),
  /** One domain; its host is asked every 2 s meanwhile. Ends after `gone`. */
  watchDomain: procedure.input(domainRef).output(type<AsyncIteratorObject<DomainDetailEvent, void, void>>()),
  /** Asks this host for everything now. */
  refresh: procedure.input(z.object({ host: hostId })).output(type<void>()),
  config: procedure.input(domainRef).output(type<DomainConfig>()),
  preview: procedure.input(z.object({ action: domainAction, domains: someDomains })).output(type<ActionPreview>()),
  /** Starts the possible plans of a preview. `confirmed` is what the person typed, where that is asked for (see `confirmationFor`). */
  act: procedure
    .input(
      z.object({
        action: domainAction,
        domains: someDomains,
        digest: z.string().regex(/^[0-9a-f]{64}$/),
        confirmed: z.string().max(2048).nullable(),
      }),
    )
    .output(type<{ batch: string; plans: readonly string[] }>()),
  /** What the parser, and `xl -N create` on the host, say of a text. */
  checkConfig: procedure
    .input(z.object({ host: hostId, text: z.string().max(262_144) }))
    .output(type<{ complaints: readonly ConfigComplaint[] }>()),
  /** Saves a configuration, the one before kept beside it. `changed`: the file is not the one that was opened; nothing was written. */
  saveConfig: procedure
    .input(z.object({ domain: domainRef, text: z.string().max(262_144), version: z.string().regex(/^[0-9a-f]{64}$/) }))
    .output(type<{ kind: 'started'; plan: string } | { kind: 'changed'; text: string; version: string }>()),
};
