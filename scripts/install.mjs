import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, run } from './run.mjs';

const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.cache', 'hum-installed');

/** Whether what package-lock.json asks for is not (or no longer) what node_modules holds. */
export function installNeeded() {
  if (!existsSync(join(root, 'node_modules'))) return true;
  if (existsSync(stampFile)) return readFileSync(stampFile, 'utf8') !== lockHash();
  // Someone ran npm by hand. npm writes its own copy of the lock file last of all.
  const done = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  return done === undefined || done.mtimeMs < statSync(lockFile).mtimeMs;
}

/** @returns {Promise<{ ok: boolean, output: string }>} */
export async function install() {
  // Not `npm ci`: it refuses a lock file that lacks another platform's optional package, and a registry that mirrors one platform writes
  // such lock files. With --no-save the lock file is followed and left as it is.
  const result = await npm(['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund']);
  if (result.ok) noteInstalled();
  return result;
}

/** Notes that node_modules holds what the lock file asks for. */
export function noteInstalled() {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, lockHash());
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/** npm by way of the npm that runs this script, where one does, under the Node that it runs on. */
function npm(args) {
  const { npm_execpath: npmScript, npm_node_execpath: npmNode } = process.env;
  if (npmScript && npmNode) return run(npmNode, [npmScript, ...args]);
  return run('npm', args, { shell: process.platform === 'win32' });
}
