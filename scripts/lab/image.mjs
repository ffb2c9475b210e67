import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root, run } from '../run.mjs';
import { hostsFolder, imagesFolder, keysFolder } from './folders.mjs';
import { LabHindrance } from './hindrance.mjs';
import { alone } from './lock.mjs';

/** Work trees with different sources take turns on one machine. */
const keptMs = 24 * 60 * 60 * 1000;

const inputs = join(root, 'tests', 'lab', 'image');

/**
 * The folder of the image that these sources ask for; it is built when it is not there. Images that no host
 * has and that nobody asked for lately go.
 * @param {(sentence: string) => void} say
 * @returns {Promise<string>}
 */
export async function provideImage(say) {
  await alone('keys', provideKeys);
  const folder = join(imagesFolder, fingerprint());
  if (!existsSync(folder)) await alone('image', () => build(folder, say));
  utimesSync(folder, new Date(), new Date());
  return folder;
}

async function build(folder, say) {
  if (existsSync(folder)) return;
  say('Building the image of the Xen host; this takes about a minute …');
  removeUnused();
  const unfinished = `${folder}-${process.pid}.part`;
  const built = await run('nice', ['-n', '15', join(inputs, 'build.sh'), unfinished, keysFolder]);
  if (!built.ok) throw unbuilt(built.output);
  renameSync(unfinished, folder);
}

/** apt's own words when it does not reach the sources of packages. */
function unbuilt(output) {
  if (/Unable to connect|Could not (resolve|connect)|Failed to fetch|Temporary failure resolving/.test(output)) {
    return new LabHindrance('the sources of Debian packages cannot be reached');
  }
  return new Error(`The image of the lab could not be built:\n${output}`);
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

function removeUnused() {
  if (!existsSync(imagesFolder)) return;
  const inUse = new Set(existsSync(hostsFolder) ? readdirSync(hostsFolder).map(imageOf) : []);
  for (const image of readdirSync(imagesFolder)) {
    const folder = join(imagesFolder, image);
    const unused = !inUse.has(image) && Date.now() - statSync(folder).mtimeMs > keptMs;
    if (unused || image.endsWith('.part')) rmSync(folder, { recursive: true, force: true });
  }
}

function imageOf(host) {
  try {
    return basename(JSON.parse(readFileSync(join(hostsFolder, host, 'host.json'), 'utf8')).image);
  } catch {
    return undefined;
  }
}
