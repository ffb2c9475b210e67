import { type SeriesName, seriesNames } from '../../shared/contract/fleet.ts';
import type { ChartKind } from '../components/chart/chart-kind.ts';

const columns = seriesNames;

/** The live charts of the host page, in reading order; the first one is the wide one. Field names: proc_meminfo(5), proc_stat(5), Documentation/accounting/psi.rst. */
export const chartKinds: readonly ChartKind<SeriesName>[] = [
  {
    id: 'memory',
    title: 'Memory',
    unit: 'bytes',
    stacked: true,
    columns,
    top: { series: 'memoryTotal' },
    series: [
      {
        name: 'memoryApps',
        label: 'Applications',
        colour: '--chart-1',
        source: '/proc/meminfo: MemTotal less all other parts; programs, shared memory, page tables',
      },
      {
        name: 'memoryHugePages',
        label: 'Huge pages',
        colour: '--chart-2',
        source: '/proc/meminfo: Hugetlb (Linux 4.18), else HugePages_Total × Hugepagesize',
      },
      { name: 'memorySlab', label: 'Slab', colour: '--chart-3', source: '/proc/meminfo: Slab' },
      { name: 'memoryBuffers', label: 'Buffers', colour: '--chart-4', source: '/proc/meminfo: Buffers' },
      { name: 'memoryCache', label: 'Page cache', colour: '--chart-5', source: '/proc/meminfo: Cached + SwapCached − Shmem' },
      { name: 'memoryFree', label: 'Free', colour: '--chart-free', source: '/proc/meminfo: MemFree' },
      { name: 'memoryUsed', label: 'Used', colour: '--chart-line', source: '/proc/meminfo: MemTotal − MemAvailable', dashed: true },
    ],
  },
  {
    id: 'cpu',
    title: 'CPU',
    unit: 'ratio',
    stacked: true,
    columns,
    top: { fixed: 1 },
    series: [
      { name: 'cpuUser', label: 'User', colour: '--chart-1', source: '/proc/stat: user + nice' },
      { name: 'cpuSystem', label: 'System', colour: '--chart-2', source: '/proc/stat: system + irq + softirq' },
      { name: 'cpuIowait', label: 'I/O wait', colour: '--chart-4', source: '/proc/stat: iowait' },
      { name: 'cpuSteal', label: 'Steal', colour: '--chart-6', source: '/proc/stat: steal, taken by the hypervisor' },
    ],
  },
  {
    id: 'pressure',
    title: 'Pressure',
    unit: 'ratio',
    stacked: false,
    columns,
    top: { atLeast: 0.05 },
    series: [
      { name: 'pressureMemorySome', label: 'Memory, some', colour: '--chart-1', source: '/proc/pressure/memory: some avg10' },
      { name: 'pressureMemoryFull', label: 'Memory, full', colour: '--chart-1', source: '/proc/pressure/memory: full avg10', dashed: true },
      { name: 'pressureCpuSome', label: 'CPU, some', colour: '--chart-4', source: '/proc/pressure/cpu: some avg10' },
      { name: 'pressureIoSome', label: 'I/O, some', colour: '--chart-6', source: '/proc/pressure/io: some avg10' },
      { name: 'pressureIoFull', label: 'I/O, full', colour: '--chart-6', source: '/proc/pressure/io: full avg10', dashed: true },
    ],
  },
  {
    id: 'load',
    title: 'Load',
    unit: 'load',
    stacked: false,
    columns,
    top: { atLeast: 1 },
    level: { label: 'Cores', source: '/proc/stat: count of cpu lines' },
    series: [
      { name: 'load1', label: '1 min', colour: '--chart-1', source: '/proc/loadavg: first figure' },
      { name: 'load5', label: '5 min', colour: '--chart-4', source: '/proc/loadavg: second figure' },
      { name: 'load15', label: '15 min', colour: '--chart-2', source: '/proc/loadavg: third figure' },
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
      {
        name: 'networkReceivePerSecond',
        label: 'Received',
        colour: '--chart-1',
        source: '/proc/net/dev: bytes received since the sample before',
      },
      {
        name: 'networkTransmitPerSecond',
        label: 'Sent',
        colour: '--chart-4',
        source: '/proc/net/dev: bytes sent since the sample before',
      },
    ],
  },
  {
    id: 'loss',
    title: 'Packet loss',
    unit: 'ratio',
    stacked: false,
    columns,
    top: { atLeast: 0.05 },
    series: [
      {
        name: 'retransmitted',
        label: 'Sent again',
        colour: '--chart-1',
        source: '/proc/net/snmp: RetransSegs of RetransSegs and OutSegs, over the last 100 segments or more',
      },
    ],
  },
  {
    id: 'swap',
    title: 'Swap',
    unit: 'bytes',
    stacked: true,
    columns,
    top: { series: 'swapTotal' },
    series: [{ name: 'swapUsed', label: 'Used', colour: '--chart-1', source: '/proc/meminfo: SwapTotal − SwapFree' }],
  },
  {
    id: 'swap-traffic',
    title: 'Swap traffic',
    unit: 'rate',
    stacked: false,
    columns,
    top: { atLeast: 64 * 1024 },
    series: [
      { name: 'swapInPerSecond', label: 'In', colour: '--chart-1', source: '/proc/vmstat: pswpin since the sample before' },
      { name: 'swapOutPerSecond', label: 'Out', colour: '--chart-4', source: '/proc/vmstat: pswpout since the sample before' },
    ],
  },
];

/** Drawn of the past alone: of the present there is the list of the file systems. */
export const fullestDisk: ChartKind<SeriesName> = {
  id: 'disk',
  title: 'Fullest file system',
  unit: 'ratio',
  stacked: false,
  columns,
  top: { fixed: 1 },
  series: [
    { name: 'diskFullest', label: 'Full', colour: '--chart-1', source: 'df: used of used and available, or of its inodes; once a minute' },
  ],
};

/** The charts of a stretch of the past. */
export const pastChartKinds: readonly ChartKind<SeriesName>[] = [...chartKinds, fullestDisk];
