import type { DomainRow, DomainSample } from '../../shared/contract/xen.ts';
import { formatBytes, formatRate, formatRatio } from '../../shared/units.ts';
import type { ChartKind, ChartSample } from '../components/chart/chart-kind.ts';
import { diskRate, networkRate } from './figures.ts';

const columns = ['cpu', 'memory', 'target', 'max', 'received', 'sent', 'read', 'written'] as const;
type Column = (typeof columns)[number];

/** A domain's sample as the charts take it. Nothing is drawn while it was off. */
export function chartSample(sample: DomainSample, memoryMax: number): ChartSample {
  if (sample.id === null) return { at: sample.at, values: columns.map(() => null) };
  const { cpuUsed, memory, memoryTarget, receivePerSecond, transmitPerSecond, readPerSecond, writePerSecond } = sample;
  return {
    at: sample.at,
    values: [cpuUsed, memory, memoryTarget, memoryMax, receivePerSecond, transmitPerSecond, readPerSecond, writePerSecond],
  };
}

/** The charts of a domain's page, in reading order. */
export const domainCharts: readonly ChartKind<Column>[] = [
  {
    id: 'cpu',
    title: 'CPU',
    unit: 'ratio',
    stacked: true,
    columns,
    top: { fixed: 1 },
    series: [
      { name: 'cpu', label: 'All vCPUs', colour: '--chart-1', source: 'xl list: Time(s) since the sample before, over all its vCPUs' },
    ],
  },
  {
    id: 'memory',
    title: 'Memory',
    unit: 'bytes',
    stacked: true,
    columns,
    top: { series: 'max' },
    series: [
      { name: 'memory', label: 'Held', colour: '--chart-1', source: 'xl list: Mem' },
      { name: 'target', label: 'Balloon target', colour: '--chart-line', source: 'xl list -l: target_memkb', dashed: true },
    ],
  },
  {
    id: 'network',
    title: 'Network',
    unit: 'rate',
    stacked: false,
    columns,
    top: { atLeast: 8 * 1024 },
    series: [
      { name: 'received', label: 'Received', colour: '--chart-1', source: "/sys/class/net/vif*/statistics, from the guest's side" },
      { name: 'sent', label: 'Sent', colour: '--chart-4', source: "/sys/class/net/vif*/statistics, from the guest's side" },
    ],
  },
  {
    id: 'disk',
    title: 'Disk',
    unit: 'rate',
    stacked: false,
    columns,
    top: { atLeast: 64 * 1024 },
    series: [
      { name: 'read', label: 'Read', colour: '--chart-1', source: '/sys/bus/xen-backend/devices/vbd-*/statistics: rd_sect' },
      { name: 'written', label: 'Written', colour: '--chart-4', source: '/sys/bus/xen-backend/devices/vbd-*/statistics: wr_sect' },
    ],
  },
];

/** The one sentence that a chart comes to now. Empty when unknown. */
export function domainHeadline(id: string, { load, facts }: DomainRow): string {
  if (load.id === null) return '';
  switch (id) {
    case 'cpu':
      return load.cpuUsed === null ? '' : `${formatRatio(load.cpuUsed)} of ${load.vcpus} ${load.vcpus === 1 ? 'vCPU' : 'vCPUs'}`;
    case 'memory':
      return `${formatBytes(load.memory)} of at most ${formatBytes(facts.memoryMax)}`;
    case 'network':
      return rate(networkRate(load));
    default:
      return rate(diskRate(load));
  }
}

function rate(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? '' : formatRate(bytesPerSecond);
}

/** Why a chart has nothing to show, to stand in its place; null when it has. */
export function domainMissing(id: string, { load, facts }: DomainRow, samples: readonly DomainSample[]): string | null {
  if (samples.some((sample) => sample.id !== null) && load.id !== null) {
    if (id === 'network' && facts.vifs.length === 0) return 'This VM has no network interface.';
    if (id === 'disk' && facts.disks.length === 0) return 'This VM has no disk.';
    if (id === 'disk' && samples.every((sample) => sample.readPerSecond === null)) return 'Its disks have a backend that counts nothing.';
    return null;
  }
  return null;
}
