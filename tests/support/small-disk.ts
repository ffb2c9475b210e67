import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Puts a file system of so many KiB on this folder until `remove`; undefined where that may not be done (mount(8) is for root). */
export async function smallDisk(dir: string, kibibytes = 128): Promise<{ remove(): Promise<void> } | undefined> {
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k,mode=777`, 'small', dir]);
  } catch {
    return undefined;
  }
  return {
    async remove() {
      await execute('umount', ['-l', dir]);
    },
  };
}
