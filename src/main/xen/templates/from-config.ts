import { Document } from 'yaml';
import type { TemplateComplaint } from '../../../shared/contract/templates.ts';
import type { DomainConfig, DomainRow } from '../../../shared/contract/xen.ts';
import { HumError, type Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { type ConfigSettings, type ConfigValue, parseConfig } from '../config-parse.ts';
import { writeSetting } from '../config-write.ts';
import { type DiskSpec, parseDisk } from '../disk-spec.ts';
import { parseVif } from '../vif-spec.ts';
import { isPvgrub } from './bootloaders.ts';
import { literally } from './expression.ts';
import { isWrittenByHum } from './raw-lines.ts';
import { readTemplate } from './read-template.ts';
import { readBridge, readDevice, readMemory, readName, readPath, readVolume, writeBytes } from './readers.ts';
import { quoted, Unfit } from './unfit.ts';

export interface MadeTemplate {
  readonly text: string;
  /** What could not be taken over, and what a person should look at. */
  readonly notes: readonly string[];
}

export type FromConfig =
  | ({ readonly kind: 'read' } & MadeTemplate)
  | { readonly kind: 'refused'; readonly problem: Problem; readonly complaints: readonly TemplateComplaint[] };

/** A template from a configuration file of xl or xm. A program in Python is not evaluated, and refused. */
export function fromConfig(text: string, fileName: string): FromConfig {
  const { settings, complaints, isProgram } = parseConfig(text);
  const refused = (message: string, hint: string): FromConfig => ({
    kind: 'refused',
    problem: { code: 'config-invalid', message, hint },
    complaints: complaints.map((complaint) => ({ ...complaint, field: '' })),
  });
  if (isProgram) {
    return refused(
      'This configuration is a program in Python, as xm ran it: Hum does not run it.',
      'Take the configuration of the running VM instead: “Make a template” on its page.',
    );
  }
  const wrong = complaints.find(({ severity }) => severity === 'error');
  if (wrong !== undefined)
    return refused(`The configuration cannot be read: line ${wrong.line}: ${wrong.message}`, 'Correct that line, and import it again.');
  if (!['kernel', 'bootloader', 'disk', 'memory', 'builder', 'type'].some((name) => settings.has(name))) {
    return refused('This is no configuration of a VM.', 'Choose a file such as those in /etc/xen.');
  }
  const file = fileName.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '');
  return { kind: 'read', ...templateOf(settings, { title: file, autostart: false }) };
}

/**
 * A template from a VM that is there: its configuration on disk, or what runs where that is missing or a program.
 * @throws HumError `config-missing`
 */
export function fromDomain({ name, host, facts }: DomainRow, { disk, running }: Pick<DomainConfig, 'disk' | 'running'>): MadeTemplate {
  const read = [disk?.text, running].flatMap((text) => (text === null || text === undefined ? [] : [parseConfig(text)]));
  const usable = read.find(({ isProgram, complaints }) => !isProgram && complaints.every(({ severity }) => severity !== 'error'));
  if (usable === undefined) {
    throw new HumError({
      code: 'config-missing',
      message: `“${visibleText(name, 100)}” has no configuration that Hum can read.`,
      hint: 'Start it: what runs can be read, too.',
      host,
    });
  }
  const made = templateOf(usable.settings, { title: name, autostart: facts.autostart });
  const notes = usable === read[0] ? [] : ['The file of the VM cannot be read: this is what runs.'];
  return { text: made.text, notes: [...notes, ...made.notes] };
}

type Fields = { [field: string]: unknown };

function templateOf(settings: ConfigSettings, { title, autostart }: { readonly title: string; readonly autostart: boolean }): MadeTemplate {
  const maker = new Maker(settings);
  const fields = maker.template(title, autostart);
  const text = new Document(fields, { schema: 'failsafe', aliasDuplicateObjects: false }).toString({ lineWidth: 0, singleQuote: true });
  const wrong = readTemplate(text).complaints.map(({ line, message }) => `Line ${line} of the template needs a look: ${message}`);
  return { text, notes: [...maker.notes, ...wrong] };
}

/** Turns the settings of one VM into the fields of a template. */
class Maker {
  readonly notes: string[] = [];
  readonly #settings: ConfigSettings;
  readonly #parameters: Fields = {};
  readonly #name: string | null;
  /** The device of the seed that Hum had made for cloud-init. */
  #seed: string | undefined;

  constructor(settings: ConfigSettings) {
    this.#settings = settings;
    const name = this.#text('name');
    this.#name = name !== undefined && fits(() => readName(name)) ? name : null;
  }

  template(title: string, autostart: boolean): Fields {
    const type = this.#type();
    const boot = this.#boot(type);
    const { disks, media } = this.#disks();
    const vifs = this.#vifs(boot);
    const shown = visibleText(title, 80).trim() || 'A VM';
    const memory = this.#mebibytes('memory') ?? this.#mebibytes('maxmem') ?? '512 MiB';
    if (!this.#settings.has('memory')) this.notes.push(`It says nothing of its memory: ${memory} was taken.`);
    const most = this.#mebibytes('maxmem');
    this.#parameter('memory', { type: 'bytes', default: memory });
    if (most !== undefined && most !== memory) this.#parameter('maximum-memory', { type: 'bytes', default: most });
    this.#parameter('vcpus', { label: 'Virtual CPUs', type: 'integer', default: this.#number('vcpus') ?? '1', minimum: '1' });
    if (this.#settings.has('uuid')) this.notes.push('The uuid was left out: each VM gets its own.');
    if (this.#seed !== undefined) this.notes.push('Its seed for cloud-init is made anew: write under cloudInit what is to be in it.');
    const extra = this.#extra();
    const events = Object.fromEntries(
      Object.entries({ on_poweroff: 'onPoweroff', on_reboot: 'onReboot', on_crash: 'onCrash' }).flatMap(([setting, field]) => {
        const value = this.#text(setting);
        return value === undefined ? [] : [[field, literally(value)]];
      }),
    );
    return {
      version: '1',
      name: shown,
      type,
      parameters: this.#parameters,
      memory: '{memory}',
      ...('maximum-memory' in this.#parameters ? { maximumMemory: '{maximum-memory}' } : {}),
      vcpus: '{vcpus}',
      boot,
      ...(disks.length > 0 ? { disks } : {}),
      ...(media.length > 0 ? { media } : {}),
      ...(vifs.length > 0 ? { vifs } : {}),
      ...(this.#seed === undefined ? {} : { cloudInit: { device: this.#seed } }),
      ...(this.#showsScreen() ? { console: 'vnc' } : {}),
      ...events,
      ...(extra === '' ? {} : { extra }),
      ...(autostart ? { autostart: 'true' } : {}),
    };
  }

  #parameter(name: string, fields: Fields): string {
    this.#parameters[name] = fields;
    return `{${name}}`;
  }

  #text(name: string): string | undefined {
    const value = this.#settings.get(name);
    if (typeof value !== 'string' || value === '') return undefined;
    if (!/\p{Cc}/u.test(value)) return value;
    this.notes.push(`The value of ${name} has a control character in it and was left out.`);
    return undefined;
  }

  #list(name: string): readonly string[] {
    const value: ConfigValue | undefined = this.#settings.get(name);
    if (value === undefined) return [];
    return (typeof value === 'string' ? [value] : value).filter((item) => typeof item === 'string');
  }

  #number(name: string): string | undefined {
    const value = this.#text(name);
    return value !== undefined && /^[1-9][0-9]{0,8}$/.test(value) ? value : undefined;
  }

  #mebibytes(name: string): string | undefined {
    const number = this.#number(name);
    const written = number === undefined ? undefined : writeBytes(Number(number) * 2 ** 20);
    return written !== undefined && fits(() => readMemory(written)) ? written : undefined;
  }

  #type(): 'pv' | 'pvh' | 'hvm' {
    const type = this.#text('type') ?? (['hvm', 'pvh'].includes(this.#text('builder') ?? '') ? this.#text('builder') : 'pv');
    return type === 'pvh' || type === 'hvm' ? type : 'pv';
  }

  /** A text with the name of the VM as a parameter, where it stands as a word of its own. */
  #named(text: string): string {
    const escaped = literally(text);
    if (this.#name === null) return escaped;
    const word = this.#name.replace(/[.+]/g, '\\$&');
    return escaped.replace(new RegExp(`(?<![A-Za-z0-9_{])${word}(?![A-Za-z0-9_}])`, 'g'), () => '{name}');
  }

  #boot(type: 'pv' | 'pvh' | 'hvm'): Fields {
    const kernel = this.#text('kernel');
    const bootloader = this.#text('bootloader');
    // xm's way to say what xl takes for granted.
    const emulated = kernel !== undefined && /\/hvmloader$/.test(kernel);
    if (kernel !== undefined && !emulated && bootloader === undefined) {
      const ramdisk = this.#text('ramdisk');
      const root = this.#text('root');
      const commandLine =
        this.#text('cmdline') ??
        [root === undefined ? undefined : `root=${root}`, this.#text('extra')].filter((word) => word !== undefined).join(' ');
      return {
        kernel: literally(kernel),
        ...(ramdisk === undefined ? {} : { ramdisk: literally(ramdisk) }),
        ...(commandLine === '' ? {} : { commandLine: this.#named(commandLine) }),
      };
    }
    if (type === 'hvm') {
      const firmware = this.#text('firmware');
      return { firmware: firmware === 'uefi' || firmware === 'ovmf' ? 'uefi' : 'bios' };
    }
    const inGuest = this.#text('firmware');
    if (bootloader === undefined && inGuest !== undefined && isPvgrub(inGuest)) return { bootloader: inGuest };
    if (bootloader === undefined)
      this.notes.push('It says neither which kernel to start nor which bootloader finds one: pygrub was taken.');
    const known = bootloader?.replace(/^.*\//, '');
    return { bootloader: bootloader === undefined || known === 'pygrub' ? 'pygrub' : literally(bootloader) };
  }

  #disks(): { readonly disks: readonly Fields[]; readonly media: readonly Fields[] } {
    const disks: Fields[] = [];
    const media: Fields[] = [];
    for (const spec of this.#list('disk')) {
      const disk = parseDisk(spec);
      const leftOut = (why: string) => this.notes.push(`The disk ${quoted(spec)} was left out: ${why}`);
      if (!fits(() => readDevice(disk.device))) leftOut('its device is none that Hum knows.');
      else if (disk.target === '' || disk.format === 'empty') leftOut('it is an empty drive.');
      else if (!fits(() => readPath(disk.target))) leftOut('Hum makes files and logical volumes only.');
      else if (disk.script !== null) leftOut('it comes from a script.');
      else if (!disk.writable && this.#name !== null && disk.target.endsWith(`/${this.#name}-seed.iso`)) this.#seed = disk.device;
      // It is there, and nobody makes one of another name.
      else if (!disk.writable || disk.cdrom) media.push({ device: disk.device, path: literally(disk.target) });
      else if (disk.format !== null && !['raw', 'qcow2'].includes(disk.format)) leftOut(`its format is ${visibleText(disk.format, 20)}.`);
      else disks.push(this.#disk(disk, disks.length === 0 ? 'image' : `image-${disk.device}`));
    }
    return { disks, media };
  }

  /** A copy of the disk as it is: whoever has a golden image names that instead. */
  #disk({ device, format, target }: DiskSpec, parameter: string): Fields {
    this.notes.push(
      `${device} is copied from ${visibleText(target, 200)}, the disk of this VM: shut it down before, or name a golden image instead.`,
    );
    const image = this.#parameter(parameter, {
      label: `Image of ${device}`,
      default: literally(target),
      help: 'What the disk is copied from.',
    });
    const [, group, volume] = /^\/dev\/(?!mapper\/|disk\/|loop|sd|xvd|nvme)([^/]+)\/([^/]+)$/.exec(target) ?? [];
    const own = (path: string) => (this.#named(path).includes('{name}') ? this.#named(path) : undefined);
    if (group !== undefined && volume !== undefined && fits(() => readVolume(`${group}/${volume}`))) {
      return { device, volume: `${group}/${own(volume) ?? `{name}-${device}`}`, image };
    }
    const cut = target.lastIndexOf('/') + 1;
    const block = target.startsWith('/dev/');
    const folder = block ? '/srv/xen/' : target.slice(0, cut);
    const base = block ? undefined : own(target.slice(cut));
    const path = `${literally(folder)}${base ?? `{name}-${device}.${format === 'qcow2' ? 'qcow2' : 'img'}`}`;
    return { device, ...(format === 'qcow2' ? { format } : {}), path, image };
  }

  #vifs(boot: Fields): readonly Fields[] {
    const specs = this.#list('vif').map(parseVif);
    const address = this.#fixedAddress(boot, specs.length);
    return specs.map((keys, at) => {
      const bridge = keys.get('bridge') ?? '';
      const known = fits(() => readBridge(bridge));
      if (!known) this.notes.push(`Network card ${at + 1} is on no bridge that is named: xenbr0 was taken.`);
      if (keys.has('mac')) this.notes.push(`The MAC address ${visibleText(keys.get('mac') ?? '', 40)} was left out: each VM gets its own.`);
      const others = [...keys].filter(([key]) => !['mac', 'bridge'].includes(key)).map(([key, value]) => `${key}=${value}`);
      if (others.length > 0) this.notes.push(`Of network card ${at + 1} was left out: ${visibleText(others.join(', '), 200)}.`);
      const parameter = at === 0 ? 'bridge' : `bridge-${at + 1}`;
      return {
        bridge: this.#parameter(parameter, { default: known ? bridge : 'xenbr0' }),
        ...(at === 0 && address !== null ? address : {}),
      };
    });
  }

  /** The address that the command line gives the guest: another VM needs another one. Takes it out of `boot`. */
  #fixedAddress(boot: Fields, cards: number): Fields | null {
    const line = boot.commandLine;
    const [, address] = (typeof line === 'string' ? /(?:^|\s)ip4?=([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?=[\s:/]|$)/.exec(line) : null) ?? [];
    if (typeof line !== 'string' || address === undefined || cards === 0) return null;
    boot.commandLine = line.replaceAll(new RegExp(`(?<![0-9.])${address.replaceAll('.', '\\.')}(?![0-9.])`, 'g'), '{ip}');
    this.#parameter('ip', {
      label: 'Address',
      type: 'ipv4',
      help: `Another one than ${address}, which the VM has that this was made from.`,
    });
    this.notes.push(`The address ${address} became a parameter without a default; a network of /24 was taken.`);
    return { ip: '{ip}', prefix: '24' };
  }

  #showsScreen(): boolean {
    return this.#list('vfb').some((vfb) => /(?:^|[\s,])(?:type=vnc|vnc=1)/.test(vfb)) || this.#text('vnc') === '1';
  }

  /** Everything that no field has, as it was. */
  #extra(): string {
    let lines = '';
    for (const [name, value] of this.#settings) {
      if (isWrittenByHum(name) || name === 'uuid') continue;
      if (/passw/.test(name)) {
        this.notes.push(`${name} was left out: a template is no place for a password.`);
        continue;
      }
      try {
        lines += literally(writeSetting(name, value));
      } catch (error) {
        if (!(error instanceof HumError)) throw error;
        this.notes.push(`The value of ${name} has a control character in it and was left out.`);
      }
    }
    return lines;
  }
}

function fits(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof Unfit) return false;
    throw error;
  }
}
