/** What a configuration says of a guest: the settings of xl.cfg(5) that the demo knows. */
export interface Guest {
  readonly name: string;
  readonly uuid: string;
  readonly type: 'pv' | 'pvh' | 'hvm';
  readonly kernel: string | null;
  readonly ramdisk: string | null;
  readonly commandLine: string | null;
  readonly bootloader: string | null;
  readonly memoryMb: number;
  readonly maxMemoryMb: number;
  readonly vcpus: number;
  readonly maxVcpus: number;
  readonly vifs: readonly GuestVif[];
  readonly disks: readonly GuestDisk[];
  readonly onReboot: string;
  readonly onCrash: string;
  readonly onPoweroff: string;
}

export interface GuestVif {
  readonly mac: string;
  readonly bridge: string;
  readonly ip: string | null;
}

export interface GuestDisk {
  /** "xvda". */
  readonly device: string;
  readonly target: string;
  readonly format: string;
  /** Null: the toolstack chooses. */
  readonly backend: string | null;
  readonly writable: boolean;
  readonly cdrom: boolean;
}

/** The configuration as an administrator writes it; the layout is that of tests/fixtures/xen-4.17/host/etc-guest2.cfg.out. */
export function guestText(guest: Guest): string {
  const lines = [`name = "${guest.name}"`, `uuid = "${guest.uuid}"`, `type = "${guest.type}"`];
  if (guest.kernel !== null) lines.push(`kernel = "${guest.kernel}"`);
  if (guest.ramdisk !== null) lines.push(`ramdisk = "${guest.ramdisk}"`);
  if (guest.commandLine !== null) lines.push(`cmdline = "${guest.commandLine}"`);
  if (guest.bootloader !== null) lines.push(`bootloader = "${guest.bootloader}"`);
  lines.push(`memory = ${guest.memoryMb}`);
  if (guest.maxMemoryMb !== guest.memoryMb) lines.push(`maxmem = ${guest.maxMemoryMb}`);
  lines.push(`vcpus = ${guest.vcpus}`);
  if (guest.maxVcpus !== guest.vcpus) lines.push(`maxvcpus = ${guest.maxVcpus}`);
  if (guest.type === 'hvm') lines.push('vnc = 1', 'vnclisten = "127.0.0.1"');
  if (guest.vifs.length > 0) lines.push(list('vif', guest.vifs.map(vifText)));
  if (guest.disks.length > 0) lines.push(list('disk', guest.disks.map(diskText)));
  if (guest.onPoweroff !== 'destroy') lines.push(`on_poweroff = "${guest.onPoweroff}"`);
  if (guest.onReboot !== 'restart') lines.push(`on_reboot = "${guest.onReboot}"`);
  if (guest.onCrash !== 'destroy') lines.push(`on_crash = "${guest.onCrash}"`);
  return `${lines.join('\n')}\n`;
}

function list(setting: string, items: readonly string[]): string {
  if (items.length === 1) return `${setting} = ['${items[0]}']`;
  return `${setting} = [\n${items.map((item) => `  '${item}',\n`).join('')}]`;
}

function vifText({ mac, bridge, ip }: GuestVif): string {
  return `mac=${mac}, bridge=${bridge}${ip === null ? '' : `, ip=${ip}`}`;
}

function diskText({ device, target, format, backend, writable, cdrom }: GuestDisk): string {
  const parts = [`format=${format}`, `vdev=${device}`, `access=${writable ? 'rw' : 'ro'}`];
  if (backend !== null) parts.push(`backendtype=${backend}`);
  if (cdrom) parts.push('devtype=cdrom');
  // The target is the last: it takes the rest of the line (xl-disk-configuration(5)).
  return [...parts, `target=${target}`].join(', ');
}
