import { existsSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../run.mjs';
import { lives } from './lock.mjs';

/** @typedef {'tcg' | 'kvm'} Accelerator */

/** The two hosts that the image can be. Both networks are one: each has its own way out to QEMU, which leases addresses, and a cable to the other. */
export const kinds = {
  one: {
    name: 'xenlab',
    address: '10.0.2.15',
    gateway: '10.0.2.2',
    nameserver: '10.0.2.3',
    leases: '10.0.2.150',
    macs: ['52:54:00:00:01:00', '52:54:00:00:01:01'],
  },
  two: {
    name: 'xenlab2',
    address: '10.0.2.16',
    gateway: '10.0.2.4',
    nameserver: '10.0.2.5',
    leases: '10.0.2.200',
    macs: ['52:54:00:00:02:00', '52:54:00:00:02:01'],
  },
};

/** MiB: all of a host, and what dom0 has of it. */
export const memoryMiB = { host: 3072, dom0: 1024 };

/**
 * What QEMU emulates. A snapshot can be loaded only into the machine that it was taken of.
 * @param {keyof typeof kinds} kind
 * @param {Accelerator} accelerator
 * @param {string} image the image's folder, as seen from the host's
 */
function hardware(kind, accelerator, image) {
  const { name, macs } = kinds[kind];
  const dom0 = `${memoryMiB.dom0}M`;
  // Nothing untrusted runs here: the defences against speculation only make emulation slower.
  const xen = `dom0_mem=${dom0},max:${dom0} loglvl=all guest_loglvl=all console=com1 com1=115200 spec-ctrl=no xpti=no`;
  const linux = `root=LABEL=dom0 rw console=hvc0 net.ifnames=0 quiet mitigations=off lab.host=${kind}`;
  return [
    // One processor: a second one makes a host a fifth faster, and two hosts on one small machine five times slower.
    ...['-name', name, '-smp', '1', '-m', String(memoryMiB.host), '-display', 'none'],
    // +npt: Xen needs nested paging for PVH guests, and TCG emulates it.
    ...(accelerator === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'qemu64,+npt']),
    ...['-kernel', `${image}/xen`, '-append', xen, '-initrd', `${image}/vmlinux ${linux},${image}/initrd.img`],
    ...['-drive', 'file=overlay.qcow2,if=virtio,format=qcow2,cache=unsafe', '-device', 'virtio-rng-pci'],
    ...['-device', `virtio-net-pci,netdev=out,mac=${macs[0]}`, '-device', `virtio-net-pci,netdev=cable,mac=${macs[1]}`],
    ...['-serial', 'file:serial.log', '-monitor', 'unix:monitor.sock,server=on,wait=off'],
  ];
}

/**
 * A text that changes with everything that a snapshot depends on, apart from the image.
 * @param {keyof typeof kinds} kind
 * @param {Accelerator} accelerator
 */
export async function machineSignature(kind, accelerator) {
  const { stdout } = await run('qemu-system-x86_64', ['--version'], { limitMs: 10_000 });
  return JSON.stringify([hardware(kind, accelerator, ''), stdout.split('\n')[0]]);
}

/**
 * Starts QEMU in a folder that has `overlay.qcow2`; it goes on after this script has ended. `peer` is the folder of the host at the
 * cable's other end, which need not be there.
 * @param {{ folder: string, peer: string, image: string, kind: keyof typeof kinds, accelerator: Accelerator, port: number,
 *   resume: boolean }} machine
 */
export async function startMachine({ folder, peer, image, kind, accelerator, port, resume }) {
  const { address, gateway, nameserver, leases } = kinds[kind];
  const args = [
    ...hardware(kind, accelerator, relative(folder, image)),
    // restrict: the host reaches neither this machine nor anything beyond it.
    '-netdev',
    `user,id=out,restrict=on,host=${gateway},dns=${nameserver},dhcpstart=${leases},hostfwd=tcp:127.0.0.1:${port}-${address}:22`,
    '-netdev',
    // A daemon lives in /: what it opens later has a whole path.
    `dgram,id=cable,local.type=unix,local.path=cable.sock,remote.type=unix,remote.path=${join(peer, 'cable.sock')}`,
    ...(resume ? ['-loadvm', 'ready'] : []),
    ...['-pidfile', 'qemu.pid', '-daemonize'],
  ];
  for (const leftover of ['monitor.sock', 'cable.sock', 'serial.log']) rmSync(join(folder, leftover), { force: true });
  // Behind everything else: an emulated machine takes all the CPU that there is, and the tests beside it have limits.
  const started = await run('nice', ['-n', '15', 'qemu-system-x86_64', ...args], { cwd: folder, limitMs: 60_000 });
  if (!started.ok) throw new Error(`QEMU did not start: ${started.output}`);
}

/** The process of the machine in this folder, or undefined when none runs. @param {string} folder */
export function machinePid(folder) {
  const file = join(folder, 'qemu.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  if (!pid || !lives(pid)) return undefined;
  // The number may be another program's by now.
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('qemu-system') ? pid : undefined;
}

/** Ends it like a pulled plug. @param {string} folder */
export async function stopMachine(folder) {
  const pid = machinePid(folder);
  if (pid === undefined) return;
  process.kill(pid, 'SIGKILL');
  while (machinePid(folder) !== undefined) await pause(50);
  rmSync(join(folder, 'qemu.pid'), { force: true });
}

/**
 * One command to QEMU's monitor. QEMU answers a success with nothing.
 * @param {string} folder
 * @param {string} command
 */
export function monitor(folder, command) {
  return new Promise((resolve, reject) => {
    const link = connect(join(folder, 'monitor.sock'));
    let seen = '';
    let asked = false;
    link.setTimeout(120_000, () => link.destroy(new Error(`QEMU's monitor did not answer "${command}".`)));
    link.on('error', reject);
    link.on('data', (chunk) => {
      seen += chunk;
      if (!seen.endsWith('(qemu) ')) return;
      if (!asked) {
        asked = true;
        seen = '';
        link.write(`${command}\n`);
        return;
      }
      link.destroy();
      // The first line is the echo of what was typed.
      const answer = seen.slice(seen.indexOf('\n') + 1, -'(qemu) '.length).trim();
      if (answer === '') resolve();
      else reject(new Error(`QEMU's monitor: ${answer}`));
    });
  });
}
