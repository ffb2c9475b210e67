import type { CloudInit, Guest } from './guest.ts';

/** The three files of a NoCloud seed. */
export interface SeedFiles {
  readonly [name: string]: string;
  readonly 'meta-data': string;
  readonly 'user-data': string;
  readonly 'network-config': string;
}

export function seedFiles(_guest: Guest, _cloudInit: CloudInit, _macs: readonly string[], _mark: string): SeedFiles {
  return { 'meta-data': '', 'user-data': '', 'network-config': '' };
}
