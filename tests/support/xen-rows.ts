import type { DomainFacts, DomainLoad, DomainRow, XenHost } from '../../src/shared/contract/xen.ts';

const mib = 2 ** 20;

/** A Xen host as the lab's is, and a domain on it as its guest2 is; tests say what is different. */
export function xenHost(other: Partial<XenHost> = {}): XenHost {
  return {
    host: 'xen-a',
    toolstack: 'xl',
    version: '4.17.7',
    capabilities: ['xen-3.0-x86_64'],
    scheduler: 'credit2',
    cpus: 2,
    threadsPerCore: 1,
    coresPerSocket: 2,
    numaNodes: 1,
    memoryTotal: 3071 * mib,
    memoryFree: 1600 * mib,
    memoryClaimed: 0,
    at: 1000,
    tookMs: 20,
    ...other,
  };
}

export function domainRow({
  facts = {},
  load = {},
  ...other
}: Partial<Omit<DomainRow, 'facts' | 'load'>> & { facts?: Partial<DomainFacts>; load?: Partial<DomainLoad> } = {}): DomainRow {
  const name = other.name ?? 'guest2';
  return {
    key: `xen-a/${name}`,
    host: 'xen-a',
    name,
    ...other,
    facts: {
      uuid: 'b5078a98-7183-4137-a559-2b24fecb37af',
      type: 'pv',
      control: false,
      kernel: '/srv/xen/guest.vmlinux',
      ramdisk: '/srv/xen/guest.initrd',
      commandLine: 'console=hvc0 quiet',
      bootloader: null,
      memoryTarget: 128 * mib,
      memoryMax: 192 * mib,
      vcpusMax: 2,
      startedAt: null,
      vifs: [{ mac: '00:16:3e:00:00:02', bridge: 'xenbr0', script: null, model: null, ip: null }],
      disks: [{ device: 'xvda', target: '/srv/xen/data1.img', format: 'raw', backend: null, writable: true, cdrom: false }],
      pci: [],
      onPoweroff: 'destroy',
      onReboot: 'restart',
      onCrash: 'destroy',
      vnc: null,
      autostart: false,
      configFile: '/etc/xen/guest2.cfg',
      differs: [],
      configIsProgram: false,
      ...facts,
    },
    load: {
      at: 1000,
      id: 1,
      state: 'idle',
      memory: 128 * mib,
      vcpus: 1,
      cpuUsed: 0,
      cpuTimeMs: 3900,
      receivePerSecond: 0,
      transmitPerSecond: 0,
      readPerSecond: 0,
      writePerSecond: 0,
      ...load,
    },
  };
}
