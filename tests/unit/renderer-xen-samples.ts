import type { DomainFacts, DomainLoad, DomainRow, XenHost } from '../../src/shared/contract/xen.ts';

export const gib = 1024 ** 3;
export const at = 1_790_000_000_000;

export function facts(change: Partial<DomainFacts> = {}): DomainFacts {
  return {
    uuid: '6f2a0000-0000-4000-8000-000000000001',
    type: 'pv',
    control: false,
    kernel: '/boot/vmlinuz',
    ramdisk: null,
    commandLine: null,
    bootloader: null,
    memoryTarget: 2 * gib,
    memoryMax: 4 * gib,
    vcpusMax: 4,
    startedAt: at - 3_600_000,
    vifs: [],
    disks: [],
    pci: [],
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: 'destroy',
    vnc: null,
    autostart: false,
    configFile: '/etc/xen/web01.cfg',
    differs: [],
    configIsProgram: false,
    ...change,
  };
}

export function load(change: Partial<DomainLoad> = {}): DomainLoad {
  return {
    at,
    id: 7,
    state: 'idle',
    memory: 2 * gib,
    vcpus: 2,
    cpuUsed: 0.25,
    cpuTimeMs: 1000,
    receivePerSecond: 2048,
    transmitPerSecond: 1024,
    readPerSecond: 0,
    writePerSecond: 4096,
    ...change,
  };
}

export const offLoad: Partial<DomainLoad> = {
  id: null,
  state: 'off',
  memory: 0,
  vcpus: 0,
  cpuUsed: null,
  receivePerSecond: null,
  transmitPerSecond: null,
  readPerSecond: null,
  writePerSecond: null,
};

interface Change {
  readonly facts?: Partial<DomainFacts>;
  readonly load?: Partial<DomainLoad>;
}

export function domain(host: string, name: string, change: Change = {}): DomainRow {
  return { key: `${host}/${name}`, host, name, facts: facts(change.facts), load: load(change.load) };
}

export function vif(mac: string): DomainFacts['vifs'][number] {
  return { mac, bridge: 'xenbr0', script: null, model: null, ip: null };
}

export function xenHost(host: string, change: Partial<XenHost> = {}): XenHost {
  return {
    host,
    toolstack: 'xl',
    version: '4.17.7',
    capabilities: ['xen-3.0-x86_64'],
    scheduler: 'credit2',
    cpus: 8,
    threadsPerCore: 2,
    coresPerSocket: 4,
    numaNodes: 1,
    memoryTotal: 64 * gib,
    memoryFree: 16 * gib,
    memoryClaimed: 0,
    at,
    tookMs: 120,
    ...change,
  };
}
