import type { ConfigDifference } from '../../shared/contract/xen.ts';
import type { ConfigSettings, ConfigValue } from './config-parse.ts';
import { parseDisk, writeDisk } from './disk-spec.ts';
import { parseVif, type VifKeys, writeVif } from './vif-spec.ts';

/**
 * Which settings of a domain differ between its file and what runs. Defaults of xl.cfg(5) count as set, the syntax of disks and vifs does
 * not matter, and neither does what only one side can know (the MAC that xl made up).
 */
export function compareConfigs(disk: ConfigSettings, running: ConfigSettings): ConfigDifference[] {
  const differences: ConfigDifference[] = [];
  const differ = (setting: string, onDisk: string | undefined, now: string | undefined) => {
    if (onDisk !== now) differences.push({ setting, disk: onDisk ?? null, running: now ?? null });
  };

  for (const [setting, onDisk, now] of pairs(disk, running)) differ(setting, onDisk, now);
  const vifs = pairVifs(list(disk, 'vif').map(parseVif), list(running, 'vif').map(parseVif));
  differ('vif', ...vifs);
  differ('disk', disks(list(disk, 'disk'), list(running, 'disk')), disks(list(running, 'disk'), list(disk, 'disk')));
  differ('pci', pcis(list(disk, 'pci')), pcis(list(running, 'pci')));
  return differences;
}

/** xl.cfg(5), "Event Actions". on_soft_reset is left out: no domain is asked for it but by itself. */
const eventActions = { on_poweroff: 'destroy', on_reboot: 'restart', on_watchdog: 'destroy', on_crash: 'destroy' } as const;

function pairs(disk: ConfigSettings, running: ConfigSettings): (readonly [string, string | undefined, string | undefined])[] {
  const one = (settings: ConfigSettings, name: string) => {
    const value = settings.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const number = (settings: ConfigSettings, name: string) => decimal(one(settings, name));
  const both = (name: string, of: (settings: ConfigSettings) => string | undefined) => [name, of(disk), of(running)] as const;

  const compared = [
    both('name', (settings) => one(settings, 'name')),
    both('type', (settings) => one(settings, 'type') ?? (one(settings, 'builder') === 'hvm' ? 'hvm' : 'pv')),
    both('kernel', (settings) => one(settings, 'kernel')),
    both('ramdisk', (settings) => one(settings, 'ramdisk')),
    both('cmdline', commandLine),
    both('bootloader', (settings) => one(settings, 'bootloader')),
    both('memory', (settings) => number(settings, 'memory')),
    both('maxmem', (settings) => number(settings, 'maxmem') ?? number(settings, 'memory')),
    both('vcpus', (settings) => number(settings, 'vcpus') ?? '1'),
    both('maxvcpus', (settings) => number(settings, 'maxvcpus') ?? number(settings, 'vcpus') ?? '1'),
    ...Object.entries(eventActions).map(([name, usual]) => both(name, (settings) => one(settings, name) ?? usual)),
  ];
  // A file without them leaves them to xl, or to the scheduler.
  for (const name of ['uuid', 'cpu_weight', 'cap']) {
    if (disk.has(name)) compared.push(both(name, (settings) => one(settings, name)?.toLowerCase()));
  }
  return compared;
}

/** `cmdline` wins over `root` and `extra`, which xl joins. */
function commandLine(settings: ConfigSettings): string | undefined {
  const text = (name: string) => {
    const value = settings.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const root = text('root');
  const joined = [root === undefined ? undefined : `root=${root}`, text('extra')].filter((part) => part !== undefined).join(' ');
  return text('cmdline') ?? (joined === '' ? undefined : joined);
}

/** As strtol(3) reads it with base 0; what is no number stays as it is. */
function decimal(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^0[0-7]+$/.test(text)) return String(Number.parseInt(text, 8));
  return /^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? String(Number(text)) : text;
}

function list(settings: ConfigSettings, name: string): string[] {
  const value: ConfigValue | undefined = settings.get(name);
  return value === undefined || typeof value === 'string' ? [] : value.filter((item) => typeof item === 'string');
}

const joined = (specs: readonly string[]): string | undefined => (specs.length === 0 ? undefined : specs.join('; '));

/** Vifs belong together by their place. Of two, a key counts that the file sets: what it leaves out is xl's choice. */
function pairVifs(disk: readonly VifKeys[], running: readonly VifKeys[]): [string | undefined, string | undefined] {
  const kept = (keys: VifKeys, other: VifKeys | undefined, file: VifKeys | undefined) =>
    writeVif(
      new Map(
        [...keys]
          .filter(([key]) => other === undefined || file?.has(key) === true)
          .filter(([key]) => ['mac', 'bridge', 'script', 'ip', 'model', 'vifname'].includes(key))
          .map(
            ([key, value]) =>
              [key, key === 'mac' ? value.toLowerCase() : key === 'script' ? (value.split('/').at(-1) ?? '') : value] as const,
          )
          .sort(([one], [two]) => (one < two ? -1 : 1)),
      ),
    );
  return [joined(disk.map((keys, at) => kept(keys, running[at], keys))), joined(running.map((keys, at) => kept(keys, disk[at], disk[at])))];
}

/** Disks belong together by their device. The backend is xl's choice where one side does not tell it. */
function disks(own: readonly string[], others: readonly string[]): string | undefined {
  const parsed = new Map(others.map((spec) => parseDisk(spec)).map((disk) => [disk.device, disk]));
  return joined(
    own
      .map(parseDisk)
      .map((disk) =>
        writeDisk({
          ...disk,
          format: disk.format ?? 'raw',
          backend: parsed.get(disk.device)?.backend == null ? null : disk.backend,
          script: parsed.get(disk.device)?.script == null && parsed.has(disk.device) ? null : disk.script,
          others: [],
        }),
      )
      .sort(),
  );
}

/** "03:00.1" is "0000:03:00.1"; options behind a comma do not say which device it is. */
function pcis(specs: readonly string[]): string | undefined {
  const devices = specs.map((spec) => (spec.split(',')[0] ?? '').trim().toLowerCase());
  return joined(devices.map((device) => (/^[0-9a-f]+:[0-9a-f]+\.[0-9a-f]$/.test(device) ? `0000:${device}` : device)).sort());
}
