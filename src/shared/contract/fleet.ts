import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import type { HostState } from '../host-states.ts';
import { hostId, hostIds, procedure } from './base.ts';
import type { InventoryHost } from './inventory.ts';
import type { Toolstack } from './xen.ts';

export type { HostState };

/** A host key as OpenSSH shows it: its type (`ssh-ed25519`) and `SHA256:…` fingerprint. */
export interface HostKeyView {
  readonly type: string;
  readonly fingerprint: string;
}

/** A key that waits for a decision. */
export interface OfferedKeyView extends HostKeyView {
  /** OpenSSH's randomart, 11 lines. */
  readonly art: string;
  /** `address:port` of the jump host that offers it, where it is not the host itself. */
  readonly of?: string;
}

/** A key in known_hosts. */
export interface KnownKeyView extends HostKeyView {
  /** `file:line`, from 1. */
  readonly where: string;
  /** The whole line. Hostile text: people paste into known_hosts. */
  readonly line: string;
  /** When Hum saw it first, epoch ms; null when it never did. */
  readonly firstSeen: number | null;
}

export interface HostStatus {
  readonly state: HostState;
  /** When this state began, epoch ms. */
  readonly since: number;
  readonly problem?: Problem;
  /** When the next attempt is due, epoch ms. */
  readonly retryAt?: number;
  /** The key that the host offered, for `host-key-unknown` and `host-key-changed`. */
  readonly offeredKey?: OfferedKeyView;
  /** What known_hosts has for it, for `host-key-changed`. */
  readonly knownKeys?: readonly KnownKeyView[];
}

/** The newest figures of a host. Bytes, ratios 0..1, times in epoch ms. */
export interface HostLive {
  /** When the answer arrived, by the console's clock. */
  readonly sampledAt: number;
  /** Request to answer, ms. */
  readonly tookMs: number;
  /** How often the host is asked now, ms. */
  readonly intervalMs: number;
  readonly memoryTotal: number;
  /** `MemTotal - MemAvailable`. */
  readonly memoryUsed: number;
  /** True on kernels before 3.14, whose MemAvailable is approximated. */
  readonly memoryApproximate: boolean;
  readonly swapTotal: number;
  readonly swapUsed: number;
  /** PSI `some avg10` and `full avg10` of memory as ratios; null where the kernel has no PSI. */
  readonly pressureSome: number | null;
  readonly pressureFull: number | null;
  readonly load1: number;
  /** At least 1: estimated from the CPU counters until the host's facts have come, with the second sample of a connection. */
  readonly cores: number;
  /** Ratio of all CPUs busy since the sample before; null on the first. */
  readonly cpuUsed: number | null;
  readonly uptimeMs: number;
  /** `oom_kill` of /proc/vmstat since boot; null before kernel 4.13. */
  readonly oomKills: number | null;
}

/** A row of the overview. */
export interface HostRow {
  readonly host: InventoryHost;
  readonly status: HostStatus;
  /** Kept when the host goes away: a stale value is shown as stale, not taken away. Null before the first sample. */
  readonly live: HostLive | null;
  /** Used memory as ratio, a point each `trendStepMs`, oldest first, null for a gap. See shared/trend.ts. */
  readonly trend: readonly (number | null)[];
  /** The distribution's name, when known. */
  readonly system: string | null;
}

/** The parts of a row that changed. The renderer appends `live` to the row's trend itself. */
export interface HostRowPatch {
  readonly id: string;
  readonly host?: InventoryHost;
  readonly status?: HostStatus;
  readonly live?: HostLive;
  readonly system?: string;
}

export interface DemoState {
  readonly running: boolean;
  readonly hosts: number;
}

/** Many hosts lost at once, as one event: they keep their last figures. */
export interface Outage {
  /** Epoch ms. */
  readonly since: number;
  readonly hosts: number;
  readonly cause: 'network' | 'jump-host' | 'unknown';
  readonly message: string;
  readonly hint: string;
}

/** First the whole fleet, then what changed, at most four times a second. `at` is the console's clock, epoch ms. */
export type FleetEvent =
  | {
      readonly kind: 'snapshot';
      readonly at: number;
      readonly rows: readonly HostRow[];
      readonly demo: DemoState;
      /** While there is one. */
      readonly outage?: Outage;
    }
  | {
      readonly kind: 'patch';
      readonly at: number;
      /** Whole rows that are new. */
      readonly added?: readonly HostRow[];
      readonly changed?: readonly HostRowPatch[];
      readonly removed?: readonly string[];
      readonly demo?: DemoState;
      /** Null when it is over. */
      readonly outage?: Outage | null;
    };

/**
 * The columns of a host's history. Bytes; ratios 0..1; `…PerSecond` in bytes per second; load as the kernel prints it. Pressure is that of ten
 * seconds (avg10), `…Minute` that of a minute (avg60). `diskFullest` is the fullest file system, as of the last minute or so; `retransmitted`
 * the share of the TCP segments that the host sent which it had sent before.
 */
export const seriesNames = [
  'memoryTotal',
  'memoryUsed',
  'memoryApps',
  'memoryCache',
  'memoryBuffers',
  'memorySlab',
  'memoryHugePages',
  'memoryFree',
  'swapTotal',
  'swapUsed',
  'swapInPerSecond',
  'swapOutPerSecond',
  'pressureMemorySome',
  'pressureMemoryFull',
  'pressureCpuSome',
  'pressureIoSome',
  'pressureIoFull',
  'load1',
  'load5',
  'load15',
  'cpuUser',
  'cpuSystem',
  'cpuIowait',
  'cpuSteal',
  'networkReceivePerSecond',
  'networkTransmitPerSecond',
  'pressureMemorySomeMinute',
  'pressureMemoryFullMinute',
  'diskFullest',
  'retransmitted',
] as const;
export type SeriesName = (typeof seriesNames)[number];

/** One sample: its time (epoch ms) and a value for each of `seriesNames`, null where the host has no such figure. */
export interface HostSample {
  readonly at: number;
  readonly values: readonly (number | null)[];
}

export interface HostFacts {
  readonly hostName: string;
  readonly kernel: string;
  readonly distribution: string;
  readonly architecture: string;
  readonly cores: number;
  readonly bootId: string;
  /** The toolstack of a Xen host, if Hum is logged in to its dom0; null on any other host. */
  readonly toolstack: Toolstack | null;
  readonly bootedAt: number;
}

/** What happened to a host, newest last, at most 200. */
export interface HostEvent {
  readonly at: number;
  readonly severity: 'info' | 'warning' | 'critical';
  /** A plain sentence: "Connected", "3 processes were killed by the OOM killer", "Rebooted". */
  readonly text: string;
}

/** A file system on a disk of the host. Bytes. Names are hostile text. */
export interface FileSystem {
  readonly mount: string;
  readonly device: string;
  /** As the kernel calls it: `ext4`, `xfs`. */
  readonly type: string;
  readonly size: number;
  readonly used: number;
  /** What an ordinary account can still write: what is set aside for root is neither used nor available. */
  readonly available: number;
  /** Null where the file system makes them as they are needed. */
  readonly inodes: { readonly total: number; readonly used: number } | null;
  /** How full it is, 0..1: of its room as df counts it, used of used and available, or of its inodes, whichever is worse. */
  readonly full: number;
  readonly fullOf: 'space' | 'inodes';
  readonly readOnly: boolean;
}

/** The file systems of a host, the fullest first, at most 40. */
export interface HostDisks {
  /** Epoch ms, by the console's clock. */
  readonly at: number;
  readonly fileSystems: readonly FileSystem[];
  /** Why there are none though there could be: a sentence; null when all is well. */
  readonly problem: string | null;
}

/** An interface of the host that had errors or drops within the last minute: packets a second, on its way in and out. The name is hostile text. */
export interface InterfaceTrouble {
  readonly name: string;
  readonly receiveErrors: number;
  readonly receiveDrops: number;
  readonly transmitErrors: number;
  readonly transmitDrops: number;
}

/** The interfaces that had any, the worst first, at most eight. They are read while somebody looks at the host, or it sends much again. */
export interface HostInterfaces {
  /** Epoch ms, by the console's clock. */
  readonly at: number;
  readonly troubles: readonly InterfaceTrouble[];
}

export interface ProcessRow {
  readonly pid: number;
  readonly user: string;
  readonly command: string;
  readonly residentBytes: number;
}

export type HostDetailEvent =
  | {
      readonly kind: 'snapshot';
      readonly at: number;
      readonly row: HostRow;
      /** Oldest first, 15 minutes at most. */
      readonly history: readonly HostSample[];
      readonly facts: HostFacts | null;
      /** Null until they were read, a few seconds after Hum has connected. */
      readonly disks: HostDisks | null;
      /** Null until they were read twice. */
      readonly interfaces: HostInterfaces | null;
      readonly events: readonly HostEvent[];
    }
  | { readonly kind: 'sample'; readonly at: number; readonly sample: HostSample }
  | { readonly kind: 'row'; readonly at: number; readonly patch: HostRowPatch }
  | { readonly kind: 'facts'; readonly at: number; readonly facts: HostFacts }
  /** Every ten seconds while this stream is open. */
  | { readonly kind: 'disks'; readonly at: number; readonly disks: HostDisks }
  /** When it differs from what was told before. */
  | { readonly kind: 'interfaces'; readonly at: number; readonly interfaces: HostInterfaces }
  | { readonly kind: 'event'; readonly at: number; readonly event: HostEvent }
  | { readonly kind: 'removed'; readonly at: number };

export const fleet = {
  watch: procedure.output(type<AsyncIteratorObject<FleetEvent, void, void>>()),
  /** While this stream is open the host is sampled every second. Ends after `removed`. */
  watchHost: procedure.input(z.object({ id: hostId })).output(type<AsyncIteratorObject<HostDetailEvent, void, void>>()),
  /** The ten processes with the largest resident memory, now. */
  processes: procedure.input(z.object({ id: hostId })).output(type<{ at: number; processes: readonly ProcessRow[] }>()),
  /** Tries now instead of at `retryAt`. */
  reconnect: procedure.input(z.object({ ids: hostIds })).output(type<void>()),
  /**
   * Stores the key that the host offers, if it still has this fingerprint, and connects; with `once`, it is known until Hum ends and not stored.
   * Refused for a changed or revoked key.
   */
  trustHostKeys: procedure
    .input(
      z.object({
        keys: z
          .array(z.object({ id: hostId, fingerprint: z.string().max(128) }))
          .min(1)
          .max(10_000),
        once: z.boolean().default(false),
      }),
    )
    .output(type<{ trusted: number; refused: readonly Problem[] }>()),
  /** Which of the offered keys a text vouches for: fingerprints (`SHA256:…`, `ssh-keygen -l`) or lines of known_hosts (`ssh-keyscan`). Ids of hosts. */
  compareHostKeys: procedure
    .input(z.object({ ids: hostIds, text: z.string().max(8 * 1024 * 1024) }))
    .output(type<{ listed: readonly string[]; contradicted: readonly string[] }>()),
  /**
   * Takes the lines out of known_hosts that name another key than the host offers now, and tries again; the new key is then unknown. `name` is the
   * host's, typed by the person. @throws `not-confirmed`, `conflict`, `known-hosts-unwritable`
   */
  forgetHostKeys: procedure.input(z.object({ id: hostId, name: z.string().max(253) })).output(type<void>()),
  /** Tells that this window is hidden or seen again: while every window is hidden the fleet is sampled every 15 s. */
  setVisible: procedure.input(z.object({ visible: z.boolean() })).output(type<void>()),
};
