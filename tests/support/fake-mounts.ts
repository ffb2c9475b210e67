import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder to be mounted over /proc, in which the file system with this number (st_dev of what is on it) is mounted otherwise than it is: nobody can
 * mount NFS everywhere that the tests run. `mounts`: "ROOT AT KIND SOURCE" each. Gives its path.
 */
export function procWithMount(path: string, device: number, ...mounts: readonly string[]): string {
  mkdirSync(join(path, 'self'), { recursive: true });
  const number = `${Math.floor(device / 256) % 4096}:${(device % 256) + Math.floor(device / 2 ** 20) * 256}`;
  const lines = mounts.map((mount, at) => {
    const [root, where, kind, source] = mount.split(' ');
    return `${at + 40} 20 ${number} ${root} ${where} rw,relatime shared:${at} - ${kind} ${source} rw,vers=4.2,addr=192.0.2.9\n`;
  });
  writeFileSync(
    join(path, 'self/mountinfo'),
    `20 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n21 20 0:5 / /proc rw - proc proc rw\n${lines.join('')}`,
  );
  return path;
}
