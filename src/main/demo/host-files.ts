import type { SimulatedHost } from './simulated-host.ts';

const plain = new WeakMap<SimulatedHost, Map<string, string>>();

/** The text files of a simulated host, by path: those of its machine, or of its own where it is no Xen host. */
export function hostFiles(host: SimulatedHost): Map<string, string> {
  if (host.xen !== undefined) return host.xen.machine.files;
  const files = plain.get(host) ?? new Map<string, string>();
  plain.set(host, files);
  return files;
}
