import type { Guest } from './guest.ts';

/** One domain of `xl list -l`. kB where it says so. */
export interface LongListed {
  readonly id: number;
  readonly name: string;
  /** Null for the control domain, of which xl knows little. */
  readonly guest: Guest | null;
  readonly vcpus: number;
  readonly targetKb: number;
  readonly maxKb: number;
}

type Json = string | number | readonly Json[] | { readonly [key: string]: Json };

const sharing = { sched: 'credit2', weight: 256, cap: 0 };
/** xl prints the id that the configuration asked for: INVALID_DOMID. */
const anyId = 4294967295;

/** `xl list -l`: JSON in the layout of yajl's beautifier, and the empty line that xl adds. */
export function longListText(domains: readonly LongListed[]): string {
  return `${yajl(
    domains.map(({ id, ...domain }) => ({ domid: id, config: domainConfig({ id, ...domain }) })),
    0,
  )}\n\n`;
}

/** The configuration as `xl list -l` and `xl -N create` print it. */
export function domainConfig({ name, guest, vcpus, targetKb, maxKb }: LongListed): Json {
  if (guest === null) {
    return {
      c_info: { type: 'pv', name },
      b_info: { max_memkb: maxKb, target_memkb: targetKb, sched_params: sharing, 'type.pv': {}, arch_arm: {}, arch_x86: {} },
    };
  }
  const information: Record<string, Json> = {
    max_vcpus: guest.maxVcpus,
    avail_vcpus: Array.from({ length: vcpus }, (_, vcpu) => vcpu),
    max_memkb: maxKb,
    target_memkb: targetKb,
    video_memkb: guest.type === 'hvm' ? 8192 : 0,
  };
  if (guest.type !== 'pv') information.shadow_memkb = 4 * (256 * guest.maxVcpus + 2 * Math.ceil(maxKb / 1024));
  if (guest.type === 'hvm') information.device_model_version = 'qemu_xen';
  information.sched_params = sharing;
  information.claim_mode = 'True';
  if (guest.bootloader !== null) information.bootloader = guest.bootloader;
  if (guest.kernel !== null) information.kernel = guest.kernel;
  if (guest.commandLine !== null) information.cmdline = guest.commandLine;
  if (guest.ramdisk !== null) information.ramdisk = guest.ramdisk;
  information[`type.${guest.type}`] = ofType(guest);
  information.arch_arm = {};
  information.arch_x86 = { msr_relaxed: 'False' };
  return {
    c_info: { type: guest.type, name, domid: anyId, uuid: guest.uuid, run_hotplug_scripts: 'True' },
    b_info: information,
    ...(guest.disks.length > 0 ? { disks: guest.disks.map(diskOf) } : {}),
    ...(guest.vifs.length > 0 ? { nics: guest.vifs.map((vif, index) => nicOf(vif, index, guest.type)) } : {}),
    ...(guest.type === 'hvm' ? { vfbs: [], vkbs: [] } : {}),
    ...(guest.onPoweroff === 'destroy' ? {} : { on_poweroff: guest.onPoweroff }),
    on_reboot: guest.onReboot,
    ...(guest.onCrash === 'destroy' ? {} : { on_crash: guest.onCrash }),
    on_soft_reset: 'soft_reset',
  };
}

function ofType({ type }: Guest): Json {
  if (type !== 'hvm') return {};
  return {
    firmware: 'bios',
    vga: { kind: 'cirrus' },
    vnc: { enable: 'True', listen: '127.0.0.1', findunused: 'True' },
    sdl: { enable: 'False' },
    spice: {},
    boot: 'c',
    rdm: {},
  };
}

function diskOf({ target, device, backend, format, writable, cdrom }: Guest['disks'][number]): Json {
  return {
    pdev_path: target,
    vdev: device,
    ...(backend === null ? {} : { backend }),
    format,
    ...(cdrom ? { removable: 1 } : {}),
    ...(writable ? { readwrite: 1 } : {}),
    ...(cdrom ? { is_cdrom: 1 } : {}),
    colo_restore_enable: 'False',
  };
}

function nicOf({ mac, bridge, ip }: Guest['vifs'][number], index: number, type: Guest['type']): Json {
  return {
    devid: index,
    mac,
    bridge,
    ...(ip === null ? {} : { ip }),
    ...(type === 'hvm' ? { model: 'rtl8139' } : {}),
    nictype: type === 'hvm' ? 'vif_ioemu' : 'vif',
  };
}

/** yajl's beautifier: four spaces, and an empty line in an object without members. */
export function yajl(value: Json, depth: number): string {
  const indent = '    '.repeat(depth + 1);
  const close = '    '.repeat(depth);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) {
    return `[\n${value.map((item: Json) => `${indent}${yajl(item, depth + 1)}`).join(',\n')}\n${close}]`;
  }
  const members = Object.entries(value).map(([key, member]) => `${indent}${JSON.stringify(key)}: ${yajl(member, depth + 1)}`);
  return `{\n${members.join(',\n')}\n${close}}`;
}
