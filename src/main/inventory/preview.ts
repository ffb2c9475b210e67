import { type Problem, problemOf } from '../../shared/errors.ts';
import { hostsOf } from './draft.ts';

export interface AddressPreview {
  readonly count: number;
  readonly first: readonly string[];
  readonly problem?: Problem;
}

/** How many hosts a typed address stands for, and the first three; with the problem when it is no address. */
export function previewAddress(address: string): AddressPreview {
  try {
    const hosts = hostsOf({ address, name: null, port: 22, user: 'root', keyFile: null, group: null, tags: [] });
    return { count: hosts.length, first: hosts.slice(0, 3).map((host) => host.address) };
  } catch (error) {
    return { count: 0, first: [], problem: problemOf(error) };
  }
}
