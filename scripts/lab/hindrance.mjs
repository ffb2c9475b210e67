import { readFileSync } from 'node:fs';

/** Why there can be no lab here: nothing is broken, something is missing. Its message is for people. */
export class LabHindrance extends Error {}

/** What the lab needs of Debian on the machine that runs it. */
export const packages = [
  'qemu-system-x86',
  'seabios',
  'qemu-utils',
  'mmdebstrap',
  'e2fsprogs',
  'openssh-client',
  'cpio',
  'xz-utils',
  'python3',
];

/** Why there can be no lab on this machine, whatever is installed; undefined where there can. */
export function labHindrance() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the lab needs Linux on x86-64';
  const { ID: id, VERSION_CODENAME: release } = osRelease();
  if (id !== 'debian' || release !== 'bookworm') {
    return `the lab's host is made of Debian 12's packages, and this machine has the sources of ${id ?? 'another system'} ${release ?? ''}`.trim();
  }
  return process.getuid?.() === 0 ? undefined : 'only root can make the image of the lab';
}

/** os-release(5). */
function osRelease() {
  try {
    const lines = readFileSync('/etc/os-release', 'utf8').split('\n');
    return Object.fromEntries(lines.flatMap((line) => (line.includes('=') ? [split(line)] : [])));
  } catch {
    return {};
  }
}

function split(line) {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1).replaceAll('"', '')];
}
