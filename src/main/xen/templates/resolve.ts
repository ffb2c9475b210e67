import { parse as parseYaml } from 'yaml';
import type { FieldError } from '../../../shared/contract/deploy.ts';
import { addressesIn } from '../deploy/addresses.ts';
import type { CloudInit, Guest, GuestDisk, GuestMedium, GuestVif } from '../deploy/guest.ts';
import { bootloaders } from './bootloaders.ts';
import { fillIn, parametersIn } from './expression.ts';
import { parameterValues } from './parameters.ts';
import { fillRawLines } from './raw-lines.ts';
import {
  integerBetween,
  ipv4Number,
  netmaskOf,
  oneOf,
  type Reader,
  readAccount,
  readBoolean,
  readBridge,
  readChecksum,
  readDevice,
  readDiskSize,
  readHostname,
  readIpv4,
  readLine,
  readLines,
  readMacPolicy,
  readMemory,
  readPackage,
  readPath,
  readPublicKey,
  readSeconds,
  readSelinuxBoolean,
  readTag,
  readVolume,
} from './readers.ts';
import type { TemplateFile } from './schema.ts';
import { type Fault, fieldName, type Place, type Template } from './template.ts';
import { Unfit } from './unfit.ts';

export type Resolved =
  | { readonly kind: 'guest'; readonly guest: Guest }
  | { readonly kind: 'errors'; readonly errors: readonly FieldError[] };

/**
 * The VM that a template makes with these values of its parameters; those left out take their defaults. Pure. A guest that comes out can
 * be rendered: nothing in it ends a line or a quote of a configuration.
 */
export function resolveTemplate(template: Template, values: Readonly<Record<string, string>>): Resolved {
  const { guest, faults } = resolve(template, values);
  if (guest !== null) return { kind: 'guest', guest };
  const errors = faults.map(({ place, parameter, message }) => ({
    field: parameter ?? fieldName(place),
    message: told(place, parameter, message),
  }));
  return { kind: 'errors', errors };
}

/** A person who fills in a form does not know the fields of the template: the sentence names the one that does not take the value. */
function told(place: Place, parameter: string | null, message: string): string {
  return parameter !== null && place[0] !== 'parameters' ? `In ${fieldName(place)}: ${message}` : message;
}

/** The same with where in the template each fault is. `guest` is null exactly when there are faults. */
export function resolve(
  template: Template,
  given: Readonly<Record<string, string>>,
): { readonly guest: Guest | null; readonly faults: readonly Fault[] } {
  const { values, faults: wrong } = parameterValues(template.parameters, given);
  if (wrong.length > 0) return { guest: null, faults: wrong };
  const faults: Fault[] = [];
  const guest = new Filler(values, template.file, faults).guest();
  return faults.length === 0 ? { guest, faults } : { guest: null, faults };
}

const whatThen = ['destroy', 'restart', 'rename-restart', 'preserve', 'coredump-destroy', 'coredump-restart'] as const;

/** Fills one template in. A fault is kept and stands in for its value, so that all of them are told at once; the guest is none then. */
class Filler {
  readonly #values: ReadonlyMap<string, string>;
  readonly #file: TemplateFile;
  readonly #faults: Fault[];

  constructor(values: ReadonlyMap<string, string>, file: TemplateFile, faults: Fault[]) {
    this.#values = values;
    this.#file = file;
    this.#faults = faults;
  }

  guest(): Guest {
    const file = this.#file;
    const type = this.#need(['type'], file.type, oneOf(['pv', 'pvh', 'hvm'] as const), 'pv');
    const memory = this.#need(['memory'], file.memory, readMemory, 0);
    const memoryMax = this.#read(['maximumMemory'], file.maximumMemory, readMemory, memory);
    if (memoryMax < memory) this.#fault(['maximumMemory'], file.maximumMemory, 'It is less than memory.');
    const disks = (file.disks ?? []).map((disk, at) => this.#disk(disk, ['disks', at]));
    const media = (file.media ?? []).map((medium, at) => this.#medium(medium, ['media', at]));
    const vifs = (file.vifs ?? []).map((vif, at) => this.#vif(vif, ['vifs', at]));
    const cloudInit = file.cloudInit === undefined ? null : this.#cloudInit(file.cloudInit, disks);
    this.#once(disks, media, vifs, cloudInit);
    const chosen = this.#boot(type);
    const boot =
      chosen.kind === 'kernel' && cloudInit === null ? { ...chosen, commandLine: this.#withAddresses(chosen.commandLine, vifs) } : chosen;
    const most = type === 'pv' ? 1023 : 2047;
    if (boot.kind === 'kernel' && Buffer.byteLength(boot.commandLine) > most) {
      this.#fault(
        ['boot', 'commandLine'],
        file.boot.commandLine,
        `It is longer than ${most} bytes: what is behind them would not reach the kernel.`,
      );
    }
    return {
      name: this.#values.get('name') ?? '',
      type,
      memory,
      memoryMax,
      vcpus: this.#read(['vcpus'], file.vcpus, integerBetween(1, 512), 1),
      boot,
      disks,
      ...(media.length === 0 ? {} : { media }),
      vifs,
      cloudInit,
      console: this.#read(['console'], file.console, oneOf(['serial', 'vnc'] as const), 'serial'),
      onPoweroff: this.#read(['onPoweroff'], file.onPoweroff, oneOf(whatThen), 'destroy'),
      onReboot: this.#read(['onReboot'], file.onReboot, oneOf(whatThen), 'restart'),
      onCrash: this.#read(['onCrash'], file.onCrash, oneOf(whatThen), 'destroy'),
      extra: this.#attempt(['extra'], file.extra ?? '', fillRawLines, ''),
      selinux: {
        booleans: this.#list(['selinux', 'booleans'], file.selinux?.booleans, /[\s,]+/, readSelinuxBoolean),
        whenAbsent: this.#read(['selinux', 'whenAbsent'], file.selinux?.whenAbsent, oneOf(['note', 'error'] as const), 'note'),
      },
      autostart: this.#read(['autostart'], file.autostart, readBoolean, false),
      tags: this.#list(['tags'], file.tags, /[\s,]+/, readTag),
      ready: this.#read(['ready'], file.ready, oneOf(['running', 'ping', 'ssh', 'cloud-init'] as const), 'running'),
      stableS: this.#read(['stable'], file.stable, readSeconds, 5),
    };
  }

  #boot(type: Guest['type']): Guest['boot'] {
    const { kernel, kernelChecksum, ramdisk, ramdiskChecksum, commandLine, bootloader, firmware } = this.#file.boot;
    const chosen = Object.entries({ kernel, bootloader, firmware }).filter(([, written]) => written !== undefined && written !== '');
    if (chosen.length !== 1) {
      this.#fault(
        ['boot'],
        undefined,
        chosen.length === 0
          ? 'It needs a kernel, a bootloader or a firmware.'
          : `Of ${chosen.map(([name]) => name).join(' and ')} only one can boot it.`,
      );
    }
    if (kernel === undefined || kernel === '') {
      for (const [name, written] of Object.entries({ kernelChecksum, ramdisk, ramdiskChecksum, commandLine })) {
        if (written !== undefined) this.#fault(['boot', name], undefined, 'It goes with a kernel only.');
      }
    }
    if (firmware !== undefined && firmware !== '') {
      if (type !== 'hvm')
        this.#fault(['boot', 'firmware'], undefined, `A ${type} guest has no firmware: boot it by a kernel or a bootloader.`);
      return { kind: 'firmware', firmware: this.#read(['boot', 'firmware'], firmware, oneOf(['bios', 'uefi'] as const), 'bios') };
    }
    if (bootloader !== undefined && bootloader !== '') {
      if (type === 'hvm')
        this.#fault(['boot', 'bootloader'], undefined, 'A hvm guest boots by its firmware: write firmware: bios or uefi.');
      const program: Reader<string> = (text) => (text.startsWith('/') ? readPath(text) : oneOf(bootloaders)(text));
      return { kind: 'bootloader', program: this.#read(['boot', 'bootloader'], bootloader, program, '') };
    }
    if ((ramdisk === undefined || ramdisk === '') && ramdiskChecksum !== undefined)
      this.#fault(['boot', 'ramdiskChecksum'], undefined, 'It is the checksum of a ramdisk, and there is none.');
    return {
      kind: 'kernel',
      kernel: this.#need(['boot', 'kernel'], kernel, readPath, ''),
      ramdisk: this.#read(['boot', 'ramdisk'], ramdisk, readPath, null),
      commandLine: this.#read(['boot', 'commandLine'], commandLine, readLine, ''),
      kernelChecksum: this.#read(['boot', 'kernelChecksum'], kernelChecksum, readChecksum, null),
      ramdiskChecksum: this.#read(['boot', 'ramdiskChecksum'], ramdiskChecksum, readChecksum, null),
    };
  }

  /** Where no cloud-init tells a guest its fixed address, the kernel does: `ip=` of the kernel's nfsroot.rst, unless it is there already. */
  #withAddresses(commandLine: string, vifs: readonly GuestVif[]): string {
    const words = vifs.flatMap(({ ip }, at) => {
      if (ip.kind !== 'static' || addressesIn(commandLine).includes(ip.address)) return [];
      const dns = ip.dns.slice(0, 2).map((server) => `:${server}`);
      return [
        `ip=${ip.address}::${ip.gateway ?? ''}:${netmaskOf(ip.prefix)}:${this.#values.get('name') ?? ''}:eth${at}:off${dns.join('')}`,
      ];
    });
    return [commandLine, ...words].filter((word) => word !== '').join(' ');
  }

  #disk(disk: NonNullable<TemplateFile['disks']>[number], place: Place): GuestDisk {
    const at = (field: string): Place => [...place, field];
    const format = this.#read(at('format'), disk.format, oneOf(['raw', 'qcow2'] as const), 'raw');
    const onFile = disk.path !== undefined && disk.path !== '';
    const onVolume = disk.volume !== undefined && disk.volume !== '';
    if (onFile === onVolume) this.#fault(place, undefined, 'It lies either in a file (path) or on a logical volume (volume).');
    const target: GuestDisk['place'] = onVolume
      ? { kind: 'volume', ...this.#need(at('volume'), disk.volume, readVolume, { group: '', volume: '' }) }
      : { kind: 'file', path: this.#need(at('path'), disk.path, readPath, '') };
    const from = disk.image !== undefined && disk.image !== '';
    const method = this.#read(
      at('method'),
      disk.method,
      oneOf(['copy', 'reflink', 'overlay', 'snapshot', 'empty'] as const),
      from ? 'copy' : 'empty',
    );
    const size = this.#read(at('size'), disk.size, readDiskSize, null);
    const grow = this.#read(at('grow'), disk.grow, readBoolean, false);
    const wrong = (field: string, message: string) => this.#fault(at(field), undefined, message);

    if (onVolume && format !== 'raw') wrong('format', 'On a logical volume it is raw.');
    if (grow && size === null) wrong('grow', 'It grows to a size: write that, too.');
    if (method === 'empty') {
      if (from) wrong('image', 'An empty disk has no image: write a method that uses it, such as copy.');
      if (disk.checksum !== undefined) wrong('checksum', 'It is the checksum of an image, and there is none.');
      if (grow) wrong('grow', 'An empty disk has no file system to grow.');
      if (size === null) wrong('size', 'An empty disk needs a size.');
      return {
        device: this.#need(at('device'), disk.device, readDevice, ''),
        format,
        place: target,
        source: { kind: 'empty' },
        size,
        grow,
      };
    }
    if (!from) wrong('image', `The method ${method} needs an image.`);
    if (method === 'overlay' && (format !== 'qcow2' || onVolume)) wrong('method', 'An overlay is a file of the format qcow2.');
    if (method === 'reflink' && onVolume) wrong('method', 'A reflink is made between files, not on a logical volume.');
    if (method === 'snapshot' && !onVolume) wrong('method', 'A snapshot is one of LVM: the disk needs a volume.');
    const image =
      method === 'snapshot'
        ? this.#need(at('image'), disk.image, (text) => origin(text, target), '')
        : this.#need(at('image'), disk.image, readPath, '');
    if (target.kind === 'file' && target.path !== '' && target.path === image)
      this.#fault(at('path'), disk.path, 'It is the image itself.');
    const checksum = this.#read(at('checksum'), disk.checksum, readChecksum, null);
    return {
      device: this.#need(at('device'), disk.device, readDevice, ''),
      format,
      place: target,
      source: { kind: 'image', image, method, checksum },
      size,
      grow,
    };
  }

  #medium(medium: NonNullable<TemplateFile['media']>[number], place: Place): GuestMedium {
    return {
      device: this.#need([...place, 'device'], medium.device, readDevice, ''),
      path: this.#need([...place, 'path'], medium.path, readPath, ''),
    };
  }

  #vif(vif: NonNullable<TemplateFile['vifs']>[number], place: Place): GuestVif {
    const at = (field: string): Place => [...place, field];
    const mac = this.#read(at('mac'), vif.mac, readMacPolicy, null);
    const ip = this.#read(at('ip'), vif.ip, readAddress, { kind: 'dhcp' } as const);
    const bridge = this.#need(at('bridge'), vif.bridge, readBridge, '');
    const card = typeof mac === 'object' && mac !== null ? { mac: null, macs: mac } : { mac };
    if (ip.kind !== 'static') {
      for (const field of ['lastIp', 'prefix', 'gateway', 'dns'] as const) {
        // A template may ask for the address and leave the choice to DHCP: what goes with a fixed one is then not used.
        if (vif[field] !== undefined && namesIn(vif.ip ?? '').length === 0)
          this.#fault(at(field), undefined, 'It goes with a fixed address only.');
      }
      return { bridge, ...card, ip };
    }
    const prefix = ip.prefix ?? this.#read(at('prefix'), vif.prefix, integerBetween(1, 32), 24);
    const gateway = this.#read(at('gateway'), vif.gateway, (text) => (text === '' ? null : readIpv4(text)), null);
    const dns = this.#list(at('dns'), vif.dns, /[\s,]+/, readIpv4);
    const size = 2 ** (32 - prefix);
    const network = (address: string) => Math.floor(ipv4Number(address) / size);
    const within = ipv4Number(ip.address) % size;
    if (prefix < 31 && (within === 0 || within === size - 1))
      this.#fault(at('ip'), vif.ip, `${ip.address} is not an address of a single machine in a network of /${prefix}.`);
    if (gateway !== null && network(gateway) !== network(ip.address)) {
      this.#fault(at('gateway'), vif.gateway, `${gateway} is not in the network of ${ip.address}/${prefix}.`);
    }
    const last = this.#read(at('lastIp'), vif.lastIp, (text) => (text === '' ? null : readIpv4(text)), null);
    if (last !== null && network(last) !== network(ip.address)) {
      this.#fault(at('lastIp'), vif.lastIp, `${last} is not in the network of ${ip.address}/${prefix}.`);
    }
    return { bridge, ...card, ip: { kind: 'static', address: ip.address, ...(last === null ? {} : { last }), prefix, gateway, dns } };
  }

  #cloudInit(fields: NonNullable<TemplateFile['cloudInit']>, disks: readonly GuestDisk[]): CloudInit {
    const at = (field: string): Place => ['cloudInit', field];
    const name = this.#values.get('name') ?? '';
    const beside = disks.map(({ place }) => (place.kind === 'file' ? place.path : '')).find((path) => path !== '');
    const folder = beside === undefined ? '/srv/xen' : beside.slice(0, beside.lastIndexOf('/'));
    const hostname =
      name
        .replace(/[^A-Za-z0-9.]+/g, '-')
        .replace(/^[.-]+|[.-]+$/g, '')
        .replace(/\.{2,}|-\.|\.-/g, '.') || 'guest';
    return {
      device: this.#read(at('device'), fields.device, readDevice, 'xvdz'),
      path: this.#read(at('path'), fields.path, readPath, `${folder}/${name}-seed.iso`),
      hostname: this.#read(at('hostname'), fields.hostname, readHostname, hostname),
      user: this.#read(at('user'), fields.user, readAccount, null),
      keys: this.#list(at('keys'), fields.keys, /[\r\n]+/, readPublicKey),
      packages: this.#list(at('packages'), fields.packages, /[\s,]+/, readPackage),
      userData: this.#read(at('userData'), fields.userData, readUserData, ''),
    };
  }

  /** Devices, files, volumes and MAC addresses are each used once. */
  #once(disks: readonly GuestDisk[], media: readonly GuestMedium[], vifs: readonly GuestVif[], seed: CloudInit | null): void {
    const seen = new Set<string>();
    const once = (place: Place, what: string, value: string, written: string | undefined) => {
      if (value === '') return;
      if (seen.has(`${what} ${value}`)) this.#fault(place, written, `The ${what} ${value} is used twice.`);
      seen.add(`${what} ${value}`);
    };
    const { disks: fields = [], media: mediaFields = [], vifs: vifFields = [], cloudInit } = this.#file;
    disks.forEach(({ device, place }, at) => {
      once(['disks', at, 'device'], 'device', device, fields[at]?.device);
      if (place.kind === 'file') once(['disks', at, 'path'], 'file', place.path, fields[at]?.path);
      else if (place.group !== '') once(['disks', at, 'volume'], 'volume', `${place.group}/${place.volume}`, fields[at]?.volume);
    });
    media.forEach(({ device }, at) => {
      once(['media', at, 'device'], 'device', device, mediaFields[at]?.device);
    });
    if (seed !== null) {
      once(['cloudInit', 'device'], 'device', seed.device, cloudInit?.device);
      once(['cloudInit', 'path'], 'file', seed.path, cloudInit?.path);
    }
    vifs.forEach(({ mac }, at) => {
      once(['vifs', at, 'mac'], 'MAC address', mac ?? '', vifFields[at]?.mac);
    });
  }

  /** One value, its parameters filled in. What is left out or empty is `fallback`. */
  #read<T>(place: Place, written: string | undefined, read: Reader<T>, fallback: T): T;
  #read<T>(place: Place, written: string | undefined, read: Reader<T>, fallback: null): T | null;
  #read<T>(place: Place, written: string | undefined, read: Reader<T>, fallback: T): T {
    if (written === undefined) return fallback;
    return this.#attempt(
      place,
      written,
      (text, values) => {
        const filled = fillIn(text, values);
        return filled === '' ? fallback : read(filled);
      },
      fallback,
    );
  }

  /** One value that must be there; `standIn` takes its place in a guest that is none. */
  #need<T>(place: Place, written: string | undefined, read: Reader<T>, standIn: T): T {
    if (written === undefined) return standIn;
    return this.#attempt(place, written, (text, values) => read(fillIn(text, values)), standIn);
  }

  /** A list whose entries may each hold several: a parameter is one text, and people give several packages in it. */
  #list(place: Place, written: readonly string[] | undefined, between: RegExp, read: Reader<string>): readonly string[] {
    return (written ?? []).flatMap((entry, at) =>
      this.#attempt<readonly string[]>(
        [...place, at],
        entry,
        (text, values) =>
          fillIn(text, values)
            .split(between)
            .filter((item) => item.trim() !== '')
            .map(read),
        [],
      ),
    );
  }

  #attempt<T>(place: Place, written: string, read: (written: string, values: ReadonlyMap<string, string>) => T, fallback: T): T {
    let problem: string;
    try {
      return read(written, this.#values);
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      problem = error.message;
    }
    // Of several parameters, it is the one without whose value the rest would do.
    const guilty = namesIn(written).find((name) =>
      ['', '0', 'x'].some((harmless) => unfit(() => read(written, new Map([...this.#values, [name, harmless]]))) === undefined),
    );
    this.#fault(place, guilty === undefined ? written : `{${guilty}}`, problem);
    return fallback;
  }

  /** `written` is the value that is wrong, where it is one alone; a parameter in it is what can be changed about it. */
  #fault(place: Place, written: string | undefined, message: string): void {
    const parameter = written === undefined ? undefined : namesIn(written)[0];
    if (this.#faults.length < 50) this.#faults.push({ place, parameter: parameter ?? null, message });
  }
}

/** Why it is unfit; undefined when it is not. */
function unfit(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof Unfit) return error.message;
    throw error;
  }
}

/** The parameters in a value, `name` last: it is the one that people least want to change. */
function namesIn(written: string): readonly string[] {
  if (unfit(() => parametersIn(written)) !== undefined) return [];
  return [...parametersIn(written)].sort((one, other) => Number(one === 'name') - Number(other === 'name'));
}

type Address =
  | { readonly kind: 'none' }
  | { readonly kind: 'dhcp' }
  | { readonly kind: 'static'; readonly address: string; readonly prefix: number | null };

function readAddress(text: string): Address {
  if (text === 'none' || text === 'dhcp') return { kind: text };
  const [address = '', prefix, ...more] = text.split('/');
  if (more.length > 0 || (!/^[0-9.]/.test(text) && prefix === undefined)) throw new Unfit('Write none, dhcp, or an IPv4 address.');
  return { kind: 'static', address: readIpv4(address), prefix: prefix === undefined ? null : integerBetween(1, 32)(prefix) };
}

/** The image of a snapshot: a volume in the same group. */
function origin(text: string, target: GuestDisk['place']): string {
  const { group, volume } = readVolume(text);
  if (target.kind === 'volume' && target.group !== '' && target.group !== group)
    throw new Unfit(`A snapshot lies in the group of its volume: ${group}.`);
  return `${group}/${volume}`;
}

/** Of the document that it is merged into, only fields: `runcmd:` and the like (cloud-init, "Cloud config examples"). */
function readUserData(text: string): string {
  readLines(text);
  let read: unknown;
  try {
    read = parseYaml(text, { logLevel: 'error', maxAliasCount: 0 });
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Unfit(`It is no YAML: ${first}`);
  }
  if (read === null || read === undefined) return '';
  if (typeof read !== 'object' || Array.isArray(read)) throw new Unfit('It needs fields of a #cloud-config document, such as runcmd.');
  return text;
}
