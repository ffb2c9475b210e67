import type { InterfaceTrouble } from '../../shared/contract/fleet.ts';
import { type HostLive, type HostSample, type SeriesName, seriesNames } from '../../shared/contract/fleet.ts';
import type { ProcFiles } from '../probe/proc-files.ts';
import { type CpuTimes, cpuRatios, estimateCores, parseCpuTimes } from './cpu.ts';
import { type InterfaceFigures, type InterfaceReading, interfaceTroubles } from './interface-troubles.ts';
import { parseLoadAverages } from './load.ts';
import { type SegmentFigures, type SegmentReading, shareSentAgain } from './segments.ts';
import { parseUptime } from './uptime.ts';

/** What the fleet takes of a memory reader. Bytes; ratios 0..1; null for what a kernel does not tell. */
export interface MemoryFigures {
  readonly total: number;
  readonly used: number;
  readonly approximate: boolean;
  readonly apps: number;
  readonly cache: number;
  readonly buffers: number;
  readonly slab: number;
  readonly hugePages: number;
  readonly free: number;
  readonly swapTotal: number;
  readonly swapUsed: number;
  readonly swapIn: number | null;
  readonly swapOut: number | null;
  readonly oomKills: number | null;
  readonly pressure: {
    readonly memorySome: number | null;
    readonly memoryFull: number | null;
    readonly memorySomeMinute: number | null;
    readonly memoryFullMinute: number | null;
    readonly cpuSome: number | null;
    readonly ioSome: number | null;
    readonly ioFull: number | null;
  };
}

/** What the fleet takes of a network reader; null for what was not asked for, or is not told. */
export interface NetworkFigures {
  readonly traffic: TrafficFigures | null;
  readonly interfaces: readonly InterfaceFigures[] | null;
  readonly tcp: SegmentFigures | null;
}

/** Byte counters; only comparable when `interfaces` is the same. */
export interface TrafficFigures {
  readonly received: number;
  readonly transmitted: number;
  readonly interfaces: string;
}

/** The readers of other features, handed in by the console. */
export interface SampleReaders {
  /** Null: the host has no memory figures. */
  readonly memory: (files: ProcFiles) => MemoryFigures | null;
  readonly network: (files: ProcFiles) => NetworkFigures;
}

/** What the next sample is compared with. */
export interface Counters {
  readonly uptimeMs: number;
  readonly cpu: CpuTimes | null;
  readonly swapIn: number | null;
  readonly swapOut: number | null;
  readonly oomKills: number | null;
  readonly traffic: TrafficFigures | null;
  readonly segments: readonly SegmentReading[];
  readonly interfaces: readonly InterfaceReading[];
}

export interface Sample {
  readonly live: HostLive;
  readonly sample: HostSample;
  readonly counters: Counters;
  /** The interfaces that had errors or drops of late; null where they were not read twice. */
  readonly troubles: readonly InterfaceTrouble[] | null;
  /** The share of the segments sent that were sent again, 0..1; null where it cannot be told. */
  readonly retransmitted: number | null;
}

export interface Circumstances {
  /** When the answer came, epoch ms. */
  readonly at: number;
  readonly tookMs: number;
  readonly intervalMs: number;
  /** Null until the host has told. */
  readonly cores: number | null;
  /** Null for the first sample, and after a reboot. */
  readonly previous: Counters | null;
  /** How full the fullest file system is, 0..1; null while it is not known. */
  readonly diskFullest: number | null;
}

/**
 * Turns the files of one answer into figures. Null when there are no memory figures. Rates are measured by the host's own uptime: it was
 * read together with the counters, and neither the network nor a console that slept falsifies it.
 */
export function readSample(files: ProcFiles, circumstances: Circumstances, readers: SampleReaders): Sample | null {
  const memory = readers.memory(files);
  if (memory === null) return null;
  const { at, tookMs, intervalMs, previous } = circumstances;
  const load = parseLoadAverages(files.get('loadavg') ?? '');
  const cpu = parseCpuTimes(files.get('stat') ?? '');
  // A file that could not be read this once is no reboot.
  const uptimeMs = parseUptime(files.get('uptime') ?? '') ?? previous?.uptimeMs ?? 0;
  const network = readers.network(files);
  const ratios = cpu !== null && previous?.cpu != null ? cpuRatios(previous.cpu, cpu) : null;
  const elapsedMs = previous === null ? 0 : uptimeMs - previous.uptimeMs;
  const { traffic } = network;
  const sameInterfaces = traffic !== null && traffic.interfaces === previous?.traffic?.interfaces;
  const segments = shareSentAgain(previous?.segments ?? [], network.tcp === null ? null : { ...network.tcp, uptimeMs });
  const interfaces = interfaceTroubles(
    previous?.interfaces ?? [],
    network.interfaces === null ? null : { uptimeMs, interfaces: network.interfaces },
  );
  const { pressure } = memory;

  const values: Record<SeriesName, number | null> = {
    memoryTotal: memory.total,
    memoryUsed: memory.used,
    memoryApps: memory.apps,
    memoryCache: memory.cache,
    memoryBuffers: memory.buffers,
    memorySlab: memory.slab,
    memoryHugePages: memory.hugePages,
    memoryFree: memory.free,
    swapTotal: memory.swapTotal,
    swapUsed: memory.swapUsed,
    swapInPerSecond: perSecond(previous?.swapIn, memory.swapIn, elapsedMs),
    swapOutPerSecond: perSecond(previous?.swapOut, memory.swapOut, elapsedMs),
    pressureMemorySome: ratio(pressure.memorySome),
    pressureMemoryFull: ratio(pressure.memoryFull),
    pressureMemorySomeMinute: ratio(pressure.memorySomeMinute),
    pressureMemoryFullMinute: ratio(pressure.memoryFullMinute),
    pressureCpuSome: ratio(pressure.cpuSome),
    pressureIoSome: ratio(pressure.ioSome),
    pressureIoFull: ratio(pressure.ioFull),
    load1: load?.load1 ?? null,
    load5: load?.load5 ?? null,
    load15: load?.load15 ?? null,
    cpuUser: ratio(ratios?.user),
    cpuSystem: ratio(ratios?.system),
    cpuIowait: ratio(ratios?.iowait),
    cpuSteal: ratio(ratios?.steal),
    networkReceivePerSecond: sameInterfaces ? perSecond(previous?.traffic?.received, traffic.received, elapsedMs) : null,
    networkTransmitPerSecond: sameInterfaces ? perSecond(previous?.traffic?.transmitted, traffic.transmitted, elapsedMs) : null,
    diskFullest: ratio(circumstances.diskFullest),
    retransmitted: ratio(segments.share),
  };
  return {
    live: {
      sampledAt: at,
      tookMs: Math.round(tookMs * 10) / 10,
      intervalMs,
      memoryTotal: memory.total,
      memoryUsed: memory.used,
      memoryApproximate: memory.approximate,
      swapTotal: memory.swapTotal,
      swapUsed: memory.swapUsed,
      pressureSome: values.pressureMemorySome,
      pressureFull: values.pressureMemoryFull,
      load1: load?.load1 ?? 0,
      cores: circumstances.cores ?? (cpu === null ? 1 : estimateCores(cpu, uptimeMs)),
      cpuUsed: ratio(ratios?.used),
      uptimeMs,
      oomKills: memory.oomKills,
    },
    sample: { at, values: seriesNames.map((name) => values[name]) },
    counters: {
      ...{ uptimeMs, cpu, swapIn: memory.swapIn, swapOut: memory.swapOut, oomKills: memory.oomKills, traffic },
      segments: segments.kept,
      interfaces: interfaces.kept,
    },
    troubles: interfaces.troubles,
    retransmitted: segments.share,
  };
}

/** A counter that fell was reset or wrapped: no rate, rather than a wrong one. */
function perSecond(before: number | null | undefined, after: number | null, elapsedMs: number): number | null {
  if (before == null || after === null || after < before || elapsedMs <= 0) return null;
  return Math.round(((after - before) * 1000) / elapsedMs);
}

/** Four decimals: a hundredth of a percent, and half the bytes on the wire. */
function ratio(value: number | null | undefined): number | null {
  return value == null ? null : Math.round(value * 10_000) / 10_000;
}
