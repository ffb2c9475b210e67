import {
  type CpuTicks,
  cpuStall,
  cpuTicks,
  ioStall,
  loads,
  memoryStall,
  networkBytes,
  type Stall,
  segments,
  swappedPages,
} from './activity.ts';
import { disksAt, mountsOf, type SimulatedDisk } from './disks.ts';
import { userIds } from './kinds.ts';
import { hugePageKb, memoryAt, minFreeKb } from './memory.ts';
import { processesAt, type SimulatedProcess } from './processes.ts';
import type { Profile } from './profiles.ts';
import { bootOf, leakOf } from './story.ts';
import { traffic } from './xen/domain.ts';
import type { XenHost } from './xen/xen-host.ts';

/**
 * The files of a simulated host at one moment, as text, made only when they are read. Their layout is that of a Debian 12 machine
 * (proc(5)); a file that the host's kernel is too old for is not there.
 */
export class ProcFiles {
  readonly #profile: Profile;
  readonly #at: number;
  readonly #xen: XenHost | undefined;
  #processes: readonly SimulatedProcess[] | undefined;

  constructor(profile: Profile, at: number, xen?: XenHost) {
    this.#profile = profile;
    this.#at = at;
    this.#xen = xen;
  }

  get profile(): Profile {
    return this.#profile;
  }

  /** Ms since the demo began. */
  get at(): number {
    return this.#at;
  }

  /** Undefined on a plain Linux host. */
  get xen(): XenHost | undefined {
    return this.#xen;
  }

  disks(): readonly SimulatedDisk[] {
    return disksAt(this.#profile, this.#at);
  }

  processIds(): readonly number[] {
    return this.#all().map((process) => process.pid);
  }

  /** The text of a file by its path below /proc, or undefined when there is none. */
  proc(path: string): string | undefined {
    const profile = this.#profile;
    const at = this.#at;
    const [, pid, file] = /^(\d+)\/(stat|status)$/.exec(path) ?? [];
    if (pid !== undefined) return file === 'stat' ? this.#stat(Number(pid)) : this.#status(Number(pid));
    switch (path) {
      case 'meminfo':
        return meminfo(profile, at);
      case 'vmstat':
        return vmstat(profile, at);
      case 'sys/vm/min_free_kbytes':
        return `${minFreeKb(profile.totalKb)}\n`;
      case 'sys/kernel/random/boot_id':
        return `${bootOf(profile, at).id}\n`;
      case 'loadavg':
        return loadavg(profile, at);
      case 'uptime':
        return uptime(profile, at);
      case 'stat':
        return stat(profile, at);
      case 'net/dev':
        return netDev(profile, at, this.#xen);
      case 'net/snmp':
        return netSnmp(profile, at);
      case 'mounts':
        return mountsOf(this.disks());
      case 'xen/capabilities':
        return this.#xen && 'control_d\n';
    }
    if (profile.role === 'old-kernel') return undefined;
    switch (path) {
      case 'pressure/memory':
        return pressure(memoryStall(profile, at, 1), memoryStall(profile, at, 0.42));
      case 'pressure/cpu':
        return pressure(cpuStall(profile, at), undefined);
      case 'pressure/io':
        return pressure(ioStall(profile, at, 1), ioStall(profile, at, 0.7));
    }
    return undefined;
  }

  /** The text of a file outside /proc. */
  etc(path: string): string | undefined {
    if (path === '/etc/passwd') return passwd;
    if (path === '/etc/os-release')
      return `PRETTY_NAME="${this.#profile.system}"\nID=${this.#profile.system.split(' ')[0]?.toLowerCase()}\n`;
    return undefined;
  }

  #all(): readonly SimulatedProcess[] {
    this.#processes ??= processesAt(this.#profile, this.#at);
    return this.#processes;
  }

  #stat(pid: number): string | undefined {
    const process = this.#all().find((one) => one.pid === pid);
    return process && `${pid} (${process.command}) S 1 ${pid} ${pid} 0 -1 4194560 0 0 0 0 12 8 0 0 20 0 1 0 900 0 0\n`;
  }

  #status(pid: number): string | undefined {
    const process = this.#all().find((one) => one.pid === pid);
    if (!process) return undefined;
    const user = `${process.userId}\t`.repeat(4).trimEnd();
    const head = `Name:\t${process.command}\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t${pid}\nPid:\t${pid}\nPPid:\t1\nUid:\t${user}\nGid:\t${user}\n`;
    if (process.residentKb === null) return `${head}Threads:\t1\n`;
    const kb = (name: string, value: number) => `${name}:\t${String(Math.round(value)).padStart(8)} kB\n`;
    return `${head}${kb('VmSize', process.residentKb * 2.2)}${kb('VmRSS', process.residentKb)}${kb('RssAnon', process.residentKb * 0.86)}Threads:\t1\n`;
  }
}

const passwd = `${Object.entries(userIds)
  .map(([user, id]) => `${user}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin`)
  .join('\n')}\n`;

function meminfo(profile: Profile, at: number): string {
  const m = memoryAt(profile, at);
  const old = profile.role === 'old-kernel';
  const files = m.cache + m.buffers;
  const activeFile = Math.round(files * 0.58);
  const activeAnon = Math.round(m.anon * 0.3);
  const slab = m.slabReclaimable + m.slabFixed;
  const rows: readonly (readonly [string, number] | undefined)[] = [
    ['MemTotal', m.total],
    ['MemFree', m.free],
    old ? undefined : ['MemAvailable', m.available],
    ['Buffers', m.buffers],
    ['Cached', m.cache + m.shmem],
    ['SwapCached', Math.round(m.swapUsed * 0.04)],
    ['Active', activeFile + activeAnon],
    ['Inactive', files - activeFile + m.anon - activeAnon + m.shmem],
    ['Active(anon)', activeAnon],
    ['Inactive(anon)', m.anon - activeAnon + m.shmem],
    ['Active(file)', activeFile],
    ['Inactive(file)', files - activeFile],
    ['Unevictable', 3072],
    ['Mlocked', 3072],
    ['SwapTotal', m.swapTotal],
    ['SwapFree', m.swapTotal - m.swapUsed],
    ['Dirty', Math.round(m.cache * 0.0004)],
    ['Writeback', 0],
    ['AnonPages', m.anon],
    ['Mapped', Math.round(m.cache * 0.08)],
    ['Shmem', m.shmem],
    old ? undefined : ['KReclaimable', m.slabReclaimable],
    ['Slab', slab],
    ['SReclaimable', m.slabReclaimable],
    ['SUnreclaim', m.slabFixed],
    ['KernelStack', m.kernelStack],
    ['PageTables', m.pageTables],
    ['CommitLimit', Math.round(m.total / 2) + m.swapTotal],
    ['Committed_AS', Math.round(m.demand * 1.4)],
    old ? undefined : ['Percpu', m.perCpu],
  ];
  const lines = rows.flatMap((row) => (row ? [`${`${row[0]}:`.padEnd(16)}${String(row[1]).padStart(8)} kB`] : []));
  const count = (name: string, value: number) => `${`${name}:`.padEnd(16)}${String(value).padStart(8)}`;
  lines.push(count('HugePages_Total', m.hugePages), count('HugePages_Free', 0), `${count('Hugepagesize', hugePageKb)} kB`);
  if (!old) lines.push(`${count('Hugetlb', m.hugePages * hugePageKb)} kB`);
  return `${lines.join('\n')}\n`;
}

function vmstat(profile: Profile, at: number): string {
  const m = memoryAt(profile, at);
  const swapped = swappedPages(profile, at);
  const lines = [
    `nr_free_pages ${Math.floor(m.free / 4)}`,
    `nr_anon_pages ${Math.floor(m.anon / 4)}`,
    `nr_file_pages ${Math.floor((m.cache + m.buffers + m.shmem) / 4)}`,
    `nr_slab_reclaimable ${Math.floor(m.slabReclaimable / 4)}`,
    `pswpin ${swapped.in}`,
    `pswpout ${swapped.out}`,
  ];
  if (profile.role !== 'old-kernel') lines.push(`oom_kill ${profile.oomKillsAtStart + leakOf(profile, at).kills}`);
  return `${lines.join('\n')}\n`;
}

function pressure(some: Stall, full: Stall | undefined): string {
  const line = (name: string, stall: Stall) => {
    const [short, middle, long] = stall.averages.map((ratio) => (ratio * 100).toFixed(2));
    return `${name} avg10=${short} avg60=${middle} avg300=${long} total=${stall.totalUs}\n`;
  };
  // The CPU has no "full" at system level: the line is there since Linux 5.13, always zero (Documentation/accounting/psi.rst).
  return `${line('some', some)}${line('full', full ?? { totalUs: 0, averages: [0, 0, 0] })}`;
}

function loadavg(profile: Profile, at: number): string {
  const [one, five, fifteen] = loads(profile, at);
  const running = Math.max(1, Math.round(one));
  return `${one.toFixed(2)} ${five.toFixed(2)} ${fifteen.toFixed(2)} ${running}/${140 + profile.cores * 12} ${4000 + (Math.floor(at / 977) % 28_000)}\n`;
}

function uptime(profile: Profile, at: number): string {
  const up = Math.max(0, at - bootOf(profile, at).at) / 1000;
  return `${up.toFixed(2)} ${(cpuTicks(profile, at).idle / 100).toFixed(2)}\n`;
}

function stat(profile: Profile, at: number): string {
  const all = cpuTicks(profile, at);
  const line = (name: string, t: CpuTicks, cores: number) =>
    `${name} ${[t.user, t.nice, t.system, t.idle, t.iowait, 0, t.softirq, t.steal, 0, 0].map((value) => Math.floor(value / cores)).join(' ')}`;
  const each = line('', all, profile.cores);
  const lines = [line('cpu ', all, 1), ...Array.from({ length: profile.cores }, (_, core) => `cpu${core}${each}`)];
  const interrupts = all.user + all.system;
  lines.push(
    `intr ${interrupts} 0 9 0`,
    `ctxt ${interrupts * 3}`,
    `processes ${4000 + Math.floor(interrupts / 50)}`,
    'procs_running 1',
    'procs_blocked 0',
  );
  return `${lines.join('\n')}\n`;
}

/** net/core/net-procfs.c, dev_seq_printf_stats(). */
function netDev(profile: Profile, at: number, xen: XenHost | undefined): string {
  const { received, sent } = networkBytes(profile, at);
  const row = (name: string, inBytes: number, outBytes: number, dropped = 0) => {
    const pad = (value: number, width: number) => String(value).padStart(width);
    const counters = (bytes: number, drop: number) => `${pad(bytes, 7)} ${pad(Math.floor(bytes / 900), 7)}    0 ${pad(drop, 4)}    0`;
    return `${name.padStart(6)}: ${counters(inBytes, dropped)}     0          0         0 ${counters(outBytes, 0)}     0       0          0\n`;
  };
  const heading =
    'Inter-|   Receive                                                |  Transmit\n' +
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';
  const inner = Math.floor(received * 0.02);
  const bridge = xen ? row('xenbr0', Math.floor(received * 0.1), Math.floor(sent * 0.1)) : '';
  // What dom0 receives through a vif is what the guest sent.
  const vifs = (xen?.at(at).machine.domains(at) ?? []).flatMap((domain) => {
    const moved = traffic(domain, at);
    return domain.guest.vifs.map((_, index) => row(`vif${domain.id}.${index}`, moved.sent, moved.received));
  });
  return `${heading}${row('lo', inner, inner)}${row(profile.interface, received, sent, segments(profile, at).dropped)}${bridge}${vifs.join('')}`;
}

/** net/ipv4/proc.c, snmp_seq_show(): a line of names and one of values for each protocol, here without what a host of the demo has no part in. */
function netSnmp(profile: Profile, at: number): string {
  const { received, sent, again } = segments(profile, at);
  const ip = ['Forwarding 2', 'DefaultTTL 64', `InReceives ${received}`, 'InHdrErrors 0', 'InAddrErrors 0', 'ForwDatagrams 0'];
  ip.push('InUnknownProtos 0', 'InDiscards 0', `InDelivers ${received}`, `OutRequests ${sent + again}`, 'OutDiscards 0', 'OutNoRoutes 0');
  ip.push('ReasmTimeout 0', 'ReasmReqds 0', 'ReasmOKs 0', 'ReasmFails 0', 'FragOKs 0', 'FragFails 0', 'FragCreates 0');
  const tcp = ['RtoAlgorithm 1', 'RtoMin 200', 'RtoMax 120000', 'MaxConn -1', 'ActiveOpens 591', 'PassiveOpens 513', 'AttemptFails 47'];
  tcp.push('EstabResets 135', 'CurrEstab 10', `InSegs ${received}`, `OutSegs ${sent}`, `RetransSegs ${again}`, 'InErrs 0', 'OutRsts 197');
  // Since Linux 3.10.
  if (profile.role !== 'old-kernel') tcp.push('InCsumErrors 0');
  const lines = (name: string, columns: readonly string[]) =>
    [0, 1].map((word) => `${name}: ${columns.map((column) => column.split(' ')[word]).join(' ')}\n`).join('');
  return `${lines('Ip', ip)}${lines('Tcp', tcp)}`;
}
