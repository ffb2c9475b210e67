import type { Disk, DomainFacts, DomainType, Vif } from '../../shared/contract/xen.ts';
import { compareConfigs } from './config-compare.ts';
import type { ConfigSettings, ConfigValue } from './config-parse.ts';
import type { ConfiguredDomain } from './configured.ts';
import { parseDisk } from './disk-spec.ts';
import type { RunningDomain } from './running-domain.ts';
import { parseVif, vifOf } from './vif-spec.ts';

const mib = 2 ** 20;
const types: readonly DomainType[] = ['pv', 'pvh', 'hvm'];

/** What is known of a domain that the table has; `running` is missing where only the table knows it. */
export interface Presence {
  readonly id: number;
  readonly memory: number;
  readonly vcpus: number;
  readonly running: RunningDomain | undefined;
  /** Epoch ms. */
  readonly startedAt: number | null;
}

/** The facts of a domain from what runs (`presence`), from its file, or from both. */
export function domainFacts(presence: Presence | undefined, file: ConfiguredDomain | undefined): DomainFacts {
  const running = presence?.running;
  const settings = running?.settings ?? (presence === undefined ? file?.settings : undefined) ?? new Map<string, ConfigValue>();
  const text = (name: string) => {
    const value = settings.get(name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const memory = configuredMemory(settings, 'memory');
  const vcpus = Number(text('maxvcpus') ?? text('vcpus') ?? Number.NaN);
  return {
    uuid: running?.uuid ?? null,
    type: presence === undefined ? configuredType(settings) : (running?.type ?? null),
    control: presence?.id === 0,
    kernel: text('kernel'),
    ramdisk: text('ramdisk'),
    commandLine: text('cmdline') ?? (presence === undefined ? text('extra') : null),
    bootloader: text('bootloader'),
    memoryTarget: running?.memoryTarget ?? presence?.memory ?? memory ?? 0,
    memoryMax: running?.memoryMax ?? configuredMemory(settings, 'maxmem') ?? memory ?? presence?.memory ?? 0,
    vcpusMax: running?.vcpusMax ?? (Number.isInteger(vcpus) && vcpus > 0 ? vcpus : (presence?.vcpus ?? 1)),
    startedAt: presence?.startedAt ?? null,
    vifs: list(settings, 'vif').map((spec): Vif => vifOf(parseVif(spec))),
    disks: list(settings, 'disk').map(diskOf),
    pci: list(settings, 'pci'),
    // The defaults of xl.cfg(5).
    onPoweroff: text('on_poweroff') ?? 'destroy',
    onReboot: text('on_reboot') ?? 'restart',
    onCrash: text('on_crash') ?? 'destroy',
    vnc: running?.vnc ?? null,
    autostart: file?.autostart ?? false,
    configFile: file?.path ?? null,
    differs: file === undefined || running === undefined || file.isProgram ? [] : differences(file.settings, running.settings),
    configIsProgram: file?.isProgram ?? false,
  };
}

/** The facts of one domain again and again: worked out anew only when what they come from is another. */
export class RememberedFacts {
  #from: readonly unknown[] = [];
  #facts: DomainFacts | undefined;

  /** As `domainFacts`. `presence.running` and `file` are the same objects for as long as the host tells the same. */
  of(presence: Presence | undefined, file: ConfiguredDomain | undefined): DomainFacts {
    const from = [presence?.id, presence?.memory, presence?.vcpus, presence?.running, presence?.startedAt, file];
    if (this.#facts === undefined || from.some((value, index) => value !== this.#from[index])) {
      this.#facts = domainFacts(presence, file);
      this.#from = from;
    }
    return this.#facts;
  }
}

function differences(file: ConfigSettings, running: ConfigSettings): string[] {
  return compareConfigs(file, running).map(({ setting }) => setting);
}

function list(settings: ConfigSettings, name: string): string[] {
  const value = settings.get(name);
  return value === undefined || typeof value === 'string' ? [] : value.filter((item) => typeof item === 'string');
}

function diskOf(spec: string): Disk {
  const { device, target, format, backend, writable, cdrom } = parseDisk(spec);
  return { device, target, format, backend, writable, cdrom };
}

function configuredMemory(settings: ConfigSettings, name: string): number | null {
  const value = settings.get(name);
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) * mib : null;
}

function configuredType(settings: ConfigSettings): DomainType | null {
  return types.find((type) => type === settings.get('type')) ?? (settings.get('builder') === 'hvm' ? 'hvm' : null);
}
