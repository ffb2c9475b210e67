import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node24, root, run } from './run.mjs';

/** What the build is made from. */
const sources = ['src', 'resources', 'electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json'];
const stampFile = join(root, 'out', 'built-from');

/** Whether out/ was not built from the sources as they are now. */
export function buildNeeded() {
  return !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== sourceHash();
}

/** Notes that out/ holds something else than a whole production build, so that the next start builds. */
export function forgetBuild() {
  rmSync(stampFile, { force: true });
}

/** @returns {Promise<{ ok: boolean, output: string }>} */
export async function build() {
  const hash = sourceHash();
  forgetBuild();
  const result = await run(node24, [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build']);
  if (result.ok) writeFileSync(stampFile, hash);
  return result;
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const source of sources) addTo(hash, source);
  return hash.digest('hex');
}

function addTo(hash, path) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  const entries = readdirSafe(full);
  if (entries) for (const entry of entries.sort()) addTo(hash, `${path}/${entry}`);
  else hash.update(`${path}\0`).update(readFileSync(full));
}

function readdirSafe(path) {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
