import type { XenHost } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';

const mib = 2 ** 20;

/** What the toolstack tells of the host itself. */
export type Hypervisor = Omit<XenHost, 'host' | 'toolstack' | 'at' | 'tookMs' | 'problem'>;

/** Of a host that has not told yet. */
export const unknownHypervisor: Hypervisor = {
  version: '',
  capabilities: [],
  scheduler: '',
  cpus: 0,
  threadsPerCore: 0,
  coresPerSocket: 0,
  numaNodes: 0,
  memoryTotal: 0,
  memoryFree: 0,
  memoryClaimed: 0,
};

/** Reads `xl info` or `xm info`: lines of `key : value`. Null when it tells no memory, which every version does. */
export function parseXenInfo(text: string): Hypervisor | null {
  const told = new Map<string, string>();
  for (const line of text.split('\n', 200)) {
    const colon = line.indexOf(':');
    const key = line.slice(0, colon).trim();
    if (colon > 0 && !told.has(key)) told.set(key, line.slice(colon + 1).trim());
  }
  const number = (key: string) => {
    const value = Number(told.get(key) ?? '');
    return Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER / mib ? value : 0;
  };
  const text200 = (key: string) => visibleText(told.get(key) ?? '', 200);
  const memoryTotal = number('total_memory') * mib;
  if (memoryTotal === 0) return null;
  const major = text200('xen_major');
  return {
    // xm of Xen 3.x has no xen_version.
    version: text200('xen_version') || (major === '' ? '' : `${major}.${text200('xen_minor')}${text200('xen_extra')}`),
    capabilities: text200('xen_caps')
      .split(' ')
      .filter((word) => word !== ''),
    scheduler: text200('xen_scheduler'),
    cpus: number('nr_cpus'),
    threadsPerCore: number('threads_per_core'),
    coresPerSocket: number('cores_per_socket'),
    numaNodes: number('nr_nodes'),
    memoryTotal,
    memoryFree: number('free_memory') * mib,
    memoryClaimed: number('outstanding_claims') * mib,
  };
}
