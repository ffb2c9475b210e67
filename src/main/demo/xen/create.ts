import { type Answer, failed, printed, said } from './answer.ts';
import { newDomain, resumed } from './domain.ts';
import type { Guest } from './guest.ts';
import { readGuestFile } from './guest-file.ts';
import { dom0Name } from './listing.ts';
import { type Machine, takes } from './machine.ts';
import { domainConfig, yajl } from './print-list-long.ts';

/** Bridges that each Xen host of the demo has. */
export const bridges: readonly string[] = ['xenbr0', 'xenbr1'];

/** Pieces of the recorded failures (tests/fixtures/xen-4.17/errors/create-*.err); the toolstack takes back what it had begun. */
function takenBack(id: number): readonly string[] {
  return [
    `libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain ${id}:Non-existant domain`,
    `libxl: error: libxl_domain.c:1137:domain_destroy_callback: Domain ${id}:Unable to destroy guest`,
    `libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain ${id}:Destruction of domain failed`,
  ];
}

export interface CreateOptions {
  /** `xl -N create`: read the file, print what it says, do nothing. */
  readonly dryRun: boolean;
  readonly quiet: boolean;
  /** `-p`: leave it paused. */
  readonly paused: boolean;
}

/** `xl create FILE`. */
export function create(machine: Machine, path: string | undefined, options: CreateOptions, now: number): Answer {
  if (path === undefined) return failed(6, 'Config file not specified and none in save file');
  const text = machine.readFile(path);
  if (text === undefined) return failed(3, `Failed to read config file: ${path}: No such file or directory`);
  const parsing = options.quiet ? [] : [`Parsing config from ${path}`];
  const read = readGuestFile(text, path, machine.spare());
  if (read.kind === 'refused') return failed(1, ...parsing, ...read.complaints);
  const { guest } = read;
  if (options.dryRun) {
    const config = domainConfig({ ...guest, id: 0, guest, targetKb: guest.memoryMb * 1024, maxKb: guest.maxMemoryMb * 1024 });
    return { ...printed(`${yajl(config, 0)}\n`), stderr: parsing.map((line) => `${line}\n`).join('') };
  }
  const id = machine.takeId();
  const why = obstacle(machine, guest, id, now);
  if (why !== undefined) return { ...failed(3, ...parsing, ...why.lines, ...takenBack(id)), afterMs: why.afterMs };
  // It stands in the list, paused, while it is built.
  machine.add({ ...newDomain(id, guest, machine.loadFor(guest), now), state: 'paused', work: { doneMs: 0, since: null } });
  if (!options.paused) {
    machine.later(now + takes.create, () => {
      const built = machine.domain(id, now + takes.create);
      if (built?.state === 'paused') machine.replace(resumed(built, now + takes.create, { state: 'alive' }));
    });
  }
  return said(takes.create, ...parsing);
}

interface Obstacle {
  readonly lines: readonly string[];
  readonly afterMs: number;
}

function obstacle(machine: Machine, guest: Guest, id: number, now: number): Obstacle | undefined {
  const inUse = guest.name === dom0Name || machine.domains(now).some((domain) => domain.name === guest.name);
  if (inUse) {
    return at(200, [
      `libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain ${id}:Domain with name "${guest.name}" already exists.`,
      `libxl: error: libxl_create.c:1296:initiate_domain_create: Domain ${id}:cannot make domain: -6`,
    ]);
  }
  const missing = guest.disks.findIndex(({ target, cdrom }) => !(cdrom && target === '') && !machine.hasDisk(target));
  const disk = guest.disks[missing];
  if (disk) {
    return at(200, [
      `libxl: error: libxl_device.c:455:libxl__device_disk_set_backend: Disk vdev=${disk.device} failed to stat: ${disk.target}: No such file or directory`,
      `libxl: error: libxl_create.c:1318:initiate_domain_create: Domain ${id}:Unable to set disk defaults for disk ${missing}`,
    ]);
  }
  if (guest.kernel !== null && !machine.hasDisk(guest.kernel)) {
    return at(400, [
      `xc: error: panic: xg_dom_core.c:205: failed to open file '${guest.kernel}': No such file or directory: Internal error`,
      'libxl: error: libxl_dom.c:646:libxl__build_pv: xc_dom_kernel_file failed: No such file or directory',
      `libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain ${id}:cannot (re-)build domain: -3`,
    ]);
  }
  if (guest.memoryMb + 1 > machine.freeMb(now)) {
    return at(300, [
      "xc: error: panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for domain: Out of memory",
      'libxl: error: libxl_dom.c:586:libxl__build_dom: xc_dom_boot_mem_init failed: Cannot allocate memory',
      `libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain ${id}:cannot (re-)build domain: -3`,
    ]);
  }
  const stray = guest.vifs.find(({ bridge }) => !bridges.includes(bridge));
  if (stray) {
    const hotplug = (verb: string, pid: number) => [
      `libxl: error: libxl_exec.c:117:libxl_report_child_exitstatus: /etc/xen/scripts/vif-bridge ${verb} [${pid}] exited with error status 1`,
      `libxl: error: libxl_device.c:1337:device_hotplug_child_death_cb: script: Could not find bridge device ${stray.bridge}`,
    ];
    const attach = `libxl: error: libxl_create.c:1921:domcreate_attach_devices: Domain ${id}:unable to add vif devices`;
    // The recorded one took nearly seven seconds.
    return at(6500, [...hotplug('online', 2212), attach, ...hotplug('offline', 2249)]);
  }
  return undefined;
}

function at(afterMs: number, lines: readonly string[]): Obstacle {
  return { afterMs, lines };
}
