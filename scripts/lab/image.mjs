import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root, run } from '../run.mjs';
import { hostsFolder, imagesFolder, keysFolder } from './folders.mjs';
import { alone } from './lock.mjs';

const inputs = join(root, 'tests', 'lab', 'image');

/**
 * The folder of the image that these sources ask for; it is built when it is not there. Images of other sources go, unless a host has one.
 * @param {(sentence: string) => void} say
 * @returns {Promise<string>}
 */
export async function provideImage(say) {
  return alone('image', async () => {
    await provideKeys();
    const folder = join(imagesFolder, fingerprint());
    if (existsSync(folder)) return folder;
    say('Building the image of the Xen host; this takes about a minute …');
    removeOthers();
    const unfinished = `${folder}.part`;
    rmSync(unfinished, { recursive: true, force: true });
    const built = await run(join(inputs, 'build.sh'), [unfinished, keysFolder]);
    if (!built.ok) throw new Error(`The image could not be built:\n${built.output}`);
    renameSync(unfinished, folder);
    return folder;
  });
}

/** Made once, outside the image: hosts stay who they are when it is rebuilt. */
async function provideKeys() {
  mkdirSync(keysFolder, { recursive: true, mode: 0o700 });
  chmodSync(keysFolder, 0o700);
  for (const key of ['login', 'host-one', 'host-two', 'between']) {
    const file = join(keysFolder, key);
    if (existsSync(file)) continue;
    const made = await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `lab ${key}`, '-f', file]);
    if (!made.ok) throw new Error(`ssh-keygen failed: ${made.output}`);
  }
}

/** What the image is made from: names, contents and modes of its sources, and the keys that are put into it. */
function fingerprint() {
  const hash = createHash('sha256');
  addTo(hash, inputs);
  for (const key of readdirSync(keysFolder).sort()) {
    if (key.endsWith('.pub')) hash.update(`${key}\0`).update(readFileSync(join(keysFolder, key)));
  }
  return hash.digest('hex').slice(0, 16);
}

function addTo(hash, folder) {
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    const about = statSync(path);
    if (about.isDirectory()) addTo(hash, path);
    else hash.update(`${path.slice(inputs.length)}\0${about.mode & 0o100}\0`).update(readFileSync(path));
  }
}

function removeOthers() {
  if (!existsSync(imagesFolder)) return;
  const inUse = new Set(existsSync(hostsFolder) ? readdirSync(hostsFolder).map(imageOf) : []);
  for (const image of readdirSync(imagesFolder)) if (!inUse.has(image)) rmSync(join(imagesFolder, image), { recursive: true, force: true });
}

function imageOf(host) {
  try {
    return basename(JSON.parse(readFileSync(join(hostsFolder, host, 'host.json'), 'utf8')).image);
  } catch {
    return undefined;
  }
}
