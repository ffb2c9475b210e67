import type { Disk, DomainRow, Vif } from '../../shared/contract/xen.ts';
import { formatBytes } from '../../shared/units.ts';
import { clockDate } from '../components/clock-time.ts';

/** A fact of a domain: its name, its value (hostile text), and where it comes from. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly source: string;
}

/** What a domain is made of, in reading order; what it does not have is left out. */
export function factsOf({ facts, load }: DomainRow): readonly Fact[] {
  const lines: (readonly [label: string, value: string | number | null, source: string])[] = [
    ['ID', load.id, 'xl list'],
    ['UUID', facts.uuid, 'xl list -l: uuid'],
    ['Type', facts.type?.toUpperCase() ?? null, 'xl list -l: type'],
    ['Kernel', facts.kernel, 'xl list -l: kernel'],
    ['Ramdisk', facts.ramdisk, 'xl list -l: ramdisk'],
    ['Command line', facts.commandLine, 'xl list -l: cmdline'],
    ['Bootloader', facts.bootloader, 'xl list -l: bootloader'],
    [
      'Memory',
      facts.memoryMax > 0 ? `target ${formatBytes(facts.memoryTarget)}, at most ${formatBytes(facts.memoryMax)}` : null,
      'xl list -l: target_memkb, max_memkb',
    ],
    [
      'vCPUs',
      load.id === null ? `${facts.vcpusMax} at most` : `${load.vcpus} of at most ${facts.vcpusMax}`,
      'xl list -l: avail_vcpus, max_vcpus',
    ],
    ['Started', facts.startedAt === null ? null : clockDate(facts.startedAt), 'xl uptime, by the clock of this console'],
    ['On power off', facts.onPoweroff, 'on_poweroff of xl.cfg(5)'],
    ['On reboot', facts.onReboot, 'on_reboot of xl.cfg(5)'],
    ['On crash', facts.onCrash, 'on_crash of xl.cfg(5)'],
    ['Autostart', facts.autostart ? 'yes' : 'no', '/etc/xen/auto'],
    ['Configuration', facts.configFile ?? 'none', '/etc/xen'],
    ['VNC', facts.vnc, 'xl list -l: vnc'],
    ...facts.vifs.map((vif, index) => [`Network ${index}`, vifText(vif), 'xl list -l: nics'] as const),
    ...facts.disks.map((disk) => [`Disk ${disk.device}`, diskText(disk), 'xl list -l: disks'] as const),
    ...facts.pci.map((device, index) => [`PCI ${index}`, device, 'xl list -l: pcidevs'] as const),
  ];
  return lines.flatMap(([label, value, source]) => (value === null || value === '' ? [] : [{ label, value: String(value), source }]));
}

function vifText({ mac, bridge, model, ip }: Vif): string {
  return [mac ?? 'no MAC known', bridge === null ? null : `on ${bridge}`, model, ip === null ? null : `IP ${ip}`]
    .filter(Boolean)
    .join(', ');
}

function diskText({ target, format, backend, writable, cdrom }: Disk): string {
  return [target || 'empty', format, backend, cdrom ? 'CD-ROM' : writable ? 'read and write' : 'read only'].filter(Boolean).join(', ');
}
