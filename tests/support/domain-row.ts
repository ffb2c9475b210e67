import type { DomainRow, DomainState } from '../../src/shared/contract/xen.ts';

/** A PV domain with nothing special about it. */
export function domainRow(row: {
  readonly host: string;
  readonly name: string;
  readonly uuid?: string | null;
  readonly id?: number | null;
  readonly state?: DomainState;
  readonly control?: boolean;
}): DomainRow {
  const { host, name, uuid = null, id = 1, state = 'idle', control = false } = row;
  return {
    key: `${host}/${name}`,
    host,
    name,
    facts: {
      uuid,
      type: 'pv',
      control,
      kernel: null,
      ramdisk: null,
      commandLine: null,
      bootloader: null,
      memoryTarget: 2 ** 26,
      memoryMax: 2 ** 26,
      vcpusMax: 1,
      startedAt: null,
      vifs: [],
      disks: [],
      pci: [],
      onPoweroff: 'destroy',
      onReboot: 'restart',
      onCrash: 'destroy',
      vnc: null,
      autostart: false,
      configFile: null,
      differs: [],
      configIsProgram: false,
    },
    load: {
      at: 0,
      id,
      state,
      memory: 2 ** 26,
      vcpus: 1,
      cpuUsed: null,
      cpuTimeMs: 0,
      receivePerSecond: null,
      transmitPerSecond: null,
      readPerSecond: null,
      writePerSecond: null,
    },
  };
}
