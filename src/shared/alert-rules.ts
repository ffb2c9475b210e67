import { formatBytes, formatRate, formatRatio } from './units.ts';

/** What a rule's figure is counted in: a ratio 0..1, bytes, bytes per second, a plain count, load per core, minutes. */
export type RuleUnit = 'ratio' | 'bytes' | 'rate' | 'count' | 'load' | 'minutes';

/** From where on it is bad, and from where on it is well again: apart from each other, so that nothing flickers at the edge. */
export interface RuleLevels {
  readonly set: number;
  readonly clear: number;
}

/** Minutes of the day on the clock of the machine that Hum runs on; `from` after `to` goes over midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  /** What waits until they are over. */
  readonly holds: 'warnings' | 'all';
}

/** Everything that can be set of a rule. */
export interface RuleSettings {
  readonly enabled: boolean;
  /** The figure is the average of so long; 0 for the newest sample. */
  readonly averageMs: number;
  readonly warning: RuleLevels | null;
  readonly critical: RuleLevels | null;
  /** It must be bad for so long before it fires, and well for so long before it clears. */
  readonly forMs: number;
  readonly clearForMs: number;
  /** Of the last `of` samples, `hits` must be bad. */
  readonly hits: number;
  readonly of: number;
  readonly quiet: QuietHours | null;
}

export const ruleIds = [
  'memory-used',
  'memory-forecast',
  'oom-kill',
  'swap-used',
  'swap-in',
  'pressure-some',
  'pressure-full',
  'load',
  'packet-loss',
  'disk-space',
  'host-unreachable',
  'jump-host',
  'xen-free',
  'domain-ceiling',
  'backup-failed',
  'backup-overdue',
] as const;
export type RuleId = (typeof ruleIds)[number];

/** A thing that can be watched: what it is, in which unit, and how it is watched unless somebody says otherwise. */
export interface RuleKind {
  readonly id: RuleId;
  readonly name: string;
  readonly unit: RuleUnit;
  readonly worse: 'higher' | 'lower';
  /** What the figure is and where it comes from; a sentence. */
  readonly about: string;
  /** What to look at when it fires. */
  readonly lookAt: readonly string[];
  /** Whether evidence is collected on the host: memory runs short. */
  readonly evidence: boolean;
  readonly defaults: RuleSettings;
}

const minute = 60_000;
const mib = 2 ** 20;
const gib = 2 ** 30;
const usual: RuleSettings = {
  enabled: true,
  averageMs: minute,
  warning: null,
  critical: null,
  forMs: 2 * minute,
  clearForMs: 5 * minute,
  hits: 1,
  of: 1,
  quiet: null,
};

export const ruleKinds: Readonly<Record<RuleId, RuleKind>> = {
  'memory-used': {
    id: 'memory-used',
    name: 'Memory used',
    unit: 'ratio',
    worse: 'higher',
    about: 'Memory that cannot be had without swapping: MemTotal less MemAvailable, of MemTotal.',
    lookAt: ['The processes that grew', 'The page cache and tmpfs', 'The balloon target, where it is a guest'],
    evidence: true,
    defaults: { ...usual, warning: { set: 0.9, clear: 0.85 }, critical: { set: 0.95, clear: 0.92 } },
  },
  'memory-forecast': {
    id: 'memory-forecast',
    name: 'Memory runs out',
    unit: 'minutes',
    worse: 'lower',
    about:
      'In how many minutes memory runs out if it goes on as in the last half hour, or the last day. Nothing where no honest forecast is possible.',
    lookAt: ['The process that grows', 'What was deployed or started lately'],
    evidence: true,
    defaults: {
      ...usual,
      averageMs: 0,
      warning: { set: 60, clear: 120 },
      critical: { set: 15, clear: 30 },
      hits: 2,
      of: 3,
      clearForMs: 10 * minute,
    },
  },
  'oom-kill': {
    id: 'oom-kill',
    name: 'Killed for lack of memory',
    unit: 'count',
    worse: 'higher',
    about: 'How many processes the kernel killed for lack of memory in the last 15 minutes: oom_kill of /proc/vmstat.',
    lookAt: ['The report of the kernel: who was killed, who asked', 'Whether the service came back'],
    evidence: true,
    defaults: { ...usual, averageMs: 0, critical: { set: 1, clear: 0 }, forMs: 0, clearForMs: minute },
  },
  'swap-used': {
    id: 'swap-used',
    name: 'Swap in use',
    unit: 'ratio',
    worse: 'higher',
    about: 'Swap in use, of all swap.',
    lookAt: ['Whether it is read back in (swap-in): what lies there unused does no harm', 'The processes with the most swap'],
    evidence: true,
    defaults: { ...usual, warning: { set: 0.6, clear: 0.5 }, critical: { set: 0.9, clear: 0.8 }, forMs: 5 * minute },
  },
  'swap-in': {
    id: 'swap-in',
    name: 'Swapping in',
    unit: 'rate',
    worse: 'higher',
    about: 'How much is read back from swap: pswpin of /proc/vmstat.',
    lookAt: ['The processes that wait for their memory', 'What pushed it out'],
    evidence: true,
    defaults: { ...usual, warning: { set: mib, clear: mib / 4 }, critical: { set: 16 * mib, clear: 4 * mib } },
  },
  'pressure-some': {
    id: 'pressure-some',
    name: 'Memory pressure, some wait',
    unit: 'ratio',
    worse: 'higher',
    about: 'The share of the last minute in which some tasks waited for memory: some avg60 of /proc/pressure/memory.',
    lookAt: ['The processes that grew', 'Swap traffic'],
    evidence: true,
    defaults: { ...usual, averageMs: 0, warning: { set: 0.1, clear: 0.05 }, critical: { set: 0.4, clear: 0.2 } },
  },
  'pressure-full': {
    id: 'pressure-full',
    name: 'Memory pressure, all wait',
    unit: 'ratio',
    worse: 'higher',
    about: 'The share of the last minute in which all tasks waited for memory: full avg60 of /proc/pressure/memory.',
    lookAt: ['The processes that grew', 'Swap traffic'],
    evidence: true,
    defaults: { ...usual, averageMs: 0, warning: { set: 0.05, clear: 0.02 }, critical: { set: 0.2, clear: 0.1 } },
  },
  load: {
    id: 'load',
    name: 'Load',
    unit: 'load',
    worse: 'higher',
    about: 'The load of the last minute, for each core.',
    lookAt: ['CPU, and how much of it waits for disks', 'The processes'],
    evidence: false,
    defaults: { ...usual, averageMs: 5 * minute, warning: { set: 2, clear: 1.5 }, critical: { set: 5, clear: 3 }, forMs: 5 * minute },
  },
  // By Mathis et al. (1997) a connection carries at most 1.22 segments of 1460 bytes, divided by the root of the loss, each round trip: at 10 ms that is
  // 14 Mbit/s with 1 %, 10 with 2 %, 6 with 5 %, where timeouts then make it far less. A network that is well loses less than one in a thousand.
  'packet-loss': {
    id: 'packet-loss',
    name: 'Packet loss',
    unit: 'ratio',
    worse: 'higher',
    about:
      'How much of what the host sends over TCP it sends again: RetransSegs of /proc/net/snmp, as a share of it and OutSegs. A host that sends fewer than 100 segments in two minutes has none. What is lost on the way to the host is not in it: the other end sends that again; nor are guests and containers, which count their own.',
    lookAt: [
      'Which connections send again, and to whom: ss -ti | grep -B 1 retrans',
      'Errors and drops of the interfaces: ip -s -s link, and those of a card: ethtool -S INTERFACE',
      'Cable, transceiver, speed and duplex of the port (ethtool INTERFACE), and the counters of the switch',
      'Whether other hosts of the same rack or way have it too: then it lies between',
    ],
    evidence: false,
    defaults: { ...usual, warning: { set: 0.02, clear: 0.01 }, critical: { set: 0.05, clear: 0.03 }, forMs: 3 * minute },
  },
  'disk-space': {
    id: 'disk-space',
    name: 'Disk full',
    unit: 'ratio',
    worse: 'higher',
    about:
      'How full a file system of the host is, each by itself: its room as df counts it, or its inodes, whichever is worse. It is read once a minute; the history keeps the fullest.',
    lookAt: [
      'What takes the room: du -xh --max-depth=1 MOUNT | sort -h',
      'Where inodes run out, the folders with the most files: du -x --inodes --max-depth=1 MOUNT | sort -n',
      'Files that were deleted while a program has them open: lsof +L1',
      'The journal (journalctl --disk-usage), the other logs in /var/log, caches of packages, old kernels, snapshots',
    ],
    evidence: false,
    defaults: { ...usual, averageMs: 0, warning: { set: 0.85, clear: 0.82 }, critical: { set: 0.93, clear: 0.9 } },
  },
  'host-unreachable': {
    id: 'host-unreachable',
    name: 'Host unreachable',
    unit: 'minutes',
    worse: 'higher',
    about:
      'For how many minutes no figures have come from the host. Held back while its jump host is gone, or the network of this machine.',
    lookAt: ['What the row of the host says', 'Its console, or the host that it runs on'],
    evidence: false,
    defaults: { ...usual, averageMs: 0, warning: { set: 2, clear: 0 }, critical: { set: 5, clear: 0 }, forMs: 0, clearForMs: 2 * minute },
  },
  'jump-host': {
    id: 'jump-host',
    name: 'Jump host unreachable',
    unit: 'minutes',
    worse: 'higher',
    about: 'For how many minutes hosts have been out of reach because the jump host before them is. One incident for all of them.',
    lookAt: ['The jump host itself', 'The way to it'],
    evidence: false,
    defaults: { ...usual, averageMs: 0, critical: { set: 1, clear: 0 }, forMs: 0, clearForMs: 2 * minute },
  },
  'xen-free': {
    id: 'xen-free',
    name: 'Free memory of Xen',
    unit: 'bytes',
    worse: 'lower',
    about: 'Memory that no domain has: free_memory of xl info.',
    lookAt: ['Domains that could give memory back', 'What was deployed last'],
    evidence: false,
    defaults: { ...usual, averageMs: 0, warning: { set: gib, clear: 1.5 * gib }, forMs: 10 * minute, clearForMs: 10 * minute },
  },
  'domain-ceiling': {
    id: 'domain-ceiling',
    name: 'A domain at its ceiling',
    unit: 'ratio',
    worse: 'higher',
    about:
      'Memory of a domain, of the most that it may have. Off unless domains are ballooned: most have all they may have from the start.',
    lookAt: ['The memory inside the domain', 'Its maxmem'],
    evidence: false,
    defaults: { ...usual, enabled: false, averageMs: 0, warning: { set: 0.99, clear: 0.95 }, forMs: 10 * minute },
  },
  'backup-failed': {
    id: 'backup-failed',
    name: 'Backup failed',
    unit: 'count',
    worse: 'higher',
    about: 'Whether the last run of an rsync job failed, by its status file, its log or the journal: 1 or 0.',
    lookAt: ['What its exit status means, on its page', 'The last lines of its log', 'Room at the destination'],
    evidence: false,
    defaults: { ...usual, averageMs: 0, critical: { set: 1, clear: 0 }, forMs: 0, clearForMs: 0 },
  },
  'backup-overdue': {
    id: 'backup-overdue',
    name: 'Backup overdue',
    unit: 'count',
    worse: 'higher',
    about: 'Whether an rsync job has had no success for longer than its schedule foresees: 1 or 0.',
    lookAt: ['Whether cron or the timer runs on the host', 'Whether the job still runs from its last start'],
    evidence: false,
    defaults: { ...usual, averageMs: 0, warning: { set: 1, clear: 0 }, forMs: 0, clearForMs: 0 },
  },
};

/** A forecast beyond this is none: minutes. */
export const notForeseen = 10_080;

/** A figure of a rule as people read it. */
export function ruleValue(unit: RuleUnit, value: number): string {
  switch (unit) {
    case 'ratio':
      // Levels of a few percent are set to half of one.
      return value >= 0.001 && value < 0.1 ? `${Number((value * 100).toFixed(1))} %` : formatRatio(value);
    case 'bytes':
      return formatBytes(value);
    case 'rate':
      return formatRate(value);
    case 'count':
      return String(Math.round(value));
    case 'load':
      return `${value.toFixed(value < 10 ? 1 : 0)} per core`;
    case 'minutes':
      if (value >= notForeseen) return 'not foreseen';
      return value >= 120 ? `${(value / 60).toFixed(1)} h` : `${Math.round(value)} min`;
  }
}

/** Whether a value is as bad as this level, or worse. */
export function isBeyond(kind: Pick<RuleKind, 'worse'>, value: number, level: number): boolean {
  return kind.worse === 'higher' ? value >= level : value <= level;
}

/** Whether a value is as well as this clear level, or better. */
export function isClear(kind: Pick<RuleKind, 'worse'>, value: number, clear: number): boolean {
  return kind.worse === 'higher' ? value <= clear : value >= clear;
}
