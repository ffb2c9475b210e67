import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../run.mjs';
import { hostsFolder } from './folders.mjs';
import { alone } from './lock.mjs';
import { kinds, machineSignature, monitor, startMachine, stopMachine } from './machine.mjs';
import { freePort, waitForSsh } from './way-in.mjs';

/** A boot takes half a minute under emulation, ten times that on a machine that does much else. */
const bootMs = 600_000;
/** Where KVM works a boot takes 10 s; where Xen dies on it, that is seen sooner. */
const kvmBootMs = 40_000;

/**
 * A disk that has the snapshot "ready" of a host that has just booted, and what must emulate it. Hosts start from copies of it, within
 * seconds. Made at the first start of an image.
 * @param {string} image
 * @param {keyof typeof kinds} kind
 * @param {(sentence: string) => void} say
 * @returns {Promise<{ disk: string, accelerator: import('./machine.mjs').Accelerator }>}
 */
export async function provideWarmDisk(image, kind, say) {
  return alone(`boot-${basename(image)}-${kind}`, async () => {
    const accelerator = await provenAccelerator(image, say);
    const disk = join(image, `ready-${kind}-${await fingerprint(kind, accelerator)}.qcow2`);
    if (existsSync(disk)) return { disk, accelerator };
    say(`Booting ${kinds[kind].name} for the first time; this takes about half a minute …`);
    const folder = await boot(image, kind, accelerator, bootMs);
    await monitor(folder, 'savevm ready');
    await stopMachine(folder);
    renameSync(join(folder, 'overlay.qcow2'), disk);
    rmSync(folder, { recursive: true, force: true });
    return { disk, accelerator };
  });
}

/**
 * Puts a copy of a warm disk in place for a host: what one writes, no other sees.
 * @param {string} disk
 * @param {string} folder
 */
export function copyWarmDisk(disk, folder) {
  copyFileSync(disk, join(folder, 'overlay.qcow2'), constants.COPYFILE_FICLONE);
}

async function fingerprint(kind, accelerator) {
  return createHash('sha256')
    .update(await machineSignature(kind, accelerator))
    .digest('hex')
    .slice(0, 16);
}

/**
 * KVM only where a boot with it was seen to succeed: `/dev/kvm` may be a paravirtual one, on which Xen dies. What came out is kept beside
 * the image.
 */
async function provenAccelerator(image, say) {
  const verdict = join(image, 'accelerator');
  if (existsSync(verdict)) return readFileSync(verdict, 'utf8').trim() === 'kvm' ? 'kvm' : 'tcg';
  const accelerator = (await mayUseKvm()) && (await bootsWithKvm(image, say)) ? 'kvm' : 'tcg';
  writeFileSync(verdict, `${accelerator}\n`);
  return accelerator;
}

function mayUseKvm() {
  return access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function bootsWithKvm(image, say) {
  say('Trying whether Xen boots with KVM …');
  try {
    const folder = await boot(image, 'one', 'kvm', kvmBootMs);
    await stopMachine(folder);
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    say(`It does not, and is emulated from now on. (${error.message.split('\n')[0]})`);
    return false;
  }
}

/** Boots a host from the image as it was built, in a folder of its own, and answers that folder. It must stand where hosts' folders stand. */
async function boot(image, kind, accelerator, limitMs) {
  const folder = join(hostsFolder, `boot-${kind}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Relative to the folder of a host, where every copy of the disk will be.
  const base = `../../images/${basename(image)}/disk.img`;
  const made = await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', base, '-F', 'raw', 'overlay.qcow2'], { cwd: folder });
  if (!made.ok) throw new Error(`qemu-img failed: ${made.output}`);
  const port = await freePort();
  try {
    await startMachine({ folder, peer: folder, image, kind, accelerator, port, resume: false });
    const hopeless = () => accelerator === 'kvm' && /Panic on CPU|FATAL (PAGE FAULT|TRAP)/.test(serialLog(folder));
    await waitForSsh({ folder, kind, port, limitMs, hopeless });
    return folder;
  } catch (error) {
    await stopMachine(folder);
    throw error;
  }
}

function serialLog(folder) {
  const file = join(folder, 'serial.log');
  return existsSync(file) ? readFileSync(file, 'latin1') : '';
}
