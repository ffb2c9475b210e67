import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Guest, guestText } from '../../src/main/demo/xen/guest.ts';
import { readGuestFile } from '../../src/main/demo/xen/guest-file.ts';
import { infoText } from '../../src/main/demo/xen/print-info.ts';
import { type Listed, listText, noUuid, uptimeText } from '../../src/main/demo/xen/print-list.ts';
import { longListText } from '../../src/main/demo/xen/print-list-long.ts';

/** The demo's printers, held against what a real host printed of the same three guests. */

const fixtures = resolve(import.meta.dirname, '../fixtures/xen-4.17');
const recorded = (name: string) => readFileSync(resolve(fixtures, `${name}.out`), 'utf8');

const uuids = ['c2dc95f6-865f-4c35-ac88-48c83f245ffc', 'b5078a98-7183-4137-a559-2b24fecb37af', 'd7aa2887-d64c-4f6c-9e33-539a102ef9f5'];

function guest(number: 1 | 2 | 3, disks: Guest['disks']): Guest {
  return {
    name: `guest${number}`,
    uuid: uuids[number - 1] ?? '',
    type: 'pv',
    kernel: '/srv/xen/guest.vmlinux',
    ramdisk: '/srv/xen/guest.initrd',
    commandLine: `console=hvc0 quiet ip4=10.0.2.10${number} name=guest${number}`,
    bootloader: null,
    memoryMb: 128,
    maxMemoryMb: 192,
    vcpus: 1,
    maxVcpus: 1,
    vifs: [{ mac: `00:16:3e:00:00:0${number}`, bridge: 'xenbr0', ip: null }],
    disks,
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: 'destroy',
  };
}

const disk = (target: string, backend: string | null) => ({
  ...{ device: 'xvda', target, format: 'raw', backend, writable: true, cdrom: false },
});
const guest2 = guest(2, [disk('/srv/xen/data1.img', null)]);
const guests = [guest2, guest(1, []), guest(3, [disk('/srv/xen/data2.img', 'qdisk')])];

/** Rows of the recorded tables: CPU seconds, and seconds since the start. */
function rows(cpu: readonly number[], up: readonly number[] = []): readonly Listed[] {
  const dom0 = { id: 0, name: 'Domain-0', uuid: noUuid, memoryKb: 1048576, vcpus: 2, flags: 'r-----' };
  const all = guests.map(({ name, uuid }, index) => ({ id: index + 1, name, uuid, memoryKb: 131072, vcpus: 1, flags: '-b----' }));
  return [dom0, ...all].map((row, index) => ({ ...row, cpuMs: (cpu[index] ?? 0) * 1000, uptimeMs: (up[index] ?? 0) * 1000, reason: null }));
}

describe('the demo prints as the recorded host', () => {
  it('the table of xl list', () => {
    expect(listText(rows([102.1, 3.9, 3.3, 3.5]))).toBe(recorded('guests-3/xl-list'));
  });

  it('the table of xl list -v, with the reason of a crash', () => {
    expect(listText(rows([103.1, 3.9, 3.4, 3.5]), true)).toBe(recorded('guests-3/xl-list-v'));
    const crashed = readFileSync(resolve(fixtures, 'lifecycle/crashed-preserved.txt'), 'utf8');
    const row = { id: 2, name: 'crashme', uuid: 'df46ae2f-89e3-4086-9349-5603a467ff8f', memoryKb: 131072, vcpus: 1, flags: '---sc-' };
    const printed = listText([{ ...row, cpuMs: 3600, uptimeMs: 0, reason: 3 }], true);
    expect(crashed).toContain(printed.slice(printed.indexOf('\n')));
  });

  it('the JSON of xl list -l', () => {
    const dom0 = { id: 0, name: 'Domain-0', guest: null, vcpus: 2, targetKb: 1048575, maxKb: 1048576 };
    const others = guests.map((guest, index) => ({ id: index + 1, name: guest.name, guest, vcpus: 1, targetKb: 131072, maxKb: 196608 }));
    expect(longListText([dom0, ...others])).toBe(recorded('guests-3/xl-list-l'));
  });

  it('the table of xl uptime', () => {
    expect(uptimeText(rows([], [108, 50, 20, 17]))).toBe(recorded('guests-3/xl-uptime'));
  });

  it('xl info', () => {
    const printed = infoText({
      name: 'xenlab',
      release: '6.1.0-56-amd64',
      version: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)',
      cpus: 2,
      coresPerSocket: 2,
      threadsPerCore: 1,
      nodes: 1,
      cpuMhz: '2596.124',
      hardware: '178bf3fd:80002001:20100800:00000007:00000000:00000000:00000000:00000000',
      totalMb: 3071,
      freeMb: 1630,
      xenExtra: 7,
      commandLine: 'dom0_mem=1024M,max:1024M loglvl=all guest_loglvl=all console=com1 com1=115200 spec-ctrl=no xpti=no',
      compiled: 'Wed Nov  4 16:52:28 UTC 2026',
      buildId: '151b373fd64b321593bf987fd923cd10dabadac4',
    });
    expect(printed).toBe(recorded('guests-3/xl-info'));
  });
});

describe('a configuration of the demo', () => {
  const spare = { uuid: uuids[1] ?? '', mac: '00:16:3e:ff:ff:ff' };

  it('is read from the file of a real host', () => {
    expect(readGuestFile(recorded('host/etc-guest2.cfg'), 'guest2.cfg', spare)).toEqual({ kind: 'guest', guest: guest2 });
  });

  it('is read back as it was written', () => {
    for (const each of guests) expect(readGuestFile(guestText(each), 'a.cfg', spare)).toEqual({ kind: 'guest', guest: each });
  });

  it('that is wrong is complained of in the words of the recorded host', () => {
    const complaints = (text: string, path: string) => {
      const read = readGuestFile(text, path, spare);
      return read.kind === 'refused' ? [`Parsing config from ${path}`, ...read.complaints, ''].join('\n') : 'none';
    };
    const error = (name: string) => readFileSync(resolve(fixtures, `errors/${name}.err`), 'utf8');
    const original = recorded('host/etc-guest2.cfg');
    expect(complaints('name = "bad\nmemory 128\n', '/tmp/bad.cfg')).toBe(error('create-syntax'));
    expect(complaints('\n', '/tmp/empty.cfg')).toBe(error('create-empty'));
    expect(complaints(original.replace(/^name.*\n/m, ''), '/tmp/noname.cfg')).toBe(error('create-no-name'));
    expect(complaints(original.replace(/^kernel.*\n/m, ''), '/tmp/nokernel.cfg')).toBe(error('create-no-kernel'));
    expect(complaints(original.replace(/^type.*/m, 'type = "nope"'), '/tmp/ty.cfg')).toBe(error('create-unknown-type'));
  });
});
