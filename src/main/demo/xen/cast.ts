import { between, hex, pick, randomOf } from '../random.ts';
import type { Guest, GuestDisk } from './guest.ts';

/** What is special about a guest of the demo when it begins. */
export type GuestRole =
  | 'steady'
  | 'paused'
  | 'crashed'
  | 'off'
  /** Off, although it is to be started with its host. */
  | 'off-autostart'
  /** Its kernel hears of a shutdown and does nothing. */
  | 'deaf'
  /** Its file asks for more than what runs. */
  | 'edited'
  /** Runs, and has no file any more. */
  | 'no-file';

/** One guest of a host as the demo begins. */
export interface CastMember {
  readonly guest: Guest;
  readonly role: GuestRole;
  readonly autostart: boolean;
  /** How busy it is: of all its vCPUs, 0..1. */
  readonly busy: number;
  /** Bytes per second through its network and its disks, on an ordinary moment. */
  readonly networkPerSecond: number;
  readonly diskPerSecond: number;
}

const teams = ['crm', 'shop', 'intra', 'hr', 'bi', 'iot', 'lab', 'fin', 'cms', 'edu', 'map', 'doc', 'dev', 'qa', 'pos', 'erp'] as const;
const services = [
  ...(['web', 'api', 'db', 'cache', 'mq', 'worker', 'search', 'proxy', 'files', 'mail', 'ldap', 'dns', 'git', 'ci', 'wiki'] as const),
  ...(['metrics', 'logs', 'backup', 'vpn', 'print', 'terminal', 'reports', 'import', 'stage'] as const),
] as const;
const pairs = teams.length * services.length;

/** The parts of the first Xen host, by index; a host of any size begins with them. Elsewhere a few guests are off. */
const firstRoles: readonly GuestRole[] = [
  ...(['steady', 'steady', 'paused', 'crashed', 'off', 'off-autostart'] as const),
  ...(['deaf', 'edited', 'no-file'] as const),
];

const mib = 2 ** 20;

/** The guests of a host. `first`: it shows one of each part. The second and third Xen host repeat a MAC and a name of the first. */
export function castOf(seed: number, host: number, count: number, first: boolean, repeats: 'mac' | 'name' | null): readonly CastMember[] {
  const cast = Array.from({ length: count }, (_, index) => memberOf(seed, host, index, first));
  const [member] = cast;
  if (!member || repeats === null) return cast;
  const { guest } = memberOf(seed, 0, 0, true);
  if (repeats === 'name') return [{ ...member, guest: { ...member.guest, name: guest.name } }, ...cast.slice(1)];
  const [vif] = guest.vifs;
  return vif ? [{ ...member, guest: { ...member.guest, vifs: [{ ...vif, ip: null }] } }, ...cast.slice(1)] : cast;
}

function memberOf(seed: number, host: number, index: number, first: boolean): CastMember {
  // A stream of its own, apart from the one that made the host.
  const random = randomOf(seed + 7919, host * 512 + index);
  const role = first ? (firstRoles[index] ?? 'steady') : random() < 0.08 ? 'off' : 'steady';
  const guest = guestOf(random, host, index, role);
  const idle = random() < 0.3;
  return {
    guest,
    role,
    autostart: role === 'off-autostart' || (role !== 'off' && role !== 'no-file' && random() < 0.7),
    busy: idle ? between(random, 0.002, 0.02) : between(random, 0.03, 0.6),
    networkPerSecond: idle ? between(random, 200, 4000) : Math.exp(between(random, Math.log(2e4), Math.log(4e6))),
    diskPerSecond: idle ? between(random, 500, 20_000) : Math.exp(between(random, Math.log(2e4), Math.log(8e6))),
  };
}

function guestOf(random: () => number, host: number, index: number, role: GuestRole): Guest {
  // 37 has no divisor in common with the number of pairs: no host has a name twice before all have been used.
  const pair = (index * 37 + host * 11) % pairs;
  const service = services[pair % services.length] ?? 'web';
  const team = teams[Math.floor(pair / services.length)] ?? 'crm';
  const name = `${team}-${service}${String(host + 1).padStart(2, '0')}${index >= pairs ? `-${Math.floor(index / pairs)}` : ''}`;
  const type =
    service === 'print' || service === 'terminal' || role === 'deaf' ? 'hvm' : pick(random, ['pv', 'pvh', 'pvh', 'pv', 'hvm'] as const);
  const memoryMb =
    service === 'db' || service === 'search' ? pick(random, [4096, 8192, 16_384]) : pick(random, [512, 1024, 1024, 2048, 4096]);
  const vcpus = service === 'db' || service === 'ci' ? pick(random, [4, 8]) : pick(random, [1, 2, 2, 4]);
  // OUI 00:16:3e is Xen's own; host and index make the rest.
  const serial = host * 512 + index;
  const mac = `00:16:3e:${[serial >> 16, serial >> 8, serial].map((byte) => (byte & 0xff).toString(16).padStart(2, '0')).join(':')}`;
  const disks = disksOf(random, name, service, type);
  return {
    name,
    uuid: uuidOf(random),
    type,
    ...bootOf(type),
    memoryMb,
    maxMemoryMb: random() < 0.4 ? memoryMb * 2 : memoryMb,
    vcpus,
    maxVcpus: random() < 0.3 ? vcpus * 2 : vcpus,
    vifs: [
      {
        mac,
        bridge: random() < 0.15 ? 'xenbr1' : 'xenbr0',
        ip: random() < 0.5 ? `10.${20 + (host >> 8)}.${host & 255}.${(index % 250) + 2}` : null,
      },
    ],
    disks,
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: role === 'crashed' ? 'preserve' : pick(random, ['destroy', 'restart', 'restart']),
  };
}

/** An HVM guest is started by its firmware, these PV guests by the kernel on their own disk, these PVH guests by one from dom0. */
function bootOf(type: Guest['type']): Pick<Guest, 'kernel' | 'ramdisk' | 'commandLine' | 'bootloader'> {
  const own = { kernel: null, ramdisk: null, commandLine: null, bootloader: null };
  if (type === 'hvm') return own;
  if (type === 'pv') return { ...own, bootloader: 'pygrub' };
  return { ...own, kernel: '/srv/xen/vmlinuz', ramdisk: '/srv/xen/initrd.img', commandLine: 'root=/dev/xvda1 ro console=hvc0' };
}

function disksOf(random: () => number, name: string, service: string, type: Guest['type']): readonly GuestDisk[] {
  const device = type === 'hvm' ? 'hda' : 'xvda';
  const disk = (device: string, target: string, format = 'raw'): GuestDisk => ({
    ...{ device, target, format, backend: null, writable: true, cdrom: false },
  });
  const root = random() < 0.7 ? disk(device, `/dev/vg0/${name}`) : { ...disk(device, `/srv/xen/${name}.qcow2`, 'qcow2'), backend: 'qdisk' };
  const data =
    service === 'db' || service === 'files' || service === 'backup' ? [disk(type === 'hvm' ? 'hdb' : 'xvdb', `/dev/vg0/${name}-data`)] : [];
  return [root, ...data];
}

/** RFC 9562 §5.4: version 4, variant 8 to b. */
export function uuidOf(random: () => number): string {
  return `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`;
}

/** What the guests that are to run need, bytes. */
export function memoryOf(cast: readonly CastMember[]): number {
  return cast.reduce((sum, { guest }) => sum + guest.memoryMb, 0) * mib;
}
