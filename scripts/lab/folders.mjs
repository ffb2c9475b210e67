import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the lab lives, outside every work tree: `keys/`, `images/<fingerprint>/` and `hosts/<name>/`. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hum-lab');

export const keysFolder = join(cache, 'keys');
export const imagesFolder = join(cache, 'images');
export const hostsFolder = join(cache, 'hosts');

/** The private key that opens root and op on every host of the lab. */
export const loginKey = join(keysFolder, 'login');
