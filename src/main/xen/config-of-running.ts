import type { ConfigSettings, ConfigValue } from './config-parse.ts';
import { type DiskSpec, writeDisk } from './disk-spec.ts';
import { writeVif } from './vif-spec.ts';

type Fields = { readonly [key: string]: unknown };

/**
 * What runs, as settings of xl.cfg(5). `domain` is one element of the JSON that `xl list -l` prints: libxl's own structures, where what has
 * its default is left out (and is left out here). Never throws: a part of the wrong shape is as if it were missing.
 */
export function settingsOfRunning(domain: unknown): ConfigSettings {
  const config = fields(fields(domain).config);
  const created = fields(config.c_info);
  const built = fields(config.b_info);
  // Until Xen 4.9 kernel, ramdisk and cmdline of a PV domain stood in its own part.
  const own = { ...fields(built['type.pv']), ...fields(built['type.hvm']), ...fields(built['type.pvh']) };
  const settings = new Map<string, ConfigValue>();
  const set = (name: string, value: ConfigValue | undefined) => {
    if (value !== undefined && value !== '' && (typeof value === 'string' || value.length > 0)) settings.set(name, value);
  };

  set('name', text(created.name));
  set('uuid', text(created.uuid));
  set('type', text(created.type));
  for (const name of ['kernel', 'ramdisk', 'cmdline', 'bootloader'] as const) set(name, text(built[name]) ?? text(own[name]));
  set('memory', mebibytes(built.target_memkb) ?? mebibytes(built.max_memkb));
  set('maxmem', mebibytes(built.max_memkb));
  set('vcpus', Array.isArray(built.avail_vcpus) ? String(built.avail_vcpus.length) : text(built.max_vcpus));
  set('maxvcpus', text(built.max_vcpus));
  set('vif', list(config.nics).map(vif));
  set('disk', list(config.disks).map(disk));
  set('pci', list(config.pcidevs).map(pci));
  for (const event of ['on_poweroff', 'on_reboot', 'on_watchdog', 'on_crash', 'on_soft_reset'] as const) {
    set(event, text(config[event])?.replaceAll('_', '-'));
  }
  const scheduling = fields(built.sched_params);
  set('cpu_weight', text(scheduling.weight));
  set('cap', text(scheduling.cap));
  return settings;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** From KiB; xl.cfg(5) has MiB. */
function mebibytes(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 0 ? String(Math.floor(value / 1024)) : undefined;
}

function vif(nic: Fields): string {
  const keys = new Map<string, string>();
  // libxl writes a HVM domain's emulated card as nictype "vif_ioemu", xl.cfg as type=ioemu.
  for (const key of ['mac', 'bridge', 'script', 'ip', 'model', 'gatewaydev'] as const) {
    const value = text(nic[key]);
    if (value !== undefined && value !== '') keys.set(key, value);
  }
  const name = text(nic.ifname);
  if (name !== undefined) keys.set('vifname', name);
  return writeVif(keys);
}

function disk(entry: Fields): string {
  const cdrom = entry.is_cdrom === 1 || entry.is_cdrom === true;
  const spec: DiskSpec = {
    device: text(entry.vdev) ?? '',
    target: text(entry.pdev_path) ?? '',
    format: text(entry.format) ?? null,
    backend: text(entry.backend) ?? null,
    writable: entry.readwrite === 1 || entry.readwrite === true,
    cdrom,
    script: text(entry.script) ?? null,
    others: [],
  };
  return writeDisk(spec);
}

/** "0000:03:00.1": the parts are numbers in libxl. */
function pci(device: Fields): string {
  const hex = (value: unknown, digits: number) => (typeof value === 'number' ? value : 0).toString(16).padStart(digits, '0');
  return `${hex(device.domain, 4)}:${hex(device.bus, 2)}:${hex(device.dev, 2)}.${hex(device.func, 1)}`;
}
