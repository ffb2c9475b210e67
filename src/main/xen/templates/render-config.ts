import type { ConfigValue } from '../config-parse.ts';
import { writeConfig } from '../config-write.ts';
import type { Guest, GuestDisk } from '../deploy/guest.ts';
import { type DiskSpec, writeDisk } from '../disk-spec.ts';
import { writeVif } from '../vif-spec.ts';
import { isPvgrub } from './bootloaders.ts';

/**
 * The guest as a configuration of xl.cfg(5). `macs` are those of its vifs, in order; where one is missing, the guest's own counts, and
 * without that xl makes one up. What this writes is read back as the same values, whatever they are.
 * @throws HumError `bad-input` for a value with a line end; a guest of `resolveTemplate` has none
 */
export function renderConfig(guest: Guest, macs: readonly string[]): string {
  const settings = new Map<string, ConfigValue>();
  settings.set('name', guest.name);
  settings.set('type', guest.type);
  boot(guest.boot, settings);
  settings.set('memory', mebibytes(guest.memory));
  if (guest.memoryMax !== guest.memory) settings.set('maxmem', mebibytes(guest.memoryMax));
  settings.set('vcpus', String(guest.vcpus));
  const vifs = guest.vifs.map(({ bridge, mac }, at) => {
    const address = macs[at] ?? mac;
    return writeVif(new Map([...(address === null ? [] : [['mac', address] as const]), ['bridge', bridge] as const]));
  });
  if (vifs.length > 0) settings.set('vif', vifs);
  const disks = [...guest.disks.map(disk), ...(guest.media ?? []).map((medium) => readOnly(medium, guest)), ...seed(guest)];
  if (disks.length > 0) settings.set('disk', disks.map(writeDisk));
  display(guest, settings);
  settings.set('on_poweroff', guest.onPoweroff);
  settings.set('on_reboot', guest.onReboot);
  settings.set('on_crash', guest.onCrash);
  const { extra } = guest;
  return writeConfig(settings) + (extra === '' || extra.endsWith('\n') ? extra : `${extra}\n`);
}

const mebibytes = (bytes: number) => String(Math.floor(bytes / 2 ** 20));

function boot(how: Guest['boot'], settings: Map<string, ConfigValue>): void {
  switch (how.kind) {
    case 'kernel':
      settings.set('kernel', how.kernel);
      if (how.ramdisk !== null) settings.set('ramdisk', how.ramdisk);
      if (how.commandLine !== '') settings.set('cmdline', how.commandLine);
      return;
    case 'bootloader':
      settings.set(isPvgrub(how.program) ? 'firmware' : 'bootloader', how.program);
      return;
    case 'firmware':
      settings.set('firmware', how.firmware);
  }
}

/** A PV framebuffer is a device of its own, that of a HVM guest belongs to its emulated card. Either is seen on the host alone. */
function display({ type, console: shown }: Guest, settings: Map<string, ConfigValue>): void {
  if (type === 'hvm') {
    settings.set('serial', 'pty');
    settings.set('vnc', shown === 'vnc' ? '1' : '0');
    if (shown === 'vnc') settings.set('vnclisten', '127.0.0.1');
  } else if (shown === 'vnc') settings.set('vfb', ['type=vnc, vnclisten=127.0.0.1']);
}

function disk({ device, format, place }: GuestDisk): DiskSpec {
  const target = place.kind === 'file' ? place.path : `/dev/${place.group}/${place.volume}`;
  return { device, target, format, backend: null, writable: true, cdrom: false, script: null, others: [] };
}

function readOnly({ device, path }: { readonly device: string; readonly path: string }, { type }: Guest): DiskSpec {
  return {
    device,
    target: path,
    format: 'raw',
    backend: null,
    writable: false,
    cdrom: type === 'hvm' && !device.startsWith('xvd'),
    script: null,
    others: [],
  };
}

function seed(guest: Guest): DiskSpec[] {
  return guest.cloudInit === null ? [] : [readOnly(guest.cloudInit, guest)];
}
