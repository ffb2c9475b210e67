import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { node24, root, run } from './run.mjs';

const folder = join(root, 'node_modules', 'electron');

/** Electron's program, or undefined where it has not been downloaded. */
export function electronBinary() {
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const program = join(folder, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(program) ? program : undefined;
}

/** Downloads Electron's program (about 110 MB); it is no part of the npm package. Its installer needs Node 22 or later. */
export async function downloadElectron() {
  const { ok } = await run(node24, [join(folder, 'install.js')], { limitMs: 180_000 });
  return ok ? electronBinary() : undefined;
}

/** Why Electron's window cannot be opened here, whatever has been downloaded; undefined where it can. */
export function windowHindrance(environment = process.env) {
  if (process.platform !== 'linux') return undefined;
  if (!environment.DISPLAY && !environment.WAYLAND_DISPLAY) return 'There is no display here';
  if (process.getuid?.() === 0) return 'Electron does not run as root';
  return undefined;
}
