import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cache } from './folders.mjs';

/**
 * Does something that only one process may do at a time, and waits for its turn. A lock whose process has died is nobody's.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function alone(name, act) {
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `${name}.lock`);
  while (!take(file)) await pause(250);
  const release = () => rmSync(file, { force: true });
  process.on('exit', release);
  try {
    return await act();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(file) {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!lives(holderOf(file))) rmSync(file, { force: true });
    return false;
  }
}

/** @returns {number | undefined} undefined while its number is being written, or when it is gone */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this number runs. One that is not known yet counts as living.
 * @param {number | undefined} pid */
export function lives(pid) {
  if (pid === undefined) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
